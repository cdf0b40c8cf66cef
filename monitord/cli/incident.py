"""`monitord incident`: taking an incident from the terminal, through the running daemon."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from monitord.bootstrap import take_without_daemon
from monitord.cli import act
from monitord.cli.picture import picture
from monitord.cli.place import TEMPORARY, fail, folder_or_default, settings_at, socket_of
from monitord.desk.by_hand import UnknownIncident
from monitord.desk.control import NoDaemon, Refused, ask
from monitord.store.engine import StoreError
from monitord.texts import pick

Config = Annotated[Path | None, Parameter(name="--config", help="Folder of the settings.")]


def take(
    incident: str,
    person: Annotated[str, Parameter(name="--as", help="Id of the person who takes it.")],
    config: Config = None,
) -> None:
    """Take an incident by its number (014 or SC-0602-014) as somebody who is on duty in its unit."""
    settings = settings_at(folder_or_default(config))

    async def taken() -> Mapping[str, Any]:
        try:
            return await ask(socket_of(settings), "acknowledge", incident=incident, person=person)
        except NoDaemon:
            pressed = await take_without_daemon(settings, incident, person)
            return {"result": pressed.result, "text": pick(settings.lang).press(pressed)}

    try:
        answer = asyncio.run(taken())
    except StoreError as cannot:
        fail(f"{cannot}; start the daemon with `monitord run` or `systemctl start monitord`", TEMPORARY)
    except (Refused, UnknownIncident) as why:
        fail(str(why), 1)
    print(answer["text"])
    if answer["result"] not in ("taken", "already_yours"):
        raise SystemExit(1)


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="incident", help="Incidents.")
    group.command(take)
    group.command(picture)
    act.add_to(group)
    app.command(group)
