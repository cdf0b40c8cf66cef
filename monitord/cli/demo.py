"""`monitord demo`: a province in a box on the loopback."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter
from rich.console import Console

from monitord.cli.place import TEMPORARY, fail, settings_at
from monitord.clock import SystemClock
from monitord.demo.run import Box, DemoFailed, free_port, run_demo


def demo(
    *,
    once: Annotated[
        bool, Parameter(negative=(), help="Play the story without waiting for anyone, check it, and exit.")
    ] = False,
    config: Annotated[Path, Parameter(help="The example province.")] = Path("config"),
    folder: Annotated[Path, Parameter(help="Where the demo keeps its files; emptied at the start.")] = Path(".demo"),
    port: Annotated[int, Parameter(help="Port of the page; the telephones are at the next one.")] = 8080,
    network: Annotated[int, Parameter(help="Second byte of the devices' addresses 127.N.x.y.")] = 30,
) -> None:
    """Start a simulated province and the daemon beside it, break a device, and show who is told when."""
    if not config.is_dir():
        fail(f"{config}: no such folder; run this in the project's folder or name one with --config", 2)
    web = free_port(port) if once else port
    box = Box(config.resolve(), folder.resolve(), web, free_port(web + 1), network)
    console = Console(soft_wrap=not sys.stdout.isatty())
    try:
        faults = asyncio.run(run_demo(box, settings_at, SystemClock(), once=once, console=console))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
    except (DemoFailed, OSError) as cannot:
        fail(f"demo: {cannot}", TEMPORARY)
    if faults:
        fail("\n".join(f"  - {fault}" for fault in faults), 1)


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    app.command(demo)
