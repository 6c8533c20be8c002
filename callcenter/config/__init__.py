"""The centre's description: checked by line, compared, kept in versions, put into effect while calls go on."""
