"""Secrets that settings name: read from systemd's credentials, else from the environment."""

from collections.abc import Mapping
from pathlib import Path

from monitord.settings.block import Place
from monitord.settings.fields import SecretGiven
from monitord.settings.problem import Findings, quoted

MAX_SECRET = 4096
"""Bytes of one secret."""

_KNOWN_TO_ALL = frozenset({"public"})


class Secrets:
    """Reads each secret once; `close` tells those that are missing, each once."""

    def __init__(self, environ: Mapping[str, str], readable_by_all: set[str], findings: Findings) -> None:
        self._environ = environ
        self._readable_by_all = readable_by_all
        self._findings = findings
        self._read: dict[str, str | None] = {}
        self._missing: dict[str, list[tuple[str, Place, str]]] = {}

    def text(self, given: SecretGiven, file: str, place: Place) -> str | None:
        """Return the secret; None when it is missing. One that stands in a file everybody can read is a mistake."""
        if given.name is None:
            literal = given.literal or ""
            if literal not in _KNOWN_TO_ALL and file in self._readable_by_all:
                why = f"a secret stands in a file that everybody can read: chmod 640 {file}, or write {{secret: NAME}}"
                self._findings.add(file, place, why)
            return literal
        if given.name not in self._read:
            self._read[given.name], why = self._look_up(given.name)
            if why:
                self._missing[given.name] = [(file, place, why)]
        elif given.name in self._missing:
            self._missing[given.name].append((file, place, ""))
        return self._read[given.name]

    def close(self) -> None:
        """Tell every missing secret at the first place that needs it."""
        for name, needed in self._missing.items():
            file, place, why = needed[0]
            more = f" (needed at {len(needed)} places)" if len(needed) > 1 else ""
            self._findings.add(file, place, f"secret {quoted(name)} {why}{more}")

    def _look_up(self, name: str) -> tuple[str | None, str]:
        folder = self._environ.get("CREDENTIALS_DIRECTORY", "")
        variable = "MONITORD_SECRET_" + name.upper().replace("-", "_").replace(".", "_")
        path = Path(folder or "$CREDENTIALS_DIRECTORY") / name
        if folder:
            try:
                with path.open("rb") as stream:
                    raw = stream.read(MAX_SECRET + 1)
                return _decoded(raw, f"in {path}")
            except FileNotFoundError:
                pass
            except (OSError, ValueError) as error:
                return None, f"cannot be read from {path}: {getattr(error, 'strerror', None) or error}"
        if variable in self._environ:
            return _decoded(self._environ[variable].encode("utf-8", "surrogateescape"), f"in {variable}")
        return None, f"is missing: put it into the credential file {path} or the environment variable {variable}"


def _decoded(raw: bytes, where: str) -> tuple[str | None, str]:
    if len(raw) > MAX_SECRET:
        return None, f"{where} is longer than {MAX_SECRET} bytes"
    try:
        value = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return None, f"{where} is not UTF-8"
    return (value, "") if value.strip() else (None, f"{where} is empty")
