"""A copy of a settings folder with other delays and other values, comments and order kept."""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

DELAYS = ("after", "repeat", "ack_holds", "noted_holds", "approval_waits")
"""The keys of a policy that are delays."""
MANY_DELAYS = "restoration"

_SIXTIETH = {"m": "s", "h": "m"}
_DELAY = re.compile(r"([0-9]+)([mh])")


def in_seconds(folder_from: Path, folder_to: Path, changes: Mapping[str, Any] | None = None) -> None:
    """Write a copy of the settings in which policies run sixty times faster: minutes become seconds, hours minutes,
    and quiet hours go.

    `changes` maps dotted paths to values: `desk.state_dir`, `devices.cr-1.timing.interval` (an entry of a list by its
    id); None takes the key away. A section that stands nowhere yet is added in `changes.yaml`. The source must load;
    KeyError for a path that leads through an entry there is not.
    """
    yaml = _round_trip()
    contents = {path.name: yaml.load(path.read_text("utf-8-sig")) for path in sorted(folder_from.glob("*.yaml"))}
    held = {name: content for name, content in contents.items() if isinstance(content, CommentedMap)}
    for content in held.values():
        for policy in content.get("policies") or ():
            _hasten(policy)
    for path, value in (changes or {}).items():
        _change(held, path, value)
    folder_to.mkdir(parents=True, exist_ok=True)
    for name, content in held.items():
        stream = io.StringIO()
        yaml.dump(content, stream)
        target = folder_to / name
        target.touch(0o600)
        target.write_text(stream.getvalue(), "utf-8")
        source = folder_from / name
        target.chmod(source.stat().st_mode & 0o777 if source.exists() else 0o640)


def _round_trip() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _hasten(policy: CommentedMap) -> None:
    for step in policy["steps"]:
        # Hours by the wall mean nothing where an hour takes a minute.
        step.pop("quiet", None)
    for part in (policy, *policy["steps"]):
        for key in DELAYS:
            if key in part:
                part[key] = _hastened(part[key])
    if MANY_DELAYS in policy:
        policy[MANY_DELAYS] = [_hastened(delay) for delay in policy[MANY_DELAYS]]


def _hastened(delay: Any) -> Any:
    match = _DELAY.fullmatch(str(delay))
    return match[1] + _SIXTIETH[match[2]] if match else delay


def _change(held: dict[str, CommentedMap], path: str, value: Any) -> None:
    section, *rest = path.split(".")
    homes = [content for content in held.values() if section in content]
    if not homes:
        homes = [held.setdefault("changes.yaml", CommentedMap())]
    if not rest:
        _set(homes[0], section, value)
        return
    for home in homes:
        if _descend(home, [section, *rest], value):
            return
    raise KeyError(path)


def _descend(here: Any, parts: Sequence[str], value: Any) -> bool:
    """Set the value at `parts` below `here`; False when an entry on the way is not in this file."""
    if isinstance(here, CommentedSeq):
        # Ids may hold dots themselves, so the longest run of parts that names an entry counts.
        for length in range(len(parts) - 1, 0, -1):
            name = ".".join(parts[:length])
            for entry in here:
                if isinstance(entry, CommentedMap) and entry.get("id") == name:
                    return _descend(entry, parts[length:], value)
        return False
    if not isinstance(here, CommentedMap):
        return False
    if len(parts) == 1:
        _set(here, parts[0], value)
        return True
    if not isinstance(here.get(parts[0]), (CommentedMap, CommentedSeq)):
        here[parts[0]] = CommentedMap()
    return _descend(here[parts[0]], parts[1:], value)


def _set(here: CommentedMap, key: str, value: Any) -> None:
    if value is None:
        here.pop(key, None)
    else:
        here[key] = value
