"""Journal rows as sentences: a template per kind, filled from what the row holds.

In a template `{key}` is filled from the row, and a part in `[...]` is left out when a key inside it has nothing to say.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, TypeVar

from monitord.domain.health import Cause, Happening, Health
from monitord.domain.incident import Phase
from monitord.domain.notice import DeliveryCause, Event
from monitord.domain.safe import clean
from monitord.texts.story import Words

LONGEST = 160
"""Characters of one filled value."""

_PART = re.compile(r"\[([^\[\]]*)\]")
_KEY = re.compile(r"\{(\w+)\}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_WITH_DATE = frozenset({"from", "to", "down_from", "down_to", "unknown_from", "unknown_to"})
_STEPS = frozenset({"step", "skipped", "told_by_step", "after_step"})

E = TypeVar("E", bound=StrEnum)


def fill(
    template: str,
    words: Words,
    special: Mapping[str, Mapping[str, str]],
    refs: Mapping[str, Any],
    names: Mapping[str, str],
    zone: tzinfo,
) -> str:
    """Return the template filled. `special` gives words for codes by key: `special["why"]["stranger"]`."""

    def value(key: str) -> str:
        given = refs.get(key)
        if given is None or given == [] or given == {} or given == "":
            return clean(names.get(key, ""), LONGEST)
        return clean(_shown(key, given, words, special, names, zone), LONGEST)

    def part(found: re.Match[str]) -> str:
        filled = {key: value(key) for key in _KEY.findall(found[1])}
        return _KEY.sub(lambda k: filled[k[1]], found[1]) if all(filled.values()) else ""

    line = _KEY.sub(lambda k: value(k[1]), _PART.sub(part, template))
    line = line.strip(" :;,")
    return line[:1].upper() + line[1:]


def _shown(
    key: str,
    given: Any,
    words: Words,
    special: Mapping[str, Mapping[str, str]],
    names: Mapping[str, str],
    zone: tzinfo,
) -> str:
    again: Callable[[Any], str] = lambda one: _shown(key, one, words, special, names, zone)  # noqa: E731
    if isinstance(given, list | tuple):
        return ", ".join(again(one) for one in given[:10])
    if isinstance(given, Mapping):
        between = special.get(key, {}).get("between", "–")
        return ", ".join(
            f"{names.get(str(a), a)} {between} {names.get(str(b), b)}" for a, b in list(given.items())[:10]
        )
    if key in _STEPS and isinstance(given, int):
        return str(given + 1)
    if key.endswith("seconds") and isinstance(given, int | float) and abs(given) < 1e9:
        return words.duration(timedelta(seconds=given), exact=True)
    if isinstance(given, float):
        return words.number(given, 0 if given.is_integer() else 1) if abs(given) < 1e15 else ""
    text = str(given)
    if text in special.get(key, {}):
        return special[key][text]
    if _STAMP.fullmatch(text):
        at = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
        return words.instant(at, zone, seconds=True) if key in _WITH_DATE else words.clock(at, zone, seconds=True)
    return _coded(key, text, words) if text not in names else names[text]


def _coded(key: str, text: str, words: Words) -> str:
    match key:
        case "was" | "now" | "health":
            return _member(Health, text, words.health)
        case "cause":
            return _cause(text, words)
        case "phase" | "at_phase":
            return _member(Phase, text, words.phase)
        case "event":
            return _member(Event, text, words.event)
        case "happenings":
            return _member(Happening, text, words.happening)
        case "severity" if text.isascii() and text.isdigit():
            return words.severity(int(text[:9]))
        case _:
            return text


def _cause(text: str, words: Words) -> str:
    if text == Cause.FINE:
        return ""
    known = _member(Cause, text, words.cause)
    return known if known != text else _member(DeliveryCause, text, words.delivery_cause)


def _member(kind: type[E], text: str, say: Callable[[E], str]) -> str:
    try:
        return say(kind(text))
    except ValueError:
        return text
