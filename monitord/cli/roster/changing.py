"""`monitord roster override`, `withdraw`, `away`, `back`, `add`, `withdraw-batch`: changes, through the daemon."""

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config
from monitord.cli.roster.sketch import sketch
from monitord.cli.when import instant_or_fail
from monitord.clock import SystemClock
from monitord.settings.model import Settings

Many = Annotated[list[str] | None, Parameter(consume_multiple=True)]
From = Annotated[str, Parameter(name="--from", help='When: 01:00 (today), or "2027-02-05 22:00".')]
To = Annotated[str, Parameter(name="--to", help="When it ends; that minute does not belong to it.")]


def override(
    *,
    unit: str,
    duty: str,
    start: From,
    end: To,
    person: As,
    out: Annotated[Many, Parameter(help="Who goes; without it everybody who is planned then.")] = None,
    into: Annotated[Many, Parameter(name="--in", help="Who comes; without it nobody.")] = None,
    beside: Annotated[bool, Parameter(help="Who comes stands beside those who are planned.")] = False,
    reason: str = "",
    dry_run: Annotated[bool, Parameter(help="Show who would be on duty piece by piece, and write nothing.")] = False,
    config: Config = None,
) -> None:
    """Let others be on duty than planned, for a time. What is planned is there again when it is taken back."""
    settings = settings_at(folder_or_default(config))
    if beside and out:
        fail("--beside lets nobody go: leave --out away, or --beside", WRONG)
    outgoing = [] if beside else out
    given = {"unit": unit, "duty": duty, "outgoing": outgoing, "incoming": into or [], "reason": reason}
    spans = {"start": instant_of(settings, start), "end": instant_of(settings, end)}
    if dry_run:
        sketch(settings, config, {**given, **spans})
        return
    ask_daemon(settings, "roster", act="override", person=person, given={**given, **spans})


def withdraw(override: int, *, person: As, config: Config = None) -> None:
    """Take back an override or a swap by its number."""
    settings = settings_at(folder_or_default(config))
    ask_daemon(settings, "roster", act="withdraw", person=person, given={"override": override})


def away(whom: str, *, start: From, end: To, person: As, reason: str = "", config: Config = None) -> None:
    """Note that somebody is on leave: stand-ins are told instead, and his duties in that time are gaps."""
    settings = settings_at(folder_or_default(config))
    spans = {"start": instant_of(settings, start), "end": instant_of(settings, end)}
    ask_daemon(settings, "roster", act="away", person=person, given={"whom": whom, "reason": reason, **spans})


def back(leave: int, *, person: As, config: Config = None) -> None:
    """End a leave, or strike it out, by its number."""
    settings = settings_at(folder_or_default(config))
    ask_daemon(settings, "roster", act="back", person=person, given={"leave": leave})


def instant_of(settings: Settings, text: str) -> str:
    """Return the instant that a text names, as acts are given it; exits with 2 where it names none."""
    return instant_or_fail(text, SystemClock().now(), settings.zone).isoformat()


def add(
    *,
    unit: str,
    duty: str,
    whom: Annotated[str, Parameter(name="--person", help="Id of who is on duty.")],
    start: From,
    end: To,
    person: As,
    backup: Annotated[bool, Parameter(help="Asked when nobody else on that duty can be reached (trực phụ).")] = False,
    config: Config = None,
) -> None:
    """Write one shift beside what is planned. It is a batch of its own, taken back by `withdraw-batch`."""
    settings = settings_at(folder_or_default(config))
    shift = [unit, duty, whom, instant_of(settings, start), instant_of(settings, end), backup, ""]
    ask_daemon(settings, "roster", act="put", person=person, given={"kind": "hand", "shifts": [shift]})


def withdraw_batch(batch: int, *, person: As, config: Config = None) -> None:
    """Take back what was written at once (a file, a shift by hand) by its number; what is past stays."""
    settings = settings_at(folder_or_default(config))
    ask_daemon(settings, "roster", act="withdraw_batch", person=person, given={"batch": batch})


def register(group: cyclopts.App) -> None:
    """Add the commands of this file."""
    for command in (override, withdraw, away, back, add, withdraw_batch):
        group.command(command)
