"""What gammu-smsd knows of its modem: its own monitor program reads the memory of the running daemon.

`gammu-smsd-monitor -C -n 1` (gammu-smsd-monitor(1)) prints one line of fields behind semicolons, of which the last but
one is the battery and the last the signal, both in percent; -1 is a modem that reports none, as without a network.
"""

import asyncio
import contextlib
import re

from monitord.domain.notice import Delivery, DeliveryCause, Outcome, Reading

PROGRAM = "gammu-smsd-monitor"
WITHIN = 10.0
"""Seconds that the program is given."""
LARGEST = 4096
"""Bytes read of what it prints."""
_LINE = re.compile(r"^[^\n]*;(-?[0-9]{1,3});(-?[0-9]{1,3})\s*$", re.MULTILINE)


async def signal_of(config: str) -> int | Outcome:
    """Return the signal in percent (-1: none) of the modem of a running gammu-smsd with that configuration; else why it
    cannot be known."""
    try:
        program = await asyncio.create_subprocess_exec(
            PROGRAM,
            *("-c", config, "-C", "-n", "1", "-d", "1"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, f"{PROGRAM} cannot be run")
    try:
        assert program.stdout is not None
        async with asyncio.timeout(WITHIN):
            said = await _read(program.stdout)
            status = await program.wait()
    except TimeoutError:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, f"{PROGRAM} does not end")
    finally:
        if program.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                program.kill()
            await program.wait()
    found = _LINE.search(said)
    if status != 0 or found is None:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, "gammu-smsd does not run, or not with that file")
    return int(found[2])


async def _read(stream: asyncio.StreamReader) -> str:
    """Return what a program prints, its warnings before the line included."""
    said = b""
    while len(said) < LARGEST and (more := await stream.read(LARGEST - len(said))):
        said += more
    return said.decode("utf-8", "replace")


async def looked_at(config: str, lowest: int) -> Outcome:
    """Return ACCEPTED while the modem has a signal of `lowest` percent or more, with what it is; else why not."""
    signal = await signal_of(config)
    if isinstance(signal, Outcome):
        return signal
    readings = ((Reading.SIGNAL, float(signal)),)
    if signal < lowest:
        said = "no signal" if signal < 0 else f"the signal is {signal} %"
        return Outcome(Delivery.NOT_SENT, DeliveryCause.NO_SIGNAL, said, readings=readings)
    return Outcome(Delivery.ACCEPTED, readings=readings)
