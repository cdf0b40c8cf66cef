"""Vital signs, and what systemd hears of them on a real socket."""

import os
import socket
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from monitord.telemetry.notify import Systemd, Watchdog, watchdog_period
from monitord.telemetry.vitals import Vitals


def test_a_part_is_stale_only_when_its_beat_is_older_than_allowed() -> None:
    vitals = Vitals()
    vitals.watch("looker", lambda: 100.0, 5.0, now=0.0)
    vitals.watch("desk", lambda: 60.0, 60.0, now=0.0)
    assert vitals.healthy(105.0) == ()
    assert vitals.healthy(105.1) == ("looker",)
    assert vitals.healthy(120.1) == ("desk", "looker")
    assert vitals.ages(105.0) == {"looker": 5.0, "desk": 45.0}


def test_before_its_first_beat_a_part_has_its_time_from_when_it_was_named() -> None:
    vitals = Vitals()
    vitals.watch("looker", lambda: None, 5.0, now=100.0)
    assert vitals.healthy(105.0) == ()
    assert vitals.healthy(105.1) == ("looker",)


def test_a_beat_that_cannot_be_read_is_stale_and_a_forgotten_part_is_not() -> None:
    def broken() -> float:
        raise RuntimeError

    vitals = Vitals()
    vitals.watch("desk", broken, 60.0, now=0.0)
    assert vitals.healthy(1.0) == ("desk",)
    vitals.forget("desk")
    assert vitals.healthy(1.0) == ()


@pytest.fixture
def systemd_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[socket.socket, None, None]:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as side:
        side.bind(str(path))
        side.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield side


def test_systemd_hears_each_word_and_vietnamese_letters(systemd_side: socket.socket) -> None:
    systemd = Systemd()
    systemd.ready()
    systemd.status("Đang trực: 40 thiết bị,\n2 sự cố chưa ai tiếp nhận")
    systemd.reloading()
    systemd.alive()
    systemd.stopping()
    heard = [systemd_side.recv(4096).decode() for _ in range(5)]
    assert heard == [
        "READY=1",
        "STATUS=Đang trực: 40 thiết bị, 2 sự cố chưa ai tiếp nhận",
        "RELOADING=1",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_without_systemd_nothing_is_said_and_nothing_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd = Systemd()
    assert not systemd.present
    systemd.ready()
    systemd.status("Đang trực")
    assert not Watchdog(systemd, Vitals(), lambda: 0.0, period=1.0).start()


def test_a_socket_that_is_gone_is_no_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    Systemd().ready()
    Systemd().status("Đang trực")


@pytest.mark.parametrize(
    ("usec", "pid", "period"),
    [
        ("30000000", None, 30.0),
        ("30000000", "ours", 30.0),
        ("30000000", "1", None),
        ("0", None, None),
        ("", None, None),
        ("soon", None, None),
    ],
)
def test_the_period_is_systemds_and_only_for_the_process_it_means(
    usec: str, pid: str | None, period: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid is not None:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "ours" else pid)
    assert watchdog_period() == period


def test_the_watchdog_is_fed_while_the_looker_beats_and_no_longer(systemd_side: socket.socket) -> None:
    instant = [100.0]
    changed = threading.Event()
    heard: list[tuple[str, ...]] = []

    def on_stale(stale: tuple[str, ...]) -> None:
        heard.append(stale)
        changed.set()

    vitals = Vitals()
    vitals.watch("looker", lambda: 100.0, 5.0, now=100.0)
    watchdog = Watchdog(Systemd(), vitals, lambda: instant[0], period=0.02, on_stale=on_stale)
    assert watchdog.start()
    try:
        assert [systemd_side.recv(64) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        instant[0] = 106.0
        assert changed.wait(20)
        systemd_side.setblocking(False)
        while True:
            try:
                systemd_side.recv(64)
            except BlockingIOError:
                break
        systemd_side.settimeout(0.2)
        with pytest.raises(TimeoutError):
            systemd_side.recv(64)
        assert heard == [("looker",)]
        changed.clear()
        instant[0] = 101.0
        systemd_side.settimeout(20)
        assert systemd_side.recv(64) == b"WATCHDOG=1"
        assert changed.wait(20)
        assert heard == [("looker",), ()]
    finally:
        watchdog.stop()
