"""`monitord db`: which schema the database has, and bringing a server's database up to this program's."""

from pathlib import Path
from typing import Annotated, NoReturn

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.cli.place import NEWER, TEMPORARY, WRONG, database_of, fail, folder_or_default, settings_at
from monitord.store.engine import Place, StoreError, name_of
from monitord.store.migrate import NewerSchema, status_of, upgrade_server
from monitord.store.opening import first_line

Config = Annotated[Path | None, Parameter(name="--config", help="Folder of the settings.")]


def status(config: Config = None) -> int:
    """Say which schema the database has: exit 0 when it is this program's, 1 when older or none, 78 when newer."""
    place = database_of(settings_at(folder_or_default(config)))
    if isinstance(place, Path) and not place.exists():
        print(f"{place}: no such file; `monitord run` makes it")
        return 1
    try:
        found = status_of(place)
    except sa.exc.DatabaseError as error:
        _cannot(place, error)
    print(f"{name_of(place)}: schema {found.has or 'none'}, this program's is {found.wants}")
    if found.has == found.wants:
        return 0
    if not found.known:
        print("it is newer: upgrade monitord, or restore a backup")
        return NEWER
    print("`monitord db upgrade` brings it up" if isinstance(place, sa.URL) else "`monitord run` brings it up")
    return 1


def upgrade(config: Config = None) -> int:
    """Bring a PostgreSQL database up to this program's schema, in one transaction, while no daemon runs on it.

    Copy it before (`pg_dump`). A file needs no such command: `monitord run` copies and brings it up.
    """
    place = database_of(settings_at(folder_or_default(config)))
    if not isinstance(place, sa.URL):
        fail(f"{place} is a file: `monitord run` copies it and brings it up by itself", WRONG)
    try:
        had = upgrade_server(place)
    except NewerSchema as newer:
        fail(str(newer), NEWER)
    except StoreError as cannot:
        fail(f"{name_of(place)}: {cannot}", TEMPORARY)
    except sa.exc.DatabaseError as error:
        _cannot(place, error)
    now = status_of(place).has
    print(f"{name_of(place)}: " + (f"has schema {now} already" if had == now else f"schema {had or 'none'} -> {now}"))
    return 0


def _cannot(place: Place, error: sa.exc.DatabaseError) -> NoReturn:
    fail(f"{name_of(place)}: {first_line(error)}", TEMPORARY)


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="db", help="The database's schema.")
    group.command(status)
    group.command(upgrade)
    app.command(group)
