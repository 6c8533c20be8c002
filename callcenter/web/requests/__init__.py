"""What companies ask of their data: they ask, the centre answers."""
