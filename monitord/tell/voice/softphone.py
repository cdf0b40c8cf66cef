"""The telephone: baresip, a process of our own."""

import asyncio
import contextlib
import socket
from pathlib import Path

from monitord.clock import Clock
from monitord.tell.voice.control import Control, PhoneError
from monitord.tell.voice.form import VoiceForm
from monitord.tell.voice.profile import prepare
from monitord.tell.voice.reach import Way

START_WITHIN = 4.0
"""Seconds until its control socket answers."""
END_WITHIN = 2.0
"""Seconds that it may take to end before it is killed."""
LOOK = 0.02
"""Seconds between two tries to connect while it starts."""
_SETPRIV = Path("/usr/bin/setpriv")
_DIES_WITH_US = (str(_SETPRIV), "--pdeathsig", "TERM") if _SETPRIV.exists() else ()
"""So that it hangs up and ends however we end (prctl(2), PR_SET_PDEATHSIG); it becomes the program that follows."""


class Softphone:
    """Begun when it is needed, begun again when it died, ended by `end` for good. One call at a time."""

    def __init__(self, given: VoiceForm, password: str, folder: Path, clock: Clock) -> None:
        self._given = given
        self._password = password
        self._folder = folder
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._control: Control | None = None
        self._way: Way | None = None
        self._starting = asyncio.Lock()
        self._ended = False

    @property
    def control(self) -> Control | None:
        """Return how it is told something, None while it is not there."""
        alive = self._process is not None and self._process.returncode is None
        return self._control if alive and self._control is not None and self._control.works else None

    async def ready(self, way: Way) -> Control:
        """Return how it is told something when it is there and knows the way. Raises PhoneError."""
        async with self._starting:
            if self._ended:
                raise PhoneError("the channel was stopped")
            if (control := self.control) is not None and way == self._way:
                return control
            await self.stop()
            self._way = way
            try:
                return await self._start(way)
            except BaseException:
                await self.stop()
                raise

    async def _start(self, way: Way) -> Control:
        port = _free_port()
        nothing = asyncio.subprocess.DEVNULL
        try:
            await asyncio.to_thread(prepare, self._folder, self._given, self._password, way, port)
            self._process = process = await asyncio.create_subprocess_exec(
                *_DIES_WITH_US,
                self._given.baresip,
                "-f",
                str(self._folder),
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                env={"PATH": "/usr/bin:/bin", "HOME": str(self._folder), "LANG": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as error:
            raise PhoneError(f"baresip does not start ({type(error).__name__})") from error
        try:
            async with asyncio.timeout(START_WITHIN):
                self._control = control = await self._connected(process, port)
        except TimeoutError:
            raise PhoneError("baresip does not answer") from None
        # Whoever else had taken the port says something else.
        await control.tell("help")
        return control

    async def _connected(self, process: asyncio.subprocess.Process, port: int) -> Control:
        while process.returncode is None:
            try:
                return Control(*await asyncio.open_connection("127.0.0.1", port))
            except OSError:
                await self._clock.sleep(LOOK)
        raise PhoneError("baresip ends at once")

    async def end(self) -> None:
        """Stop it, and one that is just being begun as well; it is not begun again."""
        self._ended = True
        await self.stop()
        async with self._starting:
            await self.stop()

    async def stop(self, within: float = END_WITHIN) -> None:
        """End the process, and every call with it: asked first, killed when it does not in that many seconds."""
        control, self._control = self._control, None
        process, self._process = self._process, None
        try:
            if process is not None:
                await _end(process, within)
        finally:
            if control is not None:
                await control.close()


async def _end(process: asyncio.subprocess.Process, within: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(within):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    await process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
