"""YAML 1.2 text as plain values that remember where they stand.

Scalars follow the core schema narrowed to what a desk writes: `22:00`, `NO`, `2026-02-06`, `+84900` and `0900` stay
text; only `true`/`false`, `null`/`~`, whole numbers without a leading zero and decimal fractions become values. Tags,
merge keys and keys that are not text are mistakes. The text is read as parse events, which costs half of ruamel's own
round trip and lets nesting and aliases be bounded before they cost anything.
"""

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from monitord.domain.safe import clean
from monitord.settings.block import Block, Items, Place
from monitord.settings.problem import Findings

MAX_DEPTH = 24
"""Levels of nesting; the settings need seven."""

MAX_ALIASED = 100_000
"""Nodes that aliases of one file may add, so that a few lines cannot grow into gigabytes."""

_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Unreadable(Exception):
    """The rest of a file cannot be read; `place` says from where on."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place


def read_tree(text: str, file: str, findings: Findings) -> Block | None:
    """Return the content of one YAML document whose top is a mapping; None when it is empty or cannot be used.

    Mistakes go to `findings`: all that can be told apart without guessing what a broken line meant. No content raises.
    """
    reader = _Reader(file, findings)
    try:
        top = reader.document(YAML(typ="safe", pure=True).parse(text))
    except Unreadable as error:
        findings.add(file, error.place, str(error))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        context = f" ({clean(str(error.context), 120)})" if error.context else ""
        findings.add(file, place, f"not YAML: {clean(str(error.problem), 120)}{context}")
    except ReaderError as error:
        before = text[: error.position]
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        findings.add(file, place, f"not YAML: the character U+{ord(text[error.position]):04X} may not stand in a file")
    except Findings.Enough:
        raise
    except Exception as error:  # the parser's own slips on content it should have refused
        findings.add(file, (0, 0), f"not YAML: {type(error).__name__}: {clean(str(error), 120)}")
    else:
        if top is None or isinstance(top, Block):
            return top
        findings.add(file, (1, 1), "a file holds sections, such as `devices:` with a list below")
    return None


class _Reader:
    """Builds the values of one file from its parse events."""

    def __init__(self, file: str, findings: Findings) -> None:
        self.file = file
        self.findings = findings
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes = 0
        self.aliased = 0

    def document(self, events: Iterator[Any]) -> Any:
        documents = 0
        top = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable(_place(event), "one document a file: take out the second `---`")
            elif isinstance(event, (ScalarEvent, AliasEvent, SequenceStartEvent, MappingStartEvent)):
                top = self.value(event, events, 0)
        return top

    def value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        place = _place(event)
        if depth > MAX_DEPTH:
            raise Unreadable(place, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, AliasEvent):
            return self.alias(event.anchor, place)
        if event.ctag is not None:
            self.findings.add(self.file, place, "tags such as `!!str` are not used here; put text in quotes")
        before = self.nodes
        self.nodes += 1
        if isinstance(event, ScalarEvent):
            built: Any = scalar(event.value) if event.style is None and event.implicit[0] else event.value
        elif isinstance(event, SequenceStartEvent):
            built = self.items(place, events, depth)
        else:
            built = self.block(place, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (built, self.nodes - before)
        return built

    def alias(self, anchor: str, place: Place) -> Any:
        if anchor not in self.anchors:
            raise Unreadable(place, f"`*{clean(anchor, 40)}` refers to nothing written before it")
        built, size = self.anchors[anchor]
        self.aliased += size
        self.nodes += size
        if self.aliased > MAX_ALIASED:
            raise Unreadable(place, f"aliases repeat more than {MAX_ALIASED} values")
        return built

    def items(self, place: Place, events: Iterator[Any], depth: int) -> Items:
        built = Items(self.file, place)
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            built.items_at.append(_place(event))
            built.append(self.value(event, events, depth + 1))
        return built

    def block(self, place: Place, events: Iterator[Any], depth: int) -> Block:
        built = Block(self.file, place)
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            at = _place(event)
            if not isinstance(event, ScalarEvent):
                self.value(event, events, depth + 1)
                key = None
                self.findings.add(self.file, at, "a key is a word, not a list or a mapping")
            else:
                key = event.value
            follower = next(events)
            held = self.value(follower, events, depth + 1)
            if key is None:
                continue
            if key in built:
                first = built.keys_at[key][0]
                self.findings.add(self.file, at, f"`{clean(key, 40)}` stands here twice; first in line {first}")
                continue
            built[key] = held
            built.keys_at[key] = at
            built.values_at[key] = _place(follower)
        return built


def scalar(text: str) -> Any:
    """Return the value of a plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1
