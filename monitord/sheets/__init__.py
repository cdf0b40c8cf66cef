"""Rosters as files: spreadsheets and calendars as they arrive, and as they are handed out."""
