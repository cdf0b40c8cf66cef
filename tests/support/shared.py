"""The way to the reference material that may lie beside the repository."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"


def shared_path(relative: str) -> Path:
    """Return a path under `<repo>/../shared`, or skip the test when it is not there.

    The reason starts with "shared: ", the only kind of skip that is allowed where everything is required.
    """
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"shared: {relative} is not here", allow_module_level=True)
    return path
