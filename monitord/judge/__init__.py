"""Judging what was seen: the registry of check kinds and the runner of their verdicts."""
