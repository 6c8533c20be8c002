"""Who is called next, by whom: pure decisions."""
