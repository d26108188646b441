"""From names to things: discovery, declared parameters, making and keeping; what is made with them lives elsewhere."""
