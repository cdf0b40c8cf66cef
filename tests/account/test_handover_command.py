"""`monitord handover show` as somebody types it: the frozen book, its proof, and the book of the next change."""

from collections.abc import Callable
from pathlib import Path

import cyclopts
import pytest
import sqlalchemy as sa

from monitord.account.handover import kept_at
from monitord.cli import handover
from monitord.desk.ahead import books_ahead
from monitord.domain.health import Health
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from monitord.texts import pick
from tests.nights.test_handover import IN, OUT, giving
from tests.nights.test_rollcall import UNIT, asked, calling
from tests.support.night import Night, silent

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command line and gives exit code, output and errors."""
    app = cyclopts.App(name="monitord")
    handover.register(app)

    def type_in(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in


async def live(folder: Path, *, until: int = 25) -> Path:
    """Let one shift be handed over at 06:00, with something that goes on."""
    async with Night(folder, "2026-12-05 05:40", calling()) as night:
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.presses(OUT, night.got[0].button("take"))
        await night.passes(minutes=10)
        if until > 10:
            await night.presses(OUT, giving(night)[0].button("shift_give"))
            await night.presses(IN, asked(night)[0].button("shift"))
            await night.passes(minutes=until - 10)
        return night.database


async def test_the_frozen_book_is_shown_with_signatures_and_proof(run: Run, tmp_path: Path) -> None:
    database = await live(tmp_path)
    code, out, _ = run("handover", "show", "--database", database, "--at", "2026-12-05 06:30")
    assert code == 0
    lines = out.strip().splitlines()
    assert lines[0] == "📋 GIAO CA · trực ca · Viễn thông Sông Mẫu (22:00 04/12 – 06:00 05/12/2026)"
    assert lines[-4:-1] == [
        "Ký giao: Phạm Tiến Dũng, 05:50 05/12/2026",
        "Ký nhận: Lê Thị Chi, 05:50 05/12/2026",
        "Sổ khóa lúc 05:50 05/12/2026",
    ]
    assert "khớp dòng" in lines[-1]


async def test_a_book_that_was_changed_since_is_said_to_be_so(run: Run, tmp_path: Path) -> None:
    database = await live(tmp_path)
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        content = connection.execute(sa.select(t.handover.c.content)).scalar_one()
        connection.execute(t.handover.update().values(content=content.replace("SC-0512-001", "SC-0512-009")))
    engine.dispose()
    code, out, _ = run("handover", "show", "--database", database, "--at", "2026-12-05 06:30")
    assert code == 1
    assert "KHÔNG khớp nhật ký" in out
    with engine.begin() as connection:
        connection.execute(t.handover.update().values(content='{"at": 7'))
    engine.dispose()
    code, out, _ = run("handover", "show", "--database", database, "--at", "2026-12-05 06:30")
    assert (code, out.splitlines()[0]) == (1, f"{UNIT}/shift: ?")


async def test_before_the_first_there_is_none_and_another_unit_has_none(run: Run, tmp_path: Path) -> None:
    database = await live(tmp_path)
    for words in (("--at", "2026-12-05 05:45"), ("--at", "2026-12-05 06:30", "--unit", "bd")):
        assert run("handover", "show", "--database", database, *words)[:2] == (0, "Chưa có sổ giao ca nào.\n")
    assert run("handover", "show", "--database", database, "--at", "giờ Tý")[0] == 2
    assert run("handover", "show", "--database", database, "--now")[0] == 2


async def test_the_book_of_the_next_change_is_made_by_reading_alone(tmp_path: Path) -> None:
    database = await live(tmp_path, until=10)
    before = database.read_bytes()
    with reading_engine(database).connect() as connection:
        now = connection.execute(sa.select(sa.func.max(t.journal.c.ts))).scalar_one()
        (book,) = books_ahead(connection, calling(), pick("vi"), None, now)
        assert kept_at(connection, now) == []
    assert (book.giving, book.taking) == (("Phạm Tiến Dũng",), ("Lê Thị Chi",))
    assert [one.code for one in book.left] == ["SC-0512-001"]
    assert database.read_bytes() == before
