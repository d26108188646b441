"""Numbers to the pages of a static site; nothing of training is imported here."""
