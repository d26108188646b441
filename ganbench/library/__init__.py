"""ganbench as a library: run, train, score and load from Python; the command line is a thin skin over it."""
