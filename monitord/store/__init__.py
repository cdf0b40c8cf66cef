"""The database: tables, the one writer, reading, migrations."""
