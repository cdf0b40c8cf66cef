"""What people typed while nobody listened comes all at once, and is heard all the same."""

from monitord.tell.incoming import Flood, worth_passing
from monitord.tell.ports import Update, UpdateKind

OURS = frozenset({666})


def typed(number: int, text: str) -> Update:
    return Update(number, UpdateKind.TEXT, 666, 666, text)


def test_who_took_a_dozen_incidents_while_the_daemon_began_anew_took_them_all() -> None:
    batch = [typed(number, f"XN {number:03}") for number in range(1, 13)]
    assert list(worth_passing(batch, Flood(), 0.0, OURS)) == batch
