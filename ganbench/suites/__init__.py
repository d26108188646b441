"""What is to be run: suites read, expanded into specs, and changed by the command line; nothing is trained here."""
