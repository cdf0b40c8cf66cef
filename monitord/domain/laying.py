"""What is planned, in layers, and what lies over it: who is on duty then.

A higher layer counts alone wherever it takes over; overrides and swaps lie over all layers, the later over the earlier.
Nothing here changes what was planned: without the overlay it is there again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitord.domain.roster import Shift

Key = tuple[str, str]
"""A unit and a duty."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time `[start, end)` of one duty of one unit."""

    unit: str
    duty: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Layer:
    """Shifts that belong together, and the periods in which nothing of the layers below counts."""

    shifts: tuple[Shift, ...]
    takes: tuple[Period, ...] = ()


class OverlayKind(StrEnum):
    """Why somebody stands where somebody else was planned."""

    OVERRIDE = "override"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A change over what is planned, for `[start, end)`.

    `outgoing` are taken off, everybody when None; `incoming` come on, instead or beside those who stay.
    """

    id: int
    unit: str
    duty: str
    start: datetime
    end: datetime
    outgoing: tuple[str, ...] | None
    incoming: tuple[str, ...]
    kind: OverlayKind = OverlayKind.OVERRIDE

    @property
    def source(self) -> str:
        """Return where a shift comes from that this overlay made: `override:12`."""
        return f"{self.kind}:{self.id}"


def layer_over(shifts: Iterable[Shift]) -> Layer:
    """Return the layer of shifts that takes over wherever it has anybody."""
    all_of = tuple(shifts)
    return Layer(all_of, tuple(Period(s.unit, s.duty, s.start, s.end) for s in all_of))


def lay(layers: Sequence[Layer], overlays: Sequence[Overlay]) -> list[Shift]:
    """Return who is on duty: the layers, lowest first, and the overlays, earliest made first, as plain shifts.

    In order of beginning; no two are alike, and a shift that something lies over is there in its pieces.
    """
    takes = [_by_key((p.unit, p.duty, p.start, p.end) for p in layer.takes) for layer in layers]
    found: dict[Key, list[Shift]] = {}
    for number, layer in enumerate(layers):
        for shift in layer.shifts:
            key = shift.unit, shift.duty
            above = [span for higher in takes[number + 1 :] if key in higher for span in higher[key].near(shift)]
            found.setdefault(key, []).extend(without(shift, above) if above else (shift,))
    lying: dict[Key, list[Overlay]] = {}
    for overlay in overlays:
        lying.setdefault((overlay.unit, overlay.duty), []).append(overlay)
    for key, several in lying.items():
        found[key] = _all_laid_over(found.get(key, []), several)
    unique = {(s.unit, s.duty, s.person, s.start, s.end): s for shifts in found.values() for s in reversed(shifts)}
    return sorted(unique.values(), key=lambda s: (s.start, s.unit, s.duty, s.backup, s.person, s.end))


def without(shift: Shift, spans: Iterable[tuple[datetime, datetime]]) -> tuple[Shift, ...]:
    """Return what is left of a shift outside of the spans, in order."""
    pieces, start = [], shift.start
    for begins, ends in sorted(span for span in spans if span[0] < shift.end and span[1] > shift.start):
        if begins > start:
            pieces.append((start, begins))
        start = max(start, ends)
    if start < shift.end:
        pieces.append((start, shift.end))
    whole = pieces == [(shift.start, shift.end)]
    return (shift,) if whole else tuple(replace(shift, start=begins, end=ends) for begins, ends in pieces)


class _Spans:
    """Times of one duty, in order, so that those near a shift are found without asking all of them."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        self._spans = sorted(spans)
        self._starts = [begins for begins, _ in self._spans]
        self._longest = max((ends - begins for begins, ends in self._spans), default=timedelta(0))

    def near(self, shift: Shift) -> list[tuple[datetime, datetime]]:
        """Return all that touch the shift, and perhaps some before it."""
        first = bisect_left(self._starts, shift.start - self._longest)
        return self._spans[first : bisect_left(self._starts, shift.end)]


def _all_laid_over(shifts: list[Shift], overlays: Sequence[Overlay]) -> list[Shift]:
    """Return the shifts of one duty with all overlays over them, each seen only against what is near it."""
    laid = sorted(shifts, key=_start)
    lengths = [*(shift.end - shift.start for shift in shifts), *(one.end - one.start for one in overlays)]
    longest = max(lengths, default=timedelta(0))
    for overlay in overlays:
        first = bisect_left(laid, overlay.start - longest, key=_start)
        last = bisect_left(laid, overlay.end, key=_start)
        laid[first:last] = sorted(_laid_over(laid[first:last], overlay), key=_start)
    return laid


def _start(shift: Shift) -> datetime:
    return shift.start


def _laid_over(shifts: Iterable[Shift], overlay: Overlay) -> list[Shift]:
    span = [(overlay.start, overlay.end)]
    known = tuple(shifts)
    goes = [overlay.outgoing is None or shift.person in overlay.outgoing for shift in known]
    left = [
        piece for shift, away in zip(known, goes, strict=True) for piece in (without(shift, span) if away else (shift,))
    ]
    # Who comes for a second man (trực phụ) is the second man.
    replaced = [
        s for s, away in zip(known, goes, strict=True) if away and s.start < overlay.end and overlay.start < s.end
    ]
    backup = bool(replaced) and all(shift.backup for shift in replaced)
    there = {s.person for s in left if s.start <= overlay.start and s.end >= overlay.end}
    left += [
        Shift(overlay.unit, overlay.duty, person, overlay.start, overlay.end, overlay.source, backup)
        for person in overlay.incoming
        if person not in there
    ]
    return left


def _by_key(spans: Iterable[tuple[str, str, datetime, datetime]]) -> dict[Key, _Spans]:
    found: dict[Key, list[tuple[datetime, datetime]]] = {}
    for unit, duty, start, end in spans:
        found.setdefault((unit, duty), []).append((start, end))
    return {key: _Spans(all_of) for key, all_of in found.items()}
