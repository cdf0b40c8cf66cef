"""The province in a box: every device, page and telephone of a settings folder, alive on the loopback."""

import contextlib
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from monitord.clock import Clock
from monitord.demo.agents import Agent, Interface, device_mib
from monitord.demo.botapi import BotApi
from monitord.demo.phones import Owner
from monitord.demo.sites import Site
from monitord.domain.policy import Whom
from monitord.domain.roster import on_duty
from monitord.settings.model import Settings
from monitord.settings.rewrite import in_seconds
from monitord.settings.shifts import shifts_of

TOKEN = "123456:demo"
COMMUNITY = "song-mau-demo"
ROBOT = 900
"""The chat of the account that presses the button of canaries."""
ENTERPRISE = (1, 3, 6, 1, 4, 1, 99999, 1)
GROUP = {"id": "ca-truc", "unit": "vt-song-mau", "chat": -1_001_000_000_001, "name": "Nhóm ca trực Sông Mẫu"}
DEVICE = "olt-go-may"
"""The device that falls silent: an OLT of the telecom unit, behind which ports are looked at too."""
UPTIMES = 40 * 86_400
"""Seconds over which the devices' ages are spread."""


def demo_settings(source: Path, folder: Path, bot_url: str, web_port: int, network: int = 30) -> None:
    """Write the demo's own copy of the settings: delays in seconds, looks every two seconds, the Bot API stand-in.

    `network` replaces the second byte of the devices' addresses 127.30.x.y, so that several provinces fit one machine.
    """
    folder.mkdir(parents=True)
    in_seconds(
        source,
        folder,
        {
            "desk.state_dir": str(folder.parent / "state"),
            "desk.defaults": {"interval": "2s", "retry": "500ms", "confirm": 3, "timeout": "800ms", "attempts": 2},
            "telegram.base_url": f"{bot_url}/bot",
            "telegram.poll_timeout": "5s",
            "telegram.groups": [GROUP],
            "telegram.canary": {"chat": ROBOT, "every": "1m", "within": "15s"},
            "web.port": web_port,
            # As grave as can be, so that its story has every rung within half a minute.
            f"devices.{DEVICE}.severity": 1,
        },
    )
    if network != 30:
        for path in folder.glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("127.30.", f"127.{network}."), encoding="utf-8")


def secrets_of_demo() -> Mapping[str, str]:
    """Return the environment that holds the demo's secrets."""
    return {
        "MONITORD_SECRET_TELEGRAM_TOKEN": TOKEN,
        "MONITORD_SECRET_CORE": COMMUNITY,
        "MONITORD_SECRET_POST": COMMUNITY,
    }


def telephones_of(settings: Settings, now: datetime) -> dict[int, Owner]:
    """Return whose telephones there are by chat id: those on duty at `now` first, as a step would reach them."""
    shifts = tuple(shifts_of(settings, now.astimezone(settings.zone).date() - timedelta(days=1), 3, settings.zone))
    duties: dict[str, str] = {}
    for unit in settings.units:
        for step in (step for rule in settings.policies for step in rule.policy.steps):
            if step.whom is Whom.DUTY:
                name = settings.duty_kinds[step.ref].name
                for person in on_duty(shifts, unit, step.ref, now):
                    duties.setdefault(person, f"đang {name} · {settings.units[unit].name}")
            elif step.whom is Whom.ORGANISATION:
                organisation = settings.organisations[step.ref]
                for person in organisation.contacts:
                    duties.setdefault(person, organisation.name)
    order = [*duties, *(name for name in settings.people if name not in duties)]
    people = [settings.people[name] for name in order]
    owners = {p.telegram: Owner(p.name, duties.get(p.id, p.title)) for p in people if p.telegram is not None}
    groups = {g.chat: Owner(g.name, f"nhóm · {settings.units[g.unit].name}") for g in settings.groups}
    first = dict(list(owners.items())[:1])
    return first | groups | owners


class Province:
    """The simulated world of a settings folder: start it before the daemon, stop it after."""

    def __init__(self, settings: Settings, clock: Clock, bot: BotApi) -> None:
        self._stack = contextlib.AsyncExitStack()
        self.bot = bot
        self.agents: dict[str, Agent] = {}
        self.sites: dict[str, Site] = {}
        for device in settings.devices.values():
            if device.snmp is not None:
                names = [t.instance for t in device.targets if t.instance]
                age = zlib.crc32(device.id.encode()) % UPTIMES
                site = settings.sites.get(device.site)
                mib = device_mib(
                    device.name,
                    f"{device.name}, thiết bị mô phỏng",
                    ENTERPRISE,
                    [Interface(n, name) for n, name in enumerate([*names, "mgmt0"], start=1)],
                    location=site.name if site else "",
                )
                self.agents[device.id] = Agent(
                    clock,
                    mib,
                    device.snmp.address,
                    device.snmp.port,
                    community=device.snmp.community,
                    uptime=float(age),
                )
            for target in device.targets:
                url = getattr(target.params, "url", None)
                if url:
                    where = urlsplit(url)
                    title = getattr(target.params, "text", None) or device.name
                    self.sites[device.id] = Site(clock, title, where.hostname or "", where.port or 80)
        self.owners = telephones_of(settings, clock.now())

    async def __aenter__(self) -> "Province":
        for agent in self.agents.values():
            await self._stack.enter_async_context(agent)
        for site in self.sites.values():
            await self._stack.enter_async_context(site)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
