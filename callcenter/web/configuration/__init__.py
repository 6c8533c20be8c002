"""The centre's description on the web: read, changed by forms or as a text, compared before it counts, taken back."""
