"""The speaker: a text becomes a sound file that the telephone can play (espeak-ng, a program of its own)."""

import asyncio
import contextlib
import wave
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

RATE = 8000
"""Samples a second of G.711: what goes over the line."""
LIMIT = 10.0
"""Seconds that the program may take for one text."""
BEFORE = 0.4
"""Seconds of silence before the words: a telephone at an ear comes later than the answer."""
BEHIND = 30.0
"""Seconds of silence behind the words: the telephone hangs up at the end of the file, which is for us to decide."""
LONGEST = 180
"""Seconds of speech that are taken of one text."""
KEPT = 16
"""Sound files kept, the last used."""
LONGEST_PATH = 120
"""Characters of the path of a sound file that baresip takes."""
WORDS_A_MINUTE = "150"


class SpeakerError(Exception):
    """No sound was made; the text says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file; `seconds` is how long its words take, without the silence behind them."""

    path: Path
    seconds: float


class Speaker:
    """Makes sound files in `folder`, each text once while it is kept."""

    def __init__(self, program: str, voice: str, folder: Path) -> None:
        self._program = program
        self._voice = voice
        self._folder = folder
        self._kept: OrderedDict[str, Recording] = OrderedDict()

    async def say(self, text: str, limit: float = LIMIT) -> Recording:
        """Return the recording of a text, within `limit` seconds. Raises SpeakerError."""
        name = sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        raw, path = self._folder / f"{name}.raw.wav", self._folder / f"{name}.wav"
        if len(str(path)) > LONGEST_PATH:
            raise SpeakerError("the path of the temporary folder is too long")
        try:
            async with asyncio.timeout(max(0.1, min(limit, LIMIT))):
                await self._run(text, raw)
                seconds = await asyncio.to_thread(for_the_line, raw, path)
        except TimeoutError:
            raise SpeakerError("the speaker takes too long") from None
        except (OSError, wave.Error, EOFError, ValueError) as error:
            raise SpeakerError(f"the speaker fails ({type(error).__name__})") from error
        finally:
            raw.unlink(missing_ok=True)
        self._kept[name] = Recording(path, seconds)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)[1].path.unlink(missing_ok=True)
        return self._kept[name]

    async def _run(self, text: str, path: Path) -> None:
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        arguments = ("-v", self._voice, "-s", WORDS_A_MINUTE, "-b", "1", "-w", str(path), "--stdin")
        process = await asyncio.create_subprocess_exec(
            self._program,
            *arguments,
            stdin=pipe,
            stdout=nothing,
            stderr=nothing,
            # Ours may hold secrets.
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        try:
            await process.communicate(text.encode("utf-8", "replace") + b"\n")
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            raise ValueError("the program failed")


def for_the_line(raw: Path, path: Path) -> float:
    """Write `raw`, 16 bit and mono at any rate, for the line to `path`; return the seconds until its words end.

    Raises wave.Error, EOFError, OSError or ValueError.
    """
    with wave.open(str(raw), "rb") as source:
        if source.getsampwidth() != 2 or source.getnchannels() != 1 or not 4000 <= source.getframerate() <= 48_000:
            raise ValueError("not 16 bit and mono")
        rate = source.getframerate()
        samples = array("h", source.readframes(rate * LONGEST))
    words = resampled(samples, rate)
    if not words:
        raise ValueError("not a sound")
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(bytes(2 * int(RATE * BEFORE)) + words.tobytes() + bytes(2 * int(RATE * BEHIND)))
    return BEFORE + len(words) / RATE


def resampled(samples: "array[int]", rate: int) -> "array[int]":
    """Return the samples at RATE: each the mean of those it stands for, which is filter enough for speech."""
    if rate <= RATE:
        return array("h", (samples[at * rate // RATE] for at in range(len(samples) * RATE // rate)))
    made = array("h")
    for at in range(len(samples) * RATE // rate):
        piece = samples[at * rate // RATE : (at + 1) * rate // RATE]
        made.append(sum(piece) // len(piece))
    return made
