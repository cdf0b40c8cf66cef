"""Lunar dates."""
