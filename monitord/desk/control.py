"""The control socket: a command that changes something asks the running daemon, so that there is one writer."""

import asyncio
import contextlib
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

LINE = 8 * 1024 * 1024
"""Bytes of one request or answer at most: twenty thousand shifts fit."""
PATIENCE = 10.0

log = structlog.get_logger("desk")
Command = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class Refused(Exception):
    """The daemon answered that it cannot do this; the text says why."""


class NoDaemon(Exception):
    """Nothing listens at the control socket."""


class ControlSocket:
    """Answers one JSON line with one JSON line.

    `{"command": ..., ...}` with `{"ok": true, ...}` or `{"ok": false, "why": ...}`.
    """

    def __init__(self, path: Path, commands: Mapping[str, Command]) -> None:
        self._path = path
        self._commands = commands
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, readable and writable by the owner and the group only."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        mask = os.umask(0o117)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LINE)
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                line = await reader.readline()
                answer = await self._answer(line)
                writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, ConnectionError) as error:
            log.warning("control.failed", error=repr(error))
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Mapping[str, Any]:
        try:
            asked = json.loads(line)
            command = self._commands[asked["command"]]
        except (ValueError, KeyError, TypeError):
            return {"ok": False, "why": "no such command"}
        try:
            return {"ok": True, **await command(asked)}
        except Exception as error:
            log.warning("control.refused", command=asked["command"], error=repr(error))
            return {"ok": False, "why": str(error) or type(error).__name__}


async def ask(path: Path, command: str, **arguments: Any) -> Mapping[str, Any]:
    """Return the running daemon's answer; Refused with its reason, NoDaemon when none listens."""
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE)
    except (FileNotFoundError, ConnectionError) as away:
        raise NoDaemon(f"no daemon listens at {path}") from away
    try:
        async with asyncio.timeout(PATIENCE + 5):
            writer.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
            await writer.drain()
            answer: Mapping[str, Any] = json.loads(await reader.readline())
    except (TimeoutError, ValueError) as broken:
        raise NoDaemon(f"the daemon at {path} did not answer") from broken
    finally:
        writer.close()
    if not answer.get("ok"):
        raise Refused(str(answer.get("why", "refused")))
    return answer
