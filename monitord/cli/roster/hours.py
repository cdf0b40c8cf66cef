"""`monitord roster hours`: what one person has of the duty, through the daemon, which writes down who looked."""

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.who import NotAnInstant, instant_at
from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config
from monitord.clock import SystemClock


def hours(
    whom: Annotated[str, Parameter(name="--person", help="Whose hours.")],
    *,
    start: Annotated[str, Parameter(name="--from", help='From when: "2027-02-01 00:00".')],
    end: Annotated[str, Parameter(name="--to", help="Up to when; that minute does not belong to it.")],
    person: As,
    config: Config = None,
) -> None:
    """Show hours, nights (22:00 to 06:00), holidays and days of Tết that somebody has on duty, in hours.

    Shown to that person and to the leaders of the own unit alone; the journal says who looked.
    """
    settings = settings_at(folder_or_default(config))
    now = SystemClock().now()
    try:
        spans = {
            key: instant_at(text, now, settings.zone).isoformat() for key, text in (("start", start), ("end", end))
        }
    except NotAnInstant as wrong:
        fail(str(wrong), WRONG)
    ask_daemon(settings, "roster", act="hours", person=person, given={"whom": whom, **spans})


def register(group: cyclopts.App) -> None:
    """Add the command of this file."""
    group.command(hours)
