"""Reading results: tables and sections written to the results folder, the leaderboard to the terminal."""
