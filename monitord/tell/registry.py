"""Which channels there are: each file of a folder declares one as `CHANNEL`."""

import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from monitord.clock import Clock
from monitord.settings.channels import ChannelSection
from monitord.settings.model import Settings
from monitord.tell.ports import Channel

BUILT_IN = Path(__file__).parent / "channels"
"""The folder of the channels that come with the daemon."""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A channel as its file declares it. `make` returns the channel, or None when the settings do not ask for it.

    `section` is what it has in the settings, under its name; None where the settings know it already.
    """

    name: str
    make: Callable[[Settings, Clock], Channel | None]
    section: ChannelSection | None = None


class ChannelFileError(Exception):
    """A file in a folder of channels cannot be taken; the text names it."""


def find(folders: Iterable[Path] = ()) -> Mapping[str, ChannelKind]:
    """Return the channels of the daemon's own folder and of `folders`, by name.

    Raises ChannelFileError for a file that fails or declares no `CHANNEL`, and for two of one name, with both paths.
    """
    kinds: dict[str, ChannelKind] = {}
    where: dict[str, Path] = {}
    for path in (p for folder in (BUILT_IN, *folders) for p in sorted(folder.glob("[a-z]*.py"))):
        kind = getattr(_load(path), "CHANNEL", None)
        if not isinstance(kind, ChannelKind):
            raise ChannelFileError(f"{path}: declares no channel (CHANNEL = ChannelKind(name, make))")
        if kind.name in kinds:
            raise ChannelFileError(f"{path}: a channel named {kind.name!r} exists already, in {where[kind.name]}")
        kinds[kind.name], where[kind.name] = kind, path
    return kinds


def make_all(kinds: Mapping[str, ChannelKind], settings: Settings, clock: Clock) -> tuple[Channel, ...]:
    """Return every channel that the settings ask for."""
    made = (kind.make(settings, clock) for kind in kinds.values())
    return tuple(channel for channel in made if channel is not None)


def _load(path: Path) -> ModuleType:
    if path.parent == BUILT_IN:
        name = f"{__package__}.channels.{path.stem}"
    else:
        name = f"monitord_channels_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}.{path.stem}".replace(
            ".", "_"
        )
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ChannelFileError(f"{path}: cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    # Before it is executed: dataclasses look their module up while their class is made.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ChannelFileError(f"{path}: {type(error).__name__}: {error}") from error
    return module
