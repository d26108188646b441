"""One run and many: budget, clock, curves, device; scores are computed in evaluation."""
