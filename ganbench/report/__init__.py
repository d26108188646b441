"""Numbers to text, tables and plots in a terminal and a folder; nothing of training is imported here."""
