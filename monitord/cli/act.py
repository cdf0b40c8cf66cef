"""`monitord incident ...`: what people do about an incident from the terminal, through the running daemon."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import cyclopts
from cyclopts import Parameter

from monitord.cli.place import TEMPORARY, WRONG, fail, folder_or_default, settings_at, socket_of
from monitord.cli.when import instant_or_fail
from monitord.clock import SystemClock
from monitord.desk.control import NoDaemon, Refused, ask
from monitord.domain.incident import Diary
from monitord.domain.safe import clean
from monitord.settings.model import Settings

Config = Annotated[Path | None, Parameter(name="--config", help="Folder of the settings.")]
As = Annotated[str, Parameter(name="--as", env_var="MONITORD_PERSON", help="Id of the person who does it.")]
At = Annotated[str | None, Parameter(help='When: 03:30 (today), "2027-02-06 03:30", or with an offset; default now.')]


def note(incident: str, text: str, *, person: As, internal: bool = False, config: Config = None) -> None:
    """Write a note. What is --internal ("nội bộ") never leaves the unit."""
    _act(config, "note", incident, person, text=text, internal=internal)


def instruct(incident: str, text: str, *, person: As, config: Config = None) -> None:
    """Write down what the leader on duty says shall be done; the handover book hands it on."""
    _act(config, "instruct", incident, person, text=text)


def call(
    incident: str,
    whom: str = "",
    said: str = "",
    *,
    person: As,
    at: At = None,
    unanswered: Annotated[bool, Parameter(help="Nobody answered.")] = False,
    org: Annotated[str | None, Parameter(help="Id of the organisation that was called.")] = None,
    config: Config = None,
) -> None:
    """Write down a telephone call: who was called, when, and what was said."""
    when = _instant(config, at)
    _act(config, "call", incident, person, whom=whom, text=said, at=when, unanswered=unanswered, organisation=org)


def confirm(incident: str, *, person: As, config: Config = None) -> None:
    """Confirm a suspicion: it is a security incident from now on."""
    _act(config, "confirm", incident, person)


def dismiss(incident: str, reason: str, *, person: As, config: Config = None) -> None:
    """Dismiss a suspicion, with the reason."""
    _act(config, "dismiss", incident, person, reason=reason)


def script(incident: str, *, config: Config = None) -> None:
    """Show what the caller of a security incident reads from, and who was called already."""
    ask_daemon(settings_at(folder_or_default(config)), "script", incident=incident)


def diary(incident: str, event: Diary, text: str = "", *, person: As, at: At = None, config: Config = None) -> None:
    """Write down what the team reports: set_out, arrived, generator_on ..."""
    _act(config, "diary", incident, person, event=event, text=text, at=_instant(config, at))


def ticket(incident: str, number: str, *, person: As, config: Config = None) -> None:
    """Note the ticket number of the corporate network operations centre."""
    _act(config, "ticket", incident, person, ticket=number)


def correct(incident: str, row: int, text: str, reason: str, *, person: As, config: Config = None) -> None:
    """Correct a row of the log by a new one, with the reason; the old one stays."""
    _act(config, "correct", incident, person, row=row, text=text, reason=reason)


def eta(incident: str, at: str, *, person: As, config: Config = None) -> None:
    """Say when it is expected to work again: if it does not, everybody is asked anew."""
    _act(config, "eta", incident, person, at=_instant(config, at))


def escalate(incident: str, *, person: As, config: Config = None) -> None:
    """Tell the next step now."""
    _act(config, "escalate", incident, person)


def hand(incident: str, to: str, *, person: As, config: Config = None) -> None:
    """Ask another person to take it; it stays with who has it until then."""
    _act(config, "hand", incident, person, to=to)


def remind(incident: str, at: str, *, person: As, config: Config = None) -> None:
    """Be reminded of it at that time, while it lasts."""
    _act(config, "remind", incident, person, at=_instant(config, at))


def restore(incident: str, *, person: As, at: At = None, config: Config = None) -> None:
    """Say that what was reported by hand works again."""
    _act(config, "restore", incident, person, at=_instant(config, at))


def fix(incident: str, *, person: As, at: At = None, config: Config = None) -> None:
    """Say that nothing is left to repair."""
    _act(config, "fix", incident, person, at=_instant(config, at))


def close(
    incident: str,
    *,
    person: As,
    cause: Annotated[str, Parameter(help="Why it happened.")] = "",
    measures: Annotated[str, Parameter(help="What was done.")] = "",
    config: Config = None,
) -> None:
    """Close it with cause and measures: a leader does, anybody else on duty proposes it."""
    _act(config, "close", incident, person, cause=cause, measures=measures)


def merge(incident: str, into: str, *, person: As, config: Config = None) -> None:
    """Merge an incident that was reported by hand into another one."""
    _act(config, "merge", incident, person, into=into)


def open_by_hand(
    title: str,
    *,
    person: As,
    unit: Annotated[str | None, Parameter(help="Unit; may be left out when there is only one.")] = None,
    severity: Annotated[int, Parameter(help="1 (worst) to 4.")] = 2,
    since: At = None,
    lane: Annotated[str | None, Parameter(help="Lane of a security incident, as in the settings.")] = None,
    site: Annotated[str | None, Parameter(help="Site: its nearest police are called.")] = None,
    suspected: Annotated[bool, Parameter(help="Nobody is sure yet: named persons hear of it only.")] = False,
    config: Config = None,
) -> None:
    """Report an incident that no check sees: a line that says what is wrong, and where."""
    settings = settings_at(folder_or_default(config))
    if unit is None and len(settings.units) != 1:
        fail(f"say which unit: --unit {' | '.join(settings.units)}", WRONG)
    named = unit or next(iter(settings.units))
    at = _instant(config, since)
    more = {"lane": lane, "site": site, "suspected": suspected}
    ask_daemon(settings, "open", unit=named, severity=severity, title=title, since=at, person=person, **more)


def _act(config: Path | None, act: str, incident: str, person: str, **given: Any) -> None:
    kept = {key: value for key, value in given.items() if value is not None}
    ask_daemon(settings_at(folder_or_default(config)), "act", act=act, incident=incident, person=person, given=kept)


def ask_daemon(settings: Settings, command: str, **arguments: Any) -> None:
    """Ask the running daemon and print its answer; exits with 1 when it refuses, with 75 when none runs."""
    print(asked_of_daemon(settings, command, **arguments)["text"])


def asked_of_daemon(settings: Settings, command: str, **arguments: Any) -> Mapping[str, Any]:
    """Return the running daemon's answer; exits as `ask_daemon` does."""
    try:
        return asyncio.run(ask(socket_of(settings), command, **arguments))
    except NoDaemon as away:
        _no_daemon(away)
    except Refused as why:
        fail(clean(str(why), 500), 1)


def _no_daemon(away: NoDaemon) -> NoReturn:
    fail(f"{away}; start it with `monitord run` or `systemctl start monitord`", TEMPORARY)


def _instant(config: Path | None, text: str | None) -> str | None:
    if text is None:
        return None
    settings = settings_at(folder_or_default(config))
    return instant_or_fail(text, SystemClock().now(), settings.zone).isoformat()


def add_to(group: cyclopts.App) -> None:
    """Add these commands to the group `incident`."""
    group.command(open_by_hand, name="open")
    for command in (
        note,
        instruct,
        call,
        diary,
        ticket,
        correct,
        eta,
        escalate,
        hand,
        remind,
        restore,
        fix,
        close,
        merge,
        confirm,
        dismiss,
        script,
    ):
        group.command(command)
