"""Records to numbers: tables, statistics, standings; nothing is drawn or printed here."""
