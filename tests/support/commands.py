"""Programs of the system that a test may need."""

import shutil
from pathlib import Path

import pytest

# Debian keeps daemons where an ordinary user's PATH does not look.
_ALSO = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def needs_command(name: str) -> Path:
    """Return the path of a program, or skip the test with a reason that names it."""
    found = shutil.which(name) or shutil.which(name, path=":".join(_ALSO))
    if found is None:
        pytest.skip(f"the program {name} is not installed", allow_module_level=True)
    return Path(found)
