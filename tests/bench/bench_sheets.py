"""What a keeper of a roster waits for: a year of duties out of a spreadsheet, read and rehearsed."""

import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from monitord.account.importing import known_of
from monitord.sheets.raw import sheets_of
from monitord.sheets.reading import read_roster
from monitord.sheets.rehearse import rehearse
from tests.bench.figures import figure, introduce
from tests.support.night import example
from tests.support.sheetbook import made

ROWS = 5000
FIRST = date(2027, 1, 1)
HEAD = ["STT", "Ngày trực", "Ca trực", "Họ và tên", "Chức vụ", "Điện thoại", "Nhiệm vụ", "Ghi chú"]


def main() -> None:
    """Print the figures."""
    introduce("rosters out of spreadsheets")
    for kind in ("xlsx", "ods", "xls", "csv"):
        raw = roster(kind)
        took, entries, _ = read(raw, kind)
        assert entries == ROWS, entries
        figure(f"sheets.{kind}.cpu", took, "s", f"{ROWS} rows, parsed, read and rehearsed", "<= 2")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.xlsx"
        file.write_bytes(roster("xlsx"))
        over = (reader(file) - reader("idle") + parser(file)) / 1024 / 1024
    figure("sheets.memory", over, "MiB", "over idle, of the reader and of its parser together", "<= 100")


def roster(kind: str) -> bytes:
    """Return a roster of ROWS rows, three shifts a day."""
    people = [
        person for person in example().people.values() if person.title == "Trực ca" and person.home == "vt-song-mau"
    ]
    rows = [["VIỄN THÔNG SÔNG MẪU"], ["LỊCH TRỰC CA"], HEAD]
    for number in range(ROWS):
        day, nth = divmod(number, 3)
        person = people[number % len(people)]
        hours = ("6h-14h", "14h-22h", "22h-6h")[nth]
        at = f"{FIRST + timedelta(days=day):%d/%m/%Y}"
        rows.append([str(number + 1), at, hours, person.name, person.title, person.phone, "Trực ca", ""])
    return made(kind, {"Trực ca": rows})


def read(raw: bytes, kind: str) -> tuple[float, int, int]:
    """Return the seconds of computing that parsing, reading and rehearsing takes, the shifts, and the doubts."""
    known = known_of(example(), FIRST)
    began = sum(os.times()[:4])
    told = rehearse(read_roster(sheets_of(raw, f"lich.{kind}"), known), known, ())
    return sum(os.times()[:4]) - began, len(told.read.entries), len(told.read.doubts)


def reader(file: Path | str) -> int:
    """Return the most memory that a process takes which reads the file, without its parser, in bytes."""
    command = [sys.executable, "-m", "tests.bench.bench_sheets", str(file)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def parser(file: Path) -> int:
    """Return the most memory that the parser of a file takes, in bytes; a small process starts it."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[2:], stdin=open(sys.argv[1], 'rb'), stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    parse = [sys.executable, "-m", "monitord.sheets.child", "xlsx"]
    return int(subprocess.run([sys.executable, "-c", code, file, *parse], capture_output=True, check=True).stdout)


def measure(file: str) -> None:
    """Read a file, and print the memory that was taken at most, in bytes."""
    known = known_of(example(), FIRST)
    if file != "idle":
        rehearse(read_roster(sheets_of(Path(file).read_bytes(), "lich.xlsx"), known), known, ())
    mine = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM:"))
    print(int(mine.split()[1]) * 1024)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
