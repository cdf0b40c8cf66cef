"""What a reviewer sees: everything here is derived from the journal and the roster, and nothing is written."""
