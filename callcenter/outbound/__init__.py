"""The dialler process: campaigns' calls by Asterisk, with the database at hand."""
