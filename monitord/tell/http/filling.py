"""A text with placeholders, `{phone}` and the like, filled in as the place it stands in wants its values written."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote
from xml.sax.saxutils import escape

HOLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
SAMPLE = {"phone": "84912345678", "local": "0912345678", "text": "OLT Go May", "id": "monitord-1", "secret": "x y"}
"""A value for every placeholder there is."""
HOLES = tuple(SAMPLE)


def filled(text: str, holes: Mapping[str, str], written: Callable[[str], str]) -> str:
    """Return the text with its placeholders filled in, in one go: what is filled in is not looked at again."""
    return HOLE.sub(lambda found: written(holes[found[1]]), text)


def escaping(content_type: str) -> Callable[[str], str] | None:
    """Return how a value is written in a body of that type; None when that is not known."""
    kind, _, parameters = content_type.lower().partition(";")
    if "charset" in parameters and "utf-8" not in parameters:
        return None
    match kind.strip():
        case "text/plain":
            return str
        case "application/x-www-form-urlencoded":
            return percent
        case "text/xml" | "application/xml":
            return as_xml
        case "application/json":
            return as_json
        case other if other.endswith(("+xml", "+json")):
            return as_xml if other.endswith("+xml") else as_json
    return None


def percent(value: str) -> str:
    """Return a value for a URL or a form."""
    return quote(value, safe="")


def as_json(value: str) -> str:
    """Return a value for the inside of a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def as_xml(value: str) -> str:
    """Return a value for the text or an attribute of XML."""
    return escape(value, {'"': "&quot;", "'": "&apos;"})
