"""The program `monitord`: every command group of this folder, found by its `register`."""

import importlib
import pkgutil

import cyclopts

from monitord import __version__, cli


def make_app() -> cyclopts.App:
    """Return the command line with all its commands."""
    app = cyclopts.App(name="monitord", version=__version__, help="Outage and duty daemon.")
    for module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda m: m.name):
        register = getattr(importlib.import_module(f"{cli.__name__}.{module.name}"), "register", None)
        if register is not None:
            register(app)
    return app
