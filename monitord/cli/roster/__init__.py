"""`monitord roster ...`: every command of this folder, found by its `register`."""

import importlib
import pkgutil

import cyclopts


def register(app: cyclopts.App) -> None:
    """Add the commands of this folder as one group."""
    group = cyclopts.App(name="roster", help="Who is on duty: what is planned, what lies over it, what is missing.")
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        register_in = getattr(importlib.import_module(f"{__name__}.{module.name}"), "register", None)
        if register_in is not None:
            register_in(group)
    app.command(group)
