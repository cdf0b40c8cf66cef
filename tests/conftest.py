"""Rules for every test, and the server that some share: where everything is required, a skip is a failure.

With MONITORD_REQUIRE_ALL=1 a skipped test fails, whatever it lacked, because a test that never runs proves nothing.
Only reasons that start with "shared: " are let through: the material beside the repository is not ours to give.

Temporary files lie in memory where there is room for them: on a disk, a third of a night at the desk is waiting for its
commits. TMPDIR names another place.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.server import Server

REQUIRE_ALL = os.environ.get("MONITORD_REQUIRE_ALL") == "1"
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free in memory: servers with their databases lie there too, a few at a time."""


def _into_memory() -> None:
    """Let what is temporary lie in memory, of processes that tests start as well."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return
    # Tests write programs of their own and run them.
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


_into_memory()


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)


def _refuse_skip(report: pytest.CollectReport | pytest.TestReport) -> None:
    if not REQUIRE_ALL or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = _reason(report)
    if not reason.startswith("shared: "):
        report.outcome = "failed"
        report.longrepr = f"skipped where everything is required: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for all tests of a process; none of them stops it."""
    server = Server()
    yield server
    server.end()


@pytest.fixture
def own() -> Iterator[Server]:
    """A server that a test may stop."""
    server = Server()
    yield server
    server.end()
