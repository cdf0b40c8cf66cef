"""YAML in a folder becomes one frozen value, or the list of every mistake in it."""

from monitord.settings.load import checks_dirs, load
from monitord.settings.model import (
    AnchorSettings,
    DailyEntry,
    DatedEntry,
    PatternEntry,
    PolicyRule,
    RosterEntry,
    Secret,
    Settings,
    TelegramSettings,
    WebSettings,
)
from monitord.settings.problem import Problem, SettingsError

__all__ = [
    "AnchorSettings",
    "DailyEntry",
    "DatedEntry",
    "PatternEntry",
    "PolicyRule",
    "Problem",
    "RosterEntry",
    "Secret",
    "Settings",
    "SettingsError",
    "TelegramSettings",
    "WebSettings",
    "checks_dirs",
    "load",
]
