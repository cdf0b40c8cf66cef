"""A decision while no daemon runs: under the writer's own lock, so that there is still one writer."""

from collections.abc import Callable
from pathlib import Path

from monitord.clock import Clock
from monitord.desk.context import Context
from monitord.desk.desk import Desk
from monitord.store.engine import Place, StateLock, StoreError, name_of, writing_engine
from monitord.store.migrate import head, revision_of
from monitord.store.tx import Tx
from monitord.store.writer import InlineWriter, StoreUnavailable
from monitord.texts.story import Pressed


class _NoReserve:
    """A short command fails where the daemon would wait."""

    async def refused(self, why: StoreUnavailable, seconds: float) -> None:
        raise StoreError(f"the database cannot be written: {why}") from why

    async def works_again(self) -> None:
        return


class _Uncounted:
    """Nobody counts a short command."""

    def committed(self, command: str, seconds: float) -> None:
        return

    def refused(self) -> None:
        return


async def take(
    state_dir: Path,
    database: Place,
    context: Context,
    clock: Clock,
    token: Callable[[int], str],
    incident: str,
    person: str,
) -> Pressed:
    """Take an incident as that person; what is owed to others leaves when a daemon starts.

    AlreadyRunning when a daemon holds the lock after all, UnknownIncident as `Desk.acknowledge`, StoreError without a
    usable database.
    """
    if isinstance(database, Path) and not database.exists():
        raise StoreError(f"{database}: there is no database yet, nothing can be taken")
    with StateLock(state_dir):
        if revision_of(database) != head():
            raise StoreError(f"{name_of(database)} has another schema than this program")
        writer = InlineWriter(writing_engine(database), lambda connection: Tx(connection, token))
        try:
            desk = Desk(writer, context, clock, token(6), lambda: 0.0, _NoReserve(), _Uncounted())
            return await desk.acknowledge(incident, person)
        finally:
            writer.close()
