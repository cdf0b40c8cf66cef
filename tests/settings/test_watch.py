"""Settings that change while the daemon runs: noticed when the writing is over, swapped whole or not at all."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitord.settings import Settings, SettingsError
from monitord.settings.files import content_of
from monitord.settings.reloading import Reloader
from monitord.settings.watch import FolderWatch, marks
from tests.settings.small import SMALL, broken, loaded, written
from tests.support.clock import ManualClock


class Desk:
    """Settings in force, the reloader that swaps them, and the watch that asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = written(folder)
        self.clock = ManualClock()
        self.settings = loaded(self.folder)
        self.outcomes: list[bool] = []
        self.under_way = 0
        self.put: list[str] = []
        self.gate: asyncio.Event | None = None
        self.entered = asyncio.Event()
        self.reloader = Reloader(
            self.folder, self.settings.content, self._load, self._put, self.outcomes.append, self._around
        )
        self.watch = FolderWatch(self.folder, self.clock, self.reloader.if_changed, lambda: self.settings.watch)

    def _load(self) -> Settings:
        return loaded(self.folder)

    async def _put(self, settings: Settings) -> None:
        self.put.append(settings.name)
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if settings.name == "Không ghi được":
            raise OSError("the database refuses")
        self.settings = settings

    @contextlib.contextmanager
    def _around(self) -> Iterator[None]:
        self.under_way += 1
        assert self.under_way == 1, "two reloads at once"
        try:
            yield
        finally:
            self.under_way -= 1

    async def looks(self, seconds: int) -> None:
        """Let time go by with a look each second."""
        for _ in range(seconds):
            await self.watch.look()
            self.clock.jump(1)
            await self.clock.advance(1)

    def writes(self, text: str) -> None:
        written(self.folder, text)


def named(name: str) -> str:
    return broken("name: Bàn trực", f"name: {name}")


async def test_a_start_reloads_nothing_when_nothing_was_written_meanwhile(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(10)
    assert desk.outcomes == []


async def test_what_was_written_between_reading_and_the_first_look_is_noticed(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    desk.writes(named("Mới"))
    await desk.looks(4)
    assert desk.settings.name == "Mới"


async def test_a_change_is_taken_once_after_two_quiet_seconds(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    for step in range(4):
        desk.writes(named(f"Bước {step}"))
        await desk.looks(1)
        assert desk.put == []
    await desk.looks(1)
    assert desk.put == []
    await desk.looks(2)
    assert (desk.put, desk.outcomes, desk.settings.name) == (["Bước 3"], [True], "Bước 3")
    await desk.looks(20)
    assert desk.outcomes == [True]


@pytest.mark.parametrize("how", ["rename", "new file", "removed file", "same size and mtime", "chmod"])
def test_every_way_of_writing_moves_the_marks(tmp_path: Path, how: str) -> None:
    folder = written(written(tmp_path / "config"), "sites: []\n", "more.yaml")
    before, path = marks(folder), folder / "small.yaml"
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    match how:
        case "rename":
            written(tmp_path, SMALL, "other").joinpath("other").replace(path)
        case "new file":
            written(folder, "devices: []\n", "new.yaml")
        case "removed file":
            (folder / "more.yaml").unlink()
        case "same size and mtime":
            path.write_text(SMALL.replace("Bàn trực", "Bàn trựx"), "utf-8")
            os.utime(path, ns=times)
        case "chmod":
            path.chmod(0o600)
    assert marks(folder) != before


def test_what_editors_leave_beside_the_files_is_no_change(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    before, content = marks(folder), content_of(folder)
    for name in (".small.yaml.swp", "4913", "small.yaml~", "#small.yaml#", ".hidden.yaml"):
        written(folder, "x: [", name)
    assert (marks(folder), content_of(folder)) == (before, content)
    assert loaded(folder).content == content


async def test_touching_a_file_reloads_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    os.utime(desk.folder / "small.yaml")
    await desk.looks(5)
    assert desk.outcomes == []


async def test_a_mistake_leaves_the_old_set_whole_and_is_said_once_with_its_place(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    old = desk.settings
    with capture_logs() as said:
        desk.writes(broken("severity: 1\n", "severity: 9\n"))
        await desk.looks(30)
        os.utime(desk.folder / "small.yaml")
        await desk.looks(30)
    assert desk.settings is old
    assert desk.outcomes == [False]
    refused = [one for one in said if one["event"] == "settings.refused"]
    assert len(refused) == 1
    assert f"{desk.folder}/small.yaml:23:15: " in refused[0]["problems"]
    with capture_logs() as said:
        desk.writes(broken("severity: 1\n", "severity: 1234\n"))
        await desk.looks(5)
    assert (desk.outcomes, [one["event"] for one in said]) == ([False, False], ["settings.refused"])
    desk.writes(SMALL)
    await desk.looks(5)
    assert desk.outcomes == [False, False, True]


async def test_a_desk_that_cannot_write_them_keeps_the_old_ones(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    desk.writes(named("Không ghi được"))
    with capture_logs() as said:
        await desk.looks(10)
    assert (desk.settings.name, desk.outcomes) == ("Bàn trực", [False])
    assert [one["problems"] for one in said] == ["the database refuses"]


async def test_a_folder_that_is_gone_is_a_mistake_until_it_is_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    away = desk.folder.rename(tmp_path / "away")
    await desk.looks(20)
    assert (desk.settings.name, desk.outcomes) == ("Bàn trực", [False])
    away.rename(desk.folder)
    await desk.looks(5)
    assert desk.outcomes == [False, True]


async def test_the_switch_turns_the_watch_off_and_a_signal_still_reloads(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    off = SMALL.replace("administrators: [an]}", "administrators: [an], watch: false}")
    desk.writes(off)
    await desk.looks(5)
    assert not desk.settings.watch
    desk.writes(off.replace("Bàn trực", "Bàn hai"))
    await desk.looks(20)
    assert desk.settings.name == "Bàn trực"
    await desk.reloader.asked()
    assert desk.settings.name == "Bàn hai"
    desk.writes(named("Bàn ba"))
    await desk.reloader.asked()
    await desk.looks(20)
    assert (desk.settings.watch, desk.outcomes) == (True, [True, True, True])


async def test_reloads_asked_for_at_once_come_one_after_another(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    await desk.looks(4)
    desk.gate = asyncio.Event()
    desk.writes(named("Một"))
    asked = [asyncio.create_task(desk.reloader.asked()), asyncio.create_task(desk.reloader.reload())]
    watching = asyncio.create_task(desk.looks(5))
    async with asyncio.timeout(10):
        await desk.entered.wait()
        assert len(desk.put) == 1
        desk.gate.set()
        await asyncio.gather(*asked, watching)
    # The watch came third, and what it would have read is in force.
    assert (desk.put, desk.outcomes) == (["Một", "Một"], [True, True])


async def test_who_asks_at_the_socket_hears_every_mistake(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "config")
    desk.writes(broken("severity: 1\n", "severity: 9\n"))
    for _ in range(2):
        with pytest.raises(SettingsError, match=r"small\.yaml:23:15"):
            await desk.reloader.reload()
    await desk.looks(5)
    assert desk.outcomes == [False, False]
