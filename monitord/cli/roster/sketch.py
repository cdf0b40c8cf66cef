"""Who would be on duty with an override that is not written: piece by piece, from the database alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from monitord.cli.place import fail
from monitord.cli.reading import Config, Reading, reading
from monitord.cli.roster.lists import Shown, show
from monitord.clock import SystemClock
from monitord.domain.laying import Overlay, lay
from monitord.domain.roster import Shift, on_duty
from monitord.settings.model import Settings
from monitord.settings.shifts import layers_between
from monitord.store.roster import overlays, written_layers

NOT_WRITTEN = 0
"""The number of an override that is not written: the database gives the first one 1."""


def sketch(settings: Settings, config: Config, given: Mapping[str, Any]) -> None:
    """Print who is on that duty with the override, and who without it, in each piece of its time."""
    start, end = (datetime.fromisoformat(given[key]) for key in ("start", "end"))
    if not start < end:
        fail("it ends before it begins: the end must be after the beginning", 1)
    unit, duty, out = given["unit"], given["duty"], given["outgoing"]
    new = Overlay(NOT_WRITTEN, unit, duty, start, end, None if out is None else tuple(out), tuple(given["incoming"]))
    with reading(config, None) as desk:
        layers = [*layers_between(settings, start, end), *written_layers(desk.connection, start, end)]
        written = overlays(desk.connection, start, end)
        before, after = lay(layers, written), lay(layers, [*written, new])
        print(desk.words.table["dry_run"])
        show(desk, ["from", "to", "on_then", "goes"], _pieces(desk, new, before, after))


def _pieces(desk: Reading, new: Overlay, before: Sequence[Shift], after: Sequence[Shift]) -> list[list[str]]:
    mine = [s for s in (*before, *after) if (s.unit, s.duty) == (new.unit, new.duty)]
    marks = {new.start, new.end, *(at for s in mine for at in (s.start, s.end) if new.start < at < new.end)}
    edges, shown = sorted(marks), Shown(desk, SystemClock().now())
    rows = []
    for begins, ends in pairwise(edges):
        then = on_duty(after, new.unit, new.duty, begins)
        gone = [name for name in on_duty(before, new.unit, new.duty, begins) if name not in then]
        on = shown.people(then) or desk.words.table["nobody"]
        rows.append([shown.at(begins), shown.at(ends), on, shown.people(gone)])
    return rows
