"""Turning a board into HTML: the whole page, and the parts of it that changed since a browser last asked."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitord.account.board import Board
from monitord.domain.health import Health
from monitord.settings.model import Settings
from monitord.texts.story import ToldState, Words

PARTS = ("headline", "duties", "incidents", "log", "targets")
"""The parts that are swapped one by one, so that what did not change keeps its focus and its place."""

HEALTH_MARKS = MappingProxyType(
    {
        Health.UP: "✔",
        Health.DEGRADED: "▲",
        Health.DOWN: "✖",
        Health.GARBLED: "≠",
        Health.AUTH: "⊘",
        Health.UNKNOWN: "?",
    }
)
SEVERITY_MARKS = MappingProxyType({1: "‼", 2: "!", 3: "▲", 4: "•"})
TOLD_MARKS = MappingProxyType(
    {
        ToldState.WAITING: "…",
        ToldState.ACCEPTED: "✓",
        ToldState.UNCERTAIN: "?",
        ToldState.FAILED: "✖",
        ToldState.NOTED: "✓✓",
        ToldState.RECEIPT: "✓✓",
        ToldState.TAKEN: "✓✓",
    }
)


class Pages:
    """Renders. No part depends on the second at which it is rendered: the browser adds ages and countdowns."""

    def __init__(self) -> None:
        self._rendered: tuple[Board, Settings, Words, dict[str, str]] | None = None
        self._templates = Environment(
            loader=PackageLoader("monitord.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        marks = {"health_marks": HEALTH_MARKS, "severity_marks": SEVERITY_MARKS, "told_marks": TOLD_MARKS}
        self._templates.globals.update(marks, grouped=_grouped)

    def page(self, board: Board | None, settings: Settings, words: Words, away_at: datetime | None = None) -> str:
        """Return the page. With `away_at` the database is away since then, and `board`, if any, is an old picture."""
        parts = dict.fromkeys(PARTS, "") if board is None else self._parts(board, settings, words)
        shown = {name: self._framed(name, html, swap=False) for name, html in parts.items()}
        common = self._common(board, settings, words)
        return self._templates.get_template("page.html").render(parts=shown, away_at=away_at, **common)

    def changes(self, board: Board, settings: Settings, words: Words, seen: Mapping[str, str]) -> str:
        """Return the sign of life, and each part whose digest is not the one in `seen`."""
        parts = self._parts(board, settings, words)
        beat = self._templates.get_template("beat.html").render(**self._common(board, settings, words))
        fresh = [self._framed(n, html, swap=True) for n, html in parts.items() if seen.get(n) != digest(html)]
        return beat + "".join(fresh)

    def _parts(self, board: Board, settings: Settings, words: Words) -> dict[str, str]:
        # Several pages share one board: what was rendered for the first serves the others.
        known = self._rendered
        if known is not None and known[0] is board and known[1] is settings and known[2] is words:
            return known[3]
        common = self._common(board, settings, words)
        parts = {name: self._templates.get_template(f"{name}.html").render(**common) for name in PARTS}
        self._rendered = (board, settings, words, parts)
        return parts

    def _framed(self, name: str, html: str, *, swap: bool) -> Markup:
        frame = self._templates.get_template("frame.html")
        return Markup(frame.render(name=name, digest=digest(html), content=Markup(html), swap=swap))

    def _common(self, board: Board | None, settings: Settings, words: Words) -> dict[str, object]:
        def when(at: datetime, seconds: bool = True) -> str:
            same_day = (
                board is not None and at.astimezone(settings.zone).date() == board.now.astimezone(settings.zone).date()
            )
            clock = words.clock(at, settings.zone, seconds=seconds)
            return clock if same_day else f"{clock} {at.astimezone(settings.zone):%d/%m}"

        return {
            "board": board,
            "words": words,
            "w": words.page,
            "zone": settings.zone,
            "name": settings.name,
            "when": when,
        }


def _grouped(things: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """By unit, in the order of the settings; Jinja's own groupby would sort."""
    return [(unit, [thing for thing in things if thing.unit == unit]) for unit in dict.fromkeys(t.unit for t in things)]


def digest(html: str) -> str:
    """Return a short name for the content of a part."""
    return hashlib.blake2b(html.encode(), digest_size=9).hexdigest()
