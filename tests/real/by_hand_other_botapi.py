"""The daemon with a Bot API that is not ours: `python -m tests.real.by_hand_other_botapi`, by hand.

Needs npm and its registry, so it is no test that runs by itself. It installs telegram-test-api 4.2.1 (MIT) into a
folder of its own, starts it, puts a proxy before it that repairs what its answers lack, and plays one fault: told,
pressed, edited, returned, told. Ends with 0 when the other side's own history tells it so.

What the proxy repairs: getMe without `is_bot`; `date` in milliseconds; `link_preview_options` echoed as text; callback
queries without `chat_instance`; `result: null` of editMessageText and answerCallbackQuery; getUpdates that returns at
once.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from monitord.account.proof import verify
from monitord.demo.agents import Agent, Interface, device_mib
from monitord.store import tables as t
from tests.support.daemon import CHATS, CLOCK, COMMUNITY, TOKEN, Daemon, policy
from tests.support.ports import free_port

PACKAGE = "telegram-test-api@4.2.1"
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
SERVER = """\
const TelegramServer = require("telegram-test-api");
const server = new TelegramServer({ port: Number(process.argv[2]), host: "127.0.0.1", storeTimeout: 600 });
server.start().then(() => console.log("listening"));
"""


def repaired(method: str, answer: Any) -> Any:
    """Return the answer as Telegram would have given it."""
    result = answer.get("result")
    match method:
        case "getMe":
            result["is_bot"] = True
        case "sendMessage":
            result["date"] //= 1000
            result.pop("link_preview_options", None)
        case "editMessageText" | "answerCallbackQuery" if result is None:
            answer["result"] = True
        case "getUpdates":
            for update in result:
                if query := update.get("callback_query"):
                    query["chat_instance"] = "1"
                    query["message"].setdefault("date", 0)
    return answer


class Proxy(BaseHTTPRequestHandler):
    """Hands every call on and repairs what comes back."""

    protocol_version = "HTTP/1.1"
    behind = ""
    seen: list[tuple[str, int]]

    def do_POST(self) -> None:
        """Answer one call."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method = self.path.rpartition("/")[2]
        until = time.monotonic() + (2.0 if method == "getUpdates" else 0.0)
        while True:
            kind = self.headers.get("Content-Type") or "application/json"
            got = requests.post(self.behind + self.path, data=body, headers={"Content-Type": kind}, timeout=10)
            answer = repaired(method, got.json()) if got.ok else {"ok": False, "error_code": got.status_code}
            if method != "getUpdates" or answer.get("result") or time.monotonic() >= until:
                break
            time.sleep(0.1)
        if method != "getUpdates":
            self.seen.append((method, got.status_code))
        raw = json.dumps(answer).encode()
        self.send_response(got.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *rest: object) -> None:
        """Say nothing."""


async def play(folder: Path, port: int, proxy: str) -> None:
    """Play one fault and assert what the other side's history tells of it."""
    behind = f"http://127.0.0.1:{port}"

    def history() -> list[Any]:
        found: list[Any] = requests.post(f"{behind}/getUpdatesHistory", json={"token": TOKEN}, timeout=5).json()[
            "result"
        ]
        return [entry for entry in found if "chat_id" in entry.get("message", {})]

    def kinds() -> list[str]:
        return [row["kind"] for row in daemon.query(sa.select(t.journal.c.kind).order_by(t.journal.c.seq))]

    mib = device_mib("olt-1", "thiết bị mô phỏng", (1, 3, 6, 1, 4, 1, 99999, 1), [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as agent:
        network = (
            "devices:\n  - id: olt-1\n    name: OLT 1\n    unit: vt\n    site: tram\n    severity: 2\n"
            f"    snmp: {{address: 127.0.0.1, port: {agent.port}, community: {{secret: core}}}}\n"
            f"    checks: [{{check: agent_answers}}]\n{policy(('0s', '3s', '60s', '90s'))}"
        )
        async with Daemon(folder, network, bot_url=proxy, defaults=DEFAULTS) as daemon:
            agent.break_with("silent")
            await _until(lambda: len(history()) >= 2, "two steps told", history)
            first, second = history()[:2]
            assert int(first["message"]["chat_id"]) == CHATS["an"], first
            assert int(second["message"]["chat_id"]) == CHATS["giang"], second
            (button,) = first["message"]["reply_markup"]["inline_keyboard"][0]
            print("told:", first["message"]["text"].partition("\n")[0], "| button:", button["text"])
            who = {"id": CHATS["an"], "first_name": "An", "is_bot": False}
            chat = {"id": CHATS["an"], "first_name": "An", "type": "private"}
            message = {"message_id": first["messageId"], "date": 0, "chat": chat, "from": who}
            press = {"botToken": TOKEN, "from": who, "message": message, "data": button["callback_data"]}
            await asyncio.to_thread(requests.post, f"{behind}/sendCallback", json=press, timeout=5)
            await _until(lambda: "incident.acknowledged" in kinds(), "taken", kinds)
            await _until(lambda: "ĐÃ TIẾP NHẬN" in history()[0]["message"]["text"], "the message edited", history)
            agent.mend()
            ended = [CHATS["an"], CHATS["giang"]]
            await _until(
                lambda: sorted(int(e["message"]["chat_id"]) for e in history() if _is_end(e)) == ended,
                "both hear of the end",
                history,
            )
            assert await daemon.stop() == 0
            with daemon.reading() as connection:
                proof = verify(connection)
            assert proof.whole, proof.breaks
            for entry in history():
                print(entry["message"]["chat_id"], entry["message"]["text"].partition("\n")[0])
            print(f"{proof.rows} rows, chain whole; calls: {sorted(set(Proxy.seen))}")


def _is_end(entry: Any) -> bool:
    text, markup = entry["message"]["text"], entry["message"].get("reply_markup")
    return "ĐÃ KHÔI PHỤC" in text.partition("\n")[0] and "Ghi sổ trực" in text and not markup


async def _until(holds: Any, what: str, shown: Any) -> None:
    until = CLOCK.mono() + 30
    while not await asyncio.to_thread(holds):
        if CLOCK.mono() > until:
            raise AssertionError(f"waited in vain for {what}: {await asyncio.to_thread(shown)}")
        await asyncio.sleep(0.1)


def main() -> int:
    """Install, start, play, and leave nothing."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        print("npm and node are needed", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="other-botapi-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        install = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), PACKAGE]
        subprocess.run(install, check=True, timeout=180)
        (folder / "server.js").write_text(SERVER, "utf-8")
        port = free_port()
        command = [node, str(folder / "server.js"), str(port)]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, start_new_session=True)
        assert server.stdout is not None
        assert b"listening" in server.stdout.readline()
        Proxy.behind, Proxy.seen = f"http://127.0.0.1:{port}", []
        proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        (folder / "d").mkdir()
        asyncio.run(play(folder / "d", port, f"http://127.0.0.1:{proxy.server_address[1]}"))
        proxy.shutdown()
        return 0
    finally:
        if server is not None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
