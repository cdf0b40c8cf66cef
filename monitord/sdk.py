"""The only names a check file may import."""

from monitord.domain.health import Cause, Happening, Health
from monitord.domain.looking import (
    Branch,
    Check,
    Needs,
    Oid,
    PageRequest,
    PageSight,
    Reach,
    Sight,
    Syntax,
    TableRow,
    Unseen,
    Value,
    Verdict,
    as_number,
    as_text,
    unanswered,
)
from monitord.domain.pon import Mostly, Onts
from monitord.domain.safe import clean, clean_bytes

__all__ = [
    "Branch",
    "Cause",
    "Check",
    "Happening",
    "Health",
    "Mostly",
    "Needs",
    "Oid",
    "Onts",
    "PageRequest",
    "PageSight",
    "Reach",
    "Sight",
    "Syntax",
    "TableRow",
    "Unseen",
    "Value",
    "Verdict",
    "as_number",
    "as_text",
    "clean",
    "clean_bytes",
    "unanswered",
]
