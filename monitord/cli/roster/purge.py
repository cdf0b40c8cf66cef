"""`monitord roster purge`: blanks telephone numbers of who has been in no roster for as long as the settings say."""

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, reading
from monitord.cli.roster.lists import Shown, show
from monitord.clock import SystemClock
from monitord.desk.purging import due
from monitord.domain.masking import masked


def purge(
    *,
    person: As = "",
    dry_run: Annotated[bool, Parameter(help="Show whose numbers would be blanked, and change nothing.")] = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Blank telephone numbers that are needed no more; the daemon does so by itself every hour. Names stay."""
    if not dry_run:
        if not person:
            fail("say who you are with --as, or --dry-run", WRONG)
        ask_daemon(settings_at(folder_or_default(config)), "roster", act="purge", person=person, given={})
        return
    settings = settings_at(folder_or_default(config))
    with reading(config, database) as desk:
        shown = Shown(desk, SystemClock().now())
        found = due(desk.connection, settings, shown.now)
        rows = [[one.person.name, masked(one.person.phone), shown.at(one.last)] for one in found]
        show(desk, ["person", "phone", "until"], rows)


def register(group: cyclopts.App) -> None:
    """Add the command of this file."""
    group.command(purge)
