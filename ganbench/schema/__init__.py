"""Plain data that every room speaks of: what is to be run, what came of it; no behaviour, no torch, no files."""
