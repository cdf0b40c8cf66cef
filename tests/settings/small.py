"""A desk small enough to see whole, to be broken in one place at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitord.domain.looking import Check, Needs, PageRequest, Sight, TableRow, Verdict
from monitord.settings import Settings, SettingsError, load
from monitord.tell.registry import find

SMALL = """\
desk: {name: Bàn trực, zone: Asia/Ho_Chi_Minh, administrators: [an]}
web: {host: 127.0.0.1, port: 8080}
telegram: {token: {secret: telegram_token}}
log_channel: {path: messages.log}
units:
  - {id: vt, name: Viễn thông, roster_owner: an, leader_duty: shift}
duty_kinds:
  - {id: shift, name: trực ca}
organisations:
  - {id: so, name: Sở, role: department, contacts: [yen]}
  - {id: cong-an, name: Công an, role: police, phone: 0900 000 113}
people:
  - {id: an, name: An, home: vt, telegram: 1001, stand_ins: [binh]}
  - {id: binh, name: Bình, home: vt, telegram: 1002}
  - {id: yen, name: Yến, home: so, telegram: 1003}
sites:
  - {id: tram, name: Trạm, kind: nhà trạm, nearest_police: cong-an}
devices:
  - id: core
    name: Lõi
    unit: vt
    site: tram
    severity: 1
    snmp: {address: 127.0.0.1, port: 1161, community: {secret: core}}
    timing: {interval: 10s}
    checks:
      - {check: agent_answers}
      - {check: interface_up, name: ge-0/0/1, severity: 2, title: Hướng An}
  - id: edge
    name: Rìa
    unit: vt
    site: tram
    parent: core
    snmp: {address: 127.0.0.2, community: public}
    checks:
      - {check: agent_answers}
  - id: page
    name: Trang
    unit: vt
    site: tram
    checks:
      - {check: page_answers, url: "http://127.0.0.1/", slow_after: 3s}
links:
  - {id: l1, name: Đường, a: {device: core, interface: ge-0/0/1}, b: {device: edge, interface: ge-0/0/1}}
policies:
  - id: all
    severities: [1, 2, 3, 4]
    steps:
      - {after: 0s, tell: {duty: shift}, channels: [telegram, log]}
      - {after: 5m, tell: {person: binh}, channels: [telegram]}
      - {after: 30m, tell: {organisation: so}, channels: [telegram]}
    repeat: 60m
roster:
  - unit: vt
    duty: shift
    every_day:
      - {from: "06:00", to: "22:00", people: [an, binh], since: 2026-01-01}
      - {from: "22:00", to: "06:00", people: [binh]}
  - unit: vt
    duty: shift
    shifts:
      - {from: "2027-02-05 22:00", to: "2027-02-05 24:00", person: an}
"""

SECRETS = {"MONITORD_SECRET_CORE": "community-of-the-core", "MONITORD_SECRET_TELEGRAM_TOKEN": "123456:token-of-the-bot"}
CHANNELS = {name: kind.section for name, kind in find().items()}


@dataclass(frozen=True, slots=True)
class NoParams:
    """A check that wants nothing."""


@dataclass(frozen=True, slots=True)
class InterfaceParams:
    """A check that wants a name."""

    name: str
    by: str = "name"

    def __post_init__(self) -> None:
        if self.by not in ("name", "descr"):
            raise ValueError("by: name or descr")


@dataclass(frozen=True, slots=True)
class PageParams:
    """A check that wants a page and some durations."""

    url: str
    status: tuple[int, ...] = ()
    slow_after: timedelta | None = None
    patience: float = 0.0


def _fine(params: object, sight: Sight, previous: Sight | None) -> Verdict:
    return Verdict.up()


CHECKS: Mapping[str, Check] = {
    "agent_answers": Check("agent_answers", NoParams, lambda p: Needs(scalars=("1.3.6.1.2.1.1.3.0",)), _fine),
    "interface_up": Check(
        "interface_up",
        InterfaceParams,
        lambda p: Needs(rows=(TableRow("1.3", p.name, ("1.4",)),)),
        _fine,
        instance=lambda p: str(p.name),
    ),
    "page_answers": Check("page_answers", PageParams, lambda p: Needs(page=PageRequest(p.url)), _fine),
}


def written(folder: Path, text: str = SMALL, name: str = "small.yaml", mode: int = 0o640) -> Path:
    """Write one file of settings and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    (folder / name).chmod(mode)
    return folder


def broken(old: str, new: str, text: str = SMALL) -> str:
    """Return the small desk with one place changed; the place must be there exactly once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def loaded(folder: Path, environ: Mapping[str, str] = SECRETS) -> Settings:
    """Return the settings of a folder with the small desk's checks and channels."""
    return load(folder, CHECKS, CHANNELS, environ)


def mistakes(folder: Path, environ: Mapping[str, str] = SECRETS) -> list[str]:
    """Return what a person is told of a folder, without the folder's own name; empty when it loads."""
    try:
        loaded(folder, environ)
    except SettingsError as error:
        return str(error).replace(f"{folder}/", "").splitlines()
    return []
