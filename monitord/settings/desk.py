"""The sections that stand once: the desk itself, its pages, its channels, its folders."""

import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from monitord.domain.canary import CanaryRoute
from monitord.domain.health import Health
from monitord.domain.network import Timing
from monitord.domain.people import IMPERSONAL, Person
from monitord.settings.block import Place
from monitord.settings.book import Book, Entry
from monitord.settings.fields import spoken
from monitord.settings.model import AnchorSettings, Secret, TelegramSettings, WebSettings
from monitord.settings.problem import Findings, nearest, quoted
from monitord.settings.schema import (
    AnchorsForm,
    DeskForm,
    LogChannelForm,
    PrivacyForm,
    TelegramCanaryForm,
    TelegramForm,
    UnitForm,
    WebForm,
)
from monitord.settings.schema_network import TimingForm
from monitord.settings.secrets import Secrets

FALLBACK_ZONE = "Asia/Ho_Chi_Minh"
HOUR = timedelta(hours=1)


def zone_of(desk: Entry[DeskForm] | None, findings: Findings) -> ZoneInfo:
    """Return the desk's time zone; a name there is not is a mistake."""
    if desk is None:
        return ZoneInfo(FALLBACK_ZONE)
    try:
        return ZoneInfo(desk.given.zone)
    except (OSError, ValueError, LookupError):
        hint = nearest(desk.given.zone, available_timezones())
        findings.add(desk.file, desk.at("zone"), f"there is no time zone {quoted(desk.given.zone)}{hint}")
        return ZoneInfo(FALLBACK_ZONE)


def administrators_of(desk: Entry[DeskForm] | None, book: Book) -> tuple[str, ...]:
    """Return the ids of those who are told that monitord itself is unwell."""
    if desk is None:
        return ()
    if not desk.given.administrators:
        book.findings.warn(desk.file, desk.block.at, "`administrators` is empty: nobody hears of a broken channel")
    for number, name in enumerate(desk.given.administrators):
        book.refer(name, desk, "administrators", number, to="people")
    return tuple(dict.fromkeys(desk.given.administrators))


def one_way_counts_of(desk: Entry[DeskForm] | None, book: Book, channels: frozenset[str]) -> frozenset[str]:
    """Return the channels without a way back by which somebody counts as told at a policy's last step."""
    named = desk.given.one_way_counts if desk is not None else []
    for number, name in enumerate(named):
        if desk is not None and name not in channels - IMPERSONAL:
            why = f"there is no channel {quoted(name)} to persons{nearest(name, channels - IMPERSONAL)}"
            book.findings.add(desk.file, desk.at("one_way_counts", number), why)
    return frozenset(named)


def timing_from(form: TimingForm, base: Timing) -> Timing:
    """Return `base` with what the form says instead."""
    return replace(base, **{name: value for name, value in form if value is not None})


def check_timing(timing: Timing, file: str, place: Place, findings: Findings) -> None:
    """Put it into `findings` when a look may last longer than the time to the next one."""
    longest = timing.timeout * timing.attempts
    if longest >= timing.interval:
        spent = f"{timing.attempts} attempts of {spoken(timing.timeout)} must end before the next look"
        findings.add(file, place, f"`interval` {spoken(timing.interval)} is too short: {spent}")


def severity_of(desk: Entry[DeskForm] | None) -> dict[Health, int]:
    """Return the severity by what is seen; what is left out takes the target's own."""
    if desk is None:
        return {}
    return {Health(name): value for name, value in desk.given.severity_of if value is not None}


def desk_unit_of(desk: Entry[DeskForm] | None, book: Book) -> str:
    """Return the unit that is told when the desk itself is blind: as written, else the first one."""
    if desk is not None and desk.given.unit is not None:
        book.refer(desk.given.unit, desk, "unit", to="units")
        return desk.given.unit
    return next((entry.given.id for entry in book.entries("units", UnitForm)), "")


def state_dir_of(desk: Entry[DeskForm] | None, folder: Path, environ: Mapping[str, str]) -> Path:
    """Return where the database lies: as written, else as systemd says, else `state` beside the settings."""
    if desk and desk.given.state_dir:
        return _below(folder, desk.given.state_dir)
    given = environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else folder.absolute().parent / "state"


def database_of(desk: Entry[DeskForm] | None, secrets: Secrets, findings: Findings) -> Secret | None:
    """Return the URL of the PostgreSQL database, None for a file of SQLite in the state folder."""
    if desk is None or desk.given.database is None:
        return None
    given, place = desk.given.database, desk.at("database")
    # Without a password it is no secret, so it may stand in a file that everybody can read.
    open_text = given.literal is not None and "@" not in given.literal and "password" not in given.literal
    url = given.literal if open_text else secrets.text(given, desk.file, place)
    if url is None:
        return None
    if not _is_database(url):
        why = "must name a database on a PostgreSQL server: postgresql://user:password@host:5432/monitord"
        findings.add(desk.file, place, f"`database` {why}")
    return Secret(url)


def _is_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        name, port = parts.path.removeprefix("/"), parts.port
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)) if parts.query else {}
    except ValueError:
        return False
    where = bool(parts.hostname) or "host" in query
    return (
        parts.scheme == "postgresql" and where and bool(name) and "/" not in name and port != 0 and not parts.fragment
    )


def runtime_dir_of(desk: Entry[DeskForm] | None, folder: Path, state: Path, environ: Mapping[str, str]) -> Path:
    """Return where the daemon's socket lies: as written, else as systemd says, else beside the database."""
    if desk and desk.given.runtime_dir:
        return _below(folder, desk.given.runtime_dir)
    given = environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(given) if given else state


def checks_dirs_of(desk: Entry[DeskForm] | None, folder: Path, findings: Findings) -> tuple[Path, ...]:
    """Return the folders of the administrator's own checks."""
    if desk is None:
        return ()
    found = []
    for number, written in enumerate(desk.given.checks_dirs):
        path = _below(folder, written)
        if not path.is_dir():
            findings.add(desk.file, desk.at("checks_dirs", number), f"there is no folder {quoted(path)}")
        found.append(path)
    return tuple(found)


def web_of(book: Book) -> WebSettings:
    """Return where the pages are shown; anything but loopback is a mistake."""
    entry = book.once("web", WebForm)
    if entry is None:
        return WebSettings()
    try:
        loopback = ipaddress.ip_address(entry.given.host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        why = f"{quoted(entry.given.host)} is refused: no logins yet, so loopback only (127.0.0.1 or ::1)"
        book.findings.add(entry.file, entry.at("host"), why)
    return WebSettings(entry.given.host, entry.given.port, entry.given.enabled)


def telegram_of(book: Book, secrets: Secrets) -> TelegramSettings | None:
    """Return the Telegram channel, None when the settings have none."""
    entry = book.once("telegram", TelegramForm)
    if entry is None:
        return None
    given = entry.given
    token = secrets.text(given.token, entry.file, entry.at("token"))
    if token is not None and (len(token.split()) != 1 or not token.isascii() or "/" in token):
        book.findings.add(entry.file, entry.at("token"), "`token` is not a bot token: one word such as 123456:ABC-DEF")
    if not _is_url(given.base_url, ("http", "https")):
        book.findings.add(
            entry.file, entry.at("base_url"), "`base_url` must begin with https:// or http:// and name a host"
        )
    proxy = None
    if given.proxy is not None:
        # A proxy without a password is no secret, so it may stand in a file that everybody can read.
        open_text = given.proxy.literal is not None and "@" not in given.proxy.literal
        proxy = given.proxy.literal if open_text else secrets.text(given.proxy, entry.file, entry.at("proxy"))
        if proxy is not None and not _is_url(proxy, ("http", "https", "socks5", "socks5h")):
            book.findings.add(entry.file, entry.at("proxy"), "`proxy` must begin with http://, https:// or socks5://")
    canary = None if given.canary is None else _canary_of(given.canary)
    return TelegramSettings(Secret(token or ""), given.base_url, proxy, given.poll_timeout, canary)


def _canary_of(given: TelegramCanaryForm) -> CanaryRoute:
    accounts = frozenset(given.accounts or ([given.chat] if given.chat > 0 else []))
    return CanaryRoute(str(given.chat), given.every, given.within, given.pressed, accounts)


def log_channel_of(book: Book, state: Path) -> Path | None:
    """Return the file of the log channel, None without one; a relative path lies in the state folder."""
    entry = book.once("log_channel", LogChannelForm)
    return state / entry.given.path if entry else None


def purge_after_of(book: Book) -> timedelta:
    """Return how long after their last shift the telephone numbers of people are kept; zero: for ever."""
    entry = book.once("privacy", PrivacyForm)
    return timedelta(days=entry.given.purge_after_days if entry else PrivacyForm().purge_after_days)


def anchors_of(book: Book, people: Mapping[str, Person], telegram: TelegramSettings | None) -> AnchorSettings | None:
    """Return whom anchors of the journal are sent to, None when nobody; each must have a way to get them."""
    entry = book.once("anchors", AnchorsForm)
    if entry is None:
        return None
    given = entry.given
    if telegram is None and "telegram" not in book.incomplete:
        book.findings.add(entry.file, entry.block.at, "`anchors` are sent by Telegram: section `telegram` is missing")
    for number, name in enumerate(given.tell):
        place = entry.at("tell", number)
        if name in given.tell[:number]:
            book.findings.add(entry.file, place, f"{quoted(name)} is here twice")
        elif book.refer(name, entry, "tell", number, to="people") and name in people and people[name].telegram is None:
            book.findings.add(entry.file, place, f"{quoted(name)} has no `telegram` id: no anchor arrives there")
    hours = [HOUR * n for n in (1, 2, 3, 4, 6, 8, 12, 24)]
    if given.every not in hours:
        book.findings.add(entry.file, entry.at("every"), "`every` must be 1, 2, 3, 4, 6, 8, 12 or 24 hours: `24h`")
    if given.at.minute:
        book.findings.add(entry.file, entry.at("at"), 'anchors are made at whole hours: write `at` as "07:00"')
    return AnchorSettings(tuple(given.tell), given.every if given.every in hours else hours[-1], given.at)


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _below(folder: Path, written: str) -> Path:
    return folder.absolute() / Path(written)
