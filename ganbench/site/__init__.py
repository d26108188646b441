"""The published leaderboard: a folder of pages that opens from the disk, with data files and badges beside them."""
