"""`monitord bulletin`: the bulletins of foreseen nights: which wait, how they read, and a leader's approval."""

import sqlalchemy as sa
from cyclopts import App

from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.desk.nights import body
from monitord.domain.bulletin import Bulletin
from monitord.domain.notice import Event, NoticeState
from monitord.settings.model import Settings
from monitord.store import tables as t


def show(bulletin: str | None = None, *, config: Config = None, database: Database = None) -> int:
    """List the bulletins, made and ahead; or print one: what was sent or waits, or how it would read by now."""
    with reading(config, database) as desk:
        if desk.settings is None:
            fail("bulletins need the settings: name their folder with --config", WRONG)
        made = {row["key"]: row for row in desk.connection.execute(sa.select(t.bulletin)).mappings()}
        if bulletin is not None:
            _print(desk, desk.settings, made, bulletin)
            return 0
        words, zone = desk.words, desk.settings.zone
        now = SystemClock().now()
        never = [one for one in desk.settings.bulletins if not _row(made, one.id) and one.old(now)]
        ahead = [one for one in desk.settings.bulletins if one.key not in made and one not in never]
        rows = [[row["key"], row["name"], words.instant(row["due"], zone), _state(desk, row)] for row in made.values()]
        for state, some in (("bulletin_ahead", ahead), ("bulletin_never", never)):
            rows += [[one.id, one.name, words.instant(one.due, zone), words.table[state]] for one in some]
        if rows:
            print_table([words.table[key] for key in ("bulletin", "bulletin_name", "due", "bulletin_state")], rows)
        else:
            print(words.table["empty"])
    return 0


def approve(bulletin: str, *, person: As, config: Config = None) -> None:
    """Approve a bulletin as the leader on duty: it is sent at once, as it was shown."""
    ask_daemon(settings_at(folder_or_default(config)), "bulletin_approve", bulletin=bulletin, person=person)


def _row(made: dict[str, sa.RowMapping], name: str) -> sa.RowMapping | None:
    """Return the bulletin that was made with that key, or the newest with that id."""
    of_id = [row for key, row in made.items() if key.partition("@")[0] == name]
    return made.get(name) or max(of_id, key=lambda row: row["due"], default=None)


def _state(desk: Reading, row: sa.RowMapping) -> str:
    if row["lapsed_at"] is not None:
        return desk.words.table["bulletin_old"]
    if row["sent_at"] is None and row["approved_by"] is None:
        return desk.words.table["bulletin_waits"]
    by = f" ({desk.words.table['approved']} {row['approved_by']})" if row["approved_by"] else ""
    o = t.outbox.c
    mine = sa.select(o.state).where(o.event == Event.BULLETIN, o.subject == row["key"])
    there = NoticeState.SENT in set(desk.connection.execute(mine).scalars())
    return f"{desk.words.table['bulletin_sent' if there else 'bulletin_leaving']}{by}"


def _print(desk: Reading, settings: Settings, made: dict[str, sa.RowMapping], name: str) -> None:
    row = _row(made, name)
    one: Bulletin | None = next((b for b in settings.bulletins if name in (b.id, b.key)), None)
    if row is not None and (one is None or one.made_before(row["key"], row["due"])):
        print(f"{row['key']}: {_state(desk, row)}\n{row['text']}")
        return
    if one is None:
        there = ", ".join([*made, *(b.id for b in settings.bulletins)]) or "none: name them in `bulletins`"
        fail(f"there is no bulletin {name!r}; known: {there}", WRONG)
    text = body(desk.connection, one, settings, desk.words, SystemClock().now())
    print(f"{desk.words.table['bulletin_by_now']}\n{text}")


def register(app: App) -> None:
    """Add the commands of this file."""
    group = App(name="bulletin", help="Bulletins of foreseen nights, such as Giao thừa.")
    group.command(show, name="show")
    group.command(approve)
    app.command(group)
