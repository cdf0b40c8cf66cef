"""`monitord roster no-calls`, `calls-again`: somebody is called by telephone no more, but for severity 1."""

import re
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")


def no_calls(
    *,
    person: As,
    until: Annotated[
        str, Parameter(help="Until that hour, 12 hours ahead at most: 06:00. Default: the end of your shift.")
    ] = "",
    config: Config = None,
) -> None:
    """Be called no more, but for severity 1; messages come as before, and who stands in for you is called."""
    if until and _CLOCK.fullmatch(until) is None:
        fail("--until: write an hour of the day as 06:00", WRONG)
    given = {"until": until.zfill(5) if until else ""}
    ask_daemon(settings_at(folder_or_default(config)), "roster", act="no_calls", person=person, given=given)


def calls_again(*, person: As, config: Config = None) -> None:
    """Be called again."""
    ask_daemon(settings_at(folder_or_default(config)), "roster", act="calls_again", person=person, given={})


def register(group: cyclopts.App) -> None:
    """Add the commands of this file."""
    group.command(no_calls)
    group.command(calls_again)
