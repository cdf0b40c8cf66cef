"""What comes in is bounded, and a text on its way between two folders is not lost from sight."""

from pathlib import Path
from typing import Any

import pytest

from monitord.tell.incoming import DATA_LIMIT, read_updates
from monitord.tell.spool import Spool, Stand


def press(data: Any) -> dict[str, Any]:
    return {"update_id": 1, "callback_query": {"id": "9", "from": {"id": 5}, "data": data}}


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("x" * DATA_LIMIT, "x" * DATA_LIMIT),
        ("x" * (DATA_LIMIT + 1), ""),
        ("v1|mã", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_what_no_button_of_ours_can_carry_is_read_as_nothing(data: Any, read: str) -> None:
    (update,) = read_updates([press(data)], None)
    assert update.data == read


class Moving(Spool):
    """Folders in which the modem sends the text while we look for it: it is seen in neither of two folders."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def _of(self, stand: Stand, tag: str) -> list[Path]:
        waiting = list((self.folder / "outbox").glob("OUT*"))
        if stand is Stand.WAITING and waiting:
            waiting[0].rename(self.folder / "sent" / waiting[0].name)
        return super()._of(stand, tag)


def test_a_text_that_is_being_moved_is_looked_for_again(tmp_path: Path) -> None:
    for name in ("outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    spool = Moving(tmp_path)
    spool.write("OUTA20261201_030500_00_+84912345678_abc.txt", "x")
    assert spool.stand("abc") is Stand.SENT
    assert spool.stand("abd") is Stand.NOWHERE


def test_what_the_modem_could_not_send_is_forgotten_when_it_is_tried_anew(tmp_path: Path) -> None:
    for name in ("outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    spool, name = Spool(tmp_path), "OUTA20261201_030500_00_+84912345678_abc.txt"
    assert spool.put("abc", name, "x") is Stand.WAITING
    (tmp_path / "outbox" / name).rename(tmp_path / "error" / name)
    assert spool.put("abc", name, "x") is Stand.WAITING
    # Else the next look would say that it failed, and it would be sent all the same.
    assert spool.stand("abc") is Stand.WAITING
