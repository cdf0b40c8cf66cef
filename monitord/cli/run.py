"""`monitord run` and `monitord config`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.bootstrap import Daemon
from monitord.cli.place import NEWER, TEMPORARY, WRONG, fail, folder_or_default, settings_and_checks
from monitord.store.engine import AlreadyRunning, StoreError
from monitord.store.migrate import NewerSchema
from monitord.web.server import AddressTaken

Config = Annotated[
    Path | None,
    Parameter(name="--config", help="Folder of the settings (default: $MONITORD_CONFIG, /etc/monitord, ./config)."),
]


def run(config: Config = None) -> None:
    """Run the daemon in the foreground until SIGTERM or Ctrl-C; SIGHUP reads the settings again."""
    folder = folder_or_default(config)
    settings, checks = settings_and_checks(folder)
    for warning in settings.warnings:
        print(f"warning: {warning}", file=sys.stderr)

    async def live() -> None:
        await Daemon(folder, settings, checks).run()

    try:
        asyncio.run(live())
    except NewerSchema as newer:
        fail(str(newer), NEWER)
    except (AlreadyRunning, StoreError, AddressTaken) as cannot:
        fail(str(cannot), TEMPORARY)
    except KeyboardInterrupt:
        return


def check(config: Config = None) -> None:
    """Check the settings and print every mistake of all files; exit 0 when they are sound, 2 when not."""
    folder = folder_or_default(config)
    if not folder.is_dir():
        fail(f"{folder}: no such folder; name one with --config", WRONG)
    settings, _ = settings_and_checks(folder)
    for warning in settings.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    targets = sum(len(device.targets) for device in settings.devices.values())
    print(f"{folder}: sound; {len(settings.devices)} devices, {targets} targets, {len(settings.people)} people")


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    app.command(run)
    config = cyclopts.App(name="config", help="The settings.")
    config.command(check)
    app.command(config)
