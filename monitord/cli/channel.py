"""`monitord channel`: how each channel works, who answers by which, and a message that tries one on one person."""

import asyncio
from typing import Annotated, Any

import sqlalchemy as sa
from cyclopts import App, Parameter

from monitord.account.contacts import contacts
from monitord.cli.act import As, ask_daemon, asked_of_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.desk.channels import state_from
from monitord.domain.channel import ChannelState
from monitord.domain.notice import Reading as Read
from monitord.store import tables as t
from monitord.store.counts import read_counts
from monitord.texts import pick

COLUMNS = ("channel", "channel_state", "channel_since", "channel_told", "channel_heard", "channel_waiting")
CONTACTS = ("contact_person", "channel", "contact_address", "contact_answered", "contact_told", "contact_failed")
CANARIES = ("canary_back", "canary_took", "canary_missed")
"""Columns that are shown when the settings have a canary."""
LOOK = 0.5
LONGEST = 90.0
"""Seconds for which a test is watched; it is tried on after that."""


def show(*, config: Config = None, database: Database = None) -> int:
    """Show how each channel works: since when, when it told somebody last, and what waits for it, for a handover; of
    canaries when one was back, how long it took and how many are missing; of a modem its signal and its account."""
    with reading(config, database) as desk:
        if desk.settings is None:
            fail("channels need the settings: name their folder with --config", WRONG)
        known = {
            row["channel"]: state_from(row) for row in desk.connection.execute(sa.select(t.channel_state)).mappings()
        }
        flown = {row["channel"]: row for row in desk.connection.execute(sa.select(t.canary)).mappings()}
        counts = read_counts(desk.connection, SystemClock().now())
        watched = desk.settings.canaries
        read = sorted({kind for _, kind in counts.readings})
        keys = [*COLUMNS, *(CANARIES if watched else ()), *read]
        rows = []
        for way in desk.settings.ways:
            line = _row(desk, known.get(way, ChannelState(way)), counts.pending.get(way, (0, 0.0))[0])
            line += _canary(desk, flown.get(way) if way in watched else None) if watched else []
            rows.append(line + [_reading(counts.readings.get((way, kind)), kind) for kind in read])
        print_table([desk.words.table[key] for key in keys], rows)
    return 0


def _canary(desk: Reading, row: Any) -> list[str]:
    assert desk.settings is not None
    if row is None:
        return ["", "", ""]
    back = "" if row["back_at"] is None else desk.words.instant(row["back_at"], desk.settings.zone)
    return [back, "" if row["took"] is None else f"{row['took']:.1f} s", str(row["missed"])]


def _reading(value: float | None, kind: str) -> str:
    if value is None:
        return ""
    return f"{value:.0f} %" if kind == Read.SIGNAL else f"{value:.0f}"


def _row(desk: Reading, state: ChannelState, waiting: int) -> list[str]:
    words = desk.words
    assert desk.settings is not None
    zone = desk.settings.zone
    said = words.table[
        "channel_unknown" if state.since is None else "channel_works" if state.works else "channel_fails"
    ]
    if state.since is not None and not state.works:
        said = f"{said}: {words.delivery_cause(state.cause)}"
    instants = (state.since, state.told_at, state.heard_at)
    return [
        words.channel(state.channel),
        said,
        *("" if at is None else words.instant(at, zone) for at in instants),
        str(waiting),
    ]


def people(*, config: Config = None, database: Database = None) -> int:
    """Show by which ways each person can be reached, and by which he has answered: what was only accepted proves no
    more than that somebody has that address. `monitord channel test` asks for an answer."""
    with reading(config, database) as desk:
        if desk.settings is None:
            fail("people need the settings: name their folder with --config", WRONG)
        words, zone = desk.words, desk.settings.zone
        print_table(
            [words.table[key] for key in CONTACTS],
            [
                [
                    f"{one.name} ({one.person})",
                    words.channel(one.channel),
                    one.address,
                    words.instant(one.answered, zone)
                    if one.answered
                    else words.table["contact_other" if one.changed else "contact_never"],
                    *("" if at is None else words.instant(at, zone) for at in (one.told, one.failed)),
                ]
                for one in contacts(desk.connection, desk.settings)
            ],
        )
    return 0


def try_one(
    whom: Annotated[str, Parameter(help="Id of the person who is to get the message.")],
    channel: Annotated[str, Parameter(help="The channel to try: telegram, sms, smpp, brandname, mail ...")],
    *,
    person: As,
    config: Config = None,
) -> int:
    """Send one person a message that says it is a test, and show what becomes of it."""
    settings = settings_at(folder_or_default(config))
    words = pick(settings.lang)
    begun = asked_of_daemon(settings, "channel_test", whom=whom, channel=channel, person=person)
    print(begun["text"], flush=True)
    shown, clock = "", SystemClock()
    ends = clock.mono() + LONGEST
    while clock.mono() < ends:
        tried = asked_of_daemon(settings, "channel_tested", notice=begun["notice"])
        if tried["text"] != shown:
            shown = str(tried["text"])
            print(shown, flush=True)
        if tried["over"]:
            return 0 if tried["sent"] else 1
        asyncio.run(clock.sleep(LOOK))
    print(words.table["test_goes_on"])
    return 1


def canary(
    channel: Annotated[str, Parameter(help="The channel: telegram, sms, mail.")], *, config: Config = None
) -> int:
    """Send one canary by a channel now, and show whether it comes back."""
    settings = settings_at(folder_or_default(config))
    begun = asked_of_daemon(settings, "channel_canary", channel=channel)
    print(begun["text"], flush=True)
    route, shown, clock = settings.canaries.get(channel), "", SystemClock()
    ends = clock.mono() + (LONGEST if route is None else route.within.total_seconds() + LONGEST)
    while clock.mono() < ends:
        state = asked_of_daemon(settings, "channel_canary_state", channel=channel, token=begun["token"])
        if state["text"] != shown:
            shown = str(state["text"])
            print(shown, flush=True)
        if state["over"]:
            return 0 if state["back"] else 1
        asyncio.run(clock.sleep(LOOK))
    return 1


def verify(
    whom: Annotated[str, Parameter(help="Id of the person whose address is to be proved.")],
    channel: Annotated[str, Parameter(help="The channel: sms, smpp, mail.")],
    *,
    person: As,
    config: Config = None,
) -> None:
    """Send a code of six digits by a channel: who reads it answers with it, or reads it to the desk."""
    given = {"whom": whom, "channel": channel}
    ask_daemon(settings_at(folder_or_default(config)), "roster", act="contact_verify", person=person, given=given)


def verified(
    whom: Annotated[str, Parameter(help="Id of the person who read the code out.")],
    channel: Annotated[str, Parameter(help="The channel by which it was sent.")],
    code: Annotated[str, Parameter(help="The six digits.")],
    *,
    person: As,
    config: Config = None,
) -> int:
    """Take the code that somebody read from his telephone; it holds for ten minutes and five tries."""
    given = {"whom": whom, "channel": channel, "code": code}
    settings = settings_at(folder_or_default(config))
    answer = asked_of_daemon(settings, "roster", act="contact_verified", person=person, given=given)
    print(answer["text"])
    return 0 if answer["right"] else 1


def register(app: App) -> None:
    """Add the commands of this file."""
    group = App(name="channel", help="Channels: how each works, who answers by which, and a message that tries one.")
    group.command(show, name="list")
    group.command(people, name="contacts")
    group.command(try_one, name="test")
    group.command(canary, name="canary")
    group.command(verify)
    group.command(verified)
    app.command(group)
