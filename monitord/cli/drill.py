"""`monitord drill`: an incident that is none, on the real way of the messages; every text says that it is a drill."""

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.drill import Score, drill_rows, scorecard
from monitord.account.names import names_for
from monitord.cli.act import As, ask_daemon
from monitord.cli.place import fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table


def start(
    fault: Annotated[str, Parameter(help="Id of the device that is thought to fail.")],
    *,
    person: As,
    config: Config = None,
) -> None:
    """Begin a drill: everybody on the ladder of that device is told, step by step, until somebody takes it."""
    settings = settings_at(folder_or_default(config))
    device = settings.devices.get(fault)
    if device is None:
        fail(f"there is no device {fault!r}: `monitord config show` names them", 1)
    ask_daemon(
        settings,
        "open",
        unit=device.unit,
        severity=device.severity,
        title=device.name,
        person=person,
        drill=True,
    )


def end(incident: str, *, person: As, config: Config = None) -> None:
    """End a drill: who was told hears it."""
    given: dict[str, str] = {}
    settings = settings_at(folder_or_default(config))
    ask_daemon(settings, "act", act="restore", incident=incident, person=person, given=given)


def score(code: str, *, config: Config = None, database: Database = None) -> int:
    """Show who was told when, and how long each took to answer. It stays in the unit."""
    with reading(config, database) as at:
        rows = drill_rows(at.connection, code.strip().upper())
        if rows is None:
            fail(f"no drill has the code {code!r}: it is written as SC-0602-014", 1)
        scores = scorecard(rows)
        names = names_for(at.connection, at.settings, rows, at.words)
        words = at.words.table
        headings = [words[key] for key in ("step", "person", "told_at", "delivery", "answer", "reaction")]
        print_table(headings, [_line(at, one, names.get(one.person, one.person)) for one in scores])
        answered = sum(one.answered is not None for one in scores)
        print(f"{words['answered']}: {answered}/{len(scores)}")
    return 0


def _line(at: Reading, one: Score, name: str) -> list[str]:
    zone = at.settings.zone if at.settings else None
    words = at.words
    shown = one.decided.strftime("%H:%M:%S") if zone is None else words.clock(one.decided, zone, seconds=True)
    delivery = "–" if one.delivery is None else words.duration(one.delivery)
    reaction = "–" if one.reaction is None else words.duration(one.reaction)
    answer = words.table[f"answer_{one.answer}"] if one.answer else "–"
    return [str(one.step + 1), name, shown, delivery, answer, reaction]


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="drill", help="Drills (diễn tập): the real way, marked as such, kept out of statistics.")
    for command in (start, end, score):
        group.command(command)
    app.command(group)
