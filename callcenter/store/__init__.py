"""The database: tables, repositories whose every query is scoped to a company, migrations."""
