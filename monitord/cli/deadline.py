"""`monitord deadline`: what is owed to whom until when, and noting what was sent."""

from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter

from monitord.cli.act import As, At, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.cli.when import instant_or_fail
from monitord.clock import SystemClock
from monitord.domain.deadline import Owed, every
from monitord.settings.model import Settings
from monitord.store.deadlines import Met, met
from monitord.texts.deadlines import due_words, left

HEADINGS = ("deadline", "turn", "what", "unit", "deadline_to", "deadline_due", "state")


def show(
    *,
    unit: Annotated[str | None, Parameter(help="Only this unit, by id.")] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """List every due of every deadline: how it was read, and what is left, late, or sent."""
    with reading(config, database) as desk:
        settings = desk.settings
        if settings is None:
            fail("deadlines stand in the settings: name their folder with --config", WRONG)
        if unit is not None and unit not in settings.units:
            fail(f"--unit: there are: {', '.join(sorted(settings.units))}", WRONG)
        done, now = met(desk.connection), SystemClock().now()
        wanted = [one for one in every(settings.deadlines) if unit in (None, one.deadline.unit)]
        rows = [_row(desk, settings, one, done.get(one.key), now) for one in wanted]
        print_table([desk.words.table[key] for key in HEADINGS], rows)
        if not rows:
            print(desk.words.table["empty"])
    return 0


def sent(
    deadline: str,
    *,
    person: As,
    to: Annotated[str | None, Parameter(help="Id of the organisation, where it is another one.")] = None,
    number: Annotated[str, Parameter(help='Number of the document: "12/BC-VT".')] = "",
    at: At = None,
    turn: Annotated[int | None, Parameter(help="Which of several dues, as the list counts them.")] = None,
    config: Config = None,
) -> None:
    """Note that it was sent. Once more is a correction: a new row, and the old one stays."""
    settings = settings_at(folder_or_default(config))
    when = None if at is None else instant_or_fail(at, SystemClock().now(), settings.zone, "--at").isoformat()
    given = {"deadline": deadline, "to": to, "number": number, "at": when, "turn": turn}
    ask_daemon(settings, "roster", act="deadline_sent", person=person, given=given)


def _row(desk: Reading, settings: Settings, owed: Owed, known: Met | None, now: datetime) -> list[str]:
    one, words = owed.deadline, desk.words
    to = settings.organisations.get(known.organisation if known else one.to)
    return [
        one.id,
        str(owed.turn),
        one.what,
        settings.units[one.unit].name if one.unit in settings.units else one.unit,
        to.name if to else one.to,
        due_words(words, owed.due, settings.zone),
        left(words, owed.due, now) if known is None else _sent(desk, settings, owed, known),
    ]


def _sent(desk: Reading, settings: Settings, owed: Owed, known: Met) -> str:
    words, table = desk.words, desk.words.table
    said = table["deadline_sent"].format(at=words.instant(known.sent_at, settings.zone))
    if known.number:
        said += table["deadline_number"].format(number=known.number)
    if known.times > 1:
        said += table["deadline_corrected"].format(times=known.times - 1)
    return f"{said}; {left(words, owed.due, known.sent_at)}" if known.sent_at >= owed.due.at else said


def register(app: App) -> None:
    """Add the commands of this file."""
    group = App(name="deadline", help="What is owed to whom until when: lists of leaders on duty, reports.")
    group.command(show, name="list")
    group.command(sent)
    app.command(group)
