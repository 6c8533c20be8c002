"""Everything that speaks to Asterisk."""
