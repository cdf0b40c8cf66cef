"""Settings of a desk with as many simulated devices as a bench asks for, two targets each."""

from pathlib import Path
from urllib.parse import quote

TOKEN = "123456:bench"
COMMUNITY = "bench"
SECRETS = {"MONITORD_SECRET_TELEGRAM_TOKEN": TOKEN, "MONITORD_SECRET_CORE": COMMUNITY}
INTERFACE = "ge-0/0/1"
PORT = 1161
CHAT = 1001

DESK = """\
desk:
  name: Bàn trực đo tải
  zone: Asia/Ho_Chi_Minh
  administrators: [an]
  state_dir: {state}
  defaults: {{interval: {interval}, retry: 5s, confirm: 3, timeout: 2s, attempts: 2}}
web: {{host: 127.0.0.1, port: {web_port}}}
telegram: {{token: {{secret: telegram_token}}, base_url: "{bot_url}/bot", poll_timeout: 5s}}
log_channel: {{path: messages.log}}
units:
  - {{id: vt, name: Viễn thông, roster_owner: an, leader_duty: shift}}
duty_kinds:
  - {{id: shift, name: trực ca}}
people:
  - {{id: an, name: An, home: vt, telegram: {chat}, stand_ins: [binh]}}
  - {{id: binh, name: Bình, home: vt, telegram: {stand_in}}}
sites:
  - {{id: tram, name: Trạm, kind: nhà trạm}}
policies:
  - id: all
    severities: [1, 2, 3, 4]
    steps:
      - {{after: 0s, tell: {{duty: shift}}, channels: [telegram, log]}}
      - {{after: 30m, tell: {{person: binh}}, channels: [telegram]}}
    repeat: 60m
roster:
  - unit: vt
    duty: shift
    every_day:
      - {{from: "07:00", to: "07:00", people: [an], since: 2026-01-01}}
"""

DEVICE = """\
  - id: {id}
    name: Thiết bị {n}
    unit: vt
    site: tram
    snmp: {{address: {address}, port: {port}, community: {{secret: core}}}}
    checks:
      - check: agent_answers
      - {{check: interface_up, name: {interface}}}
"""


def device_id(n: int) -> str:
    """Return the id of the n-th device."""
    return f"d-{n:05}"


def address_of(n: int) -> str:
    """Return the address of the n-th device, one of its own for each."""
    return f"127.50.{n // 250}.{n % 250 + 1}"


def write_settings(
    folder: Path, devices: int, *, bot_url: str = "http://127.0.0.1:9", web_port: int = 8080, interval: str = "10s"
) -> Path:
    """Write the folder `config` with `devices` devices into `folder` and return it; state goes to `state` beside it."""
    config = folder / "config"
    config.mkdir(parents=True)
    desk = DESK.format(
        state=folder / "state",
        interval=interval,
        web_port=web_port,
        bot_url=quote(bot_url, safe=":/"),
        chat=CHAT,
        stand_in=CHAT + 1,
    )
    (config / "desk.yaml").write_text(desk, encoding="utf-8")
    rows = (
        DEVICE.format(id=device_id(n), n=n, address=address_of(n), port=PORT, interface=INTERFACE)
        for n in range(devices)
    )
    (config / "devices.yaml").write_text("devices:\n" + "".join(rows), encoding="utf-8")
    return config
