"""Dovecot, a real IMAP server with one mailbox: on ports of its own, in a folder of its own, gone with the test."""

import asyncio
import contextlib
import grp
import itertools
import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path

import trustme

from tests.support.commands import needs_command
from tests.support.ports import reserved

NOBODY = 65534
"""Dovecot's login process refuses to run as root; as root all of it is run under this id."""
LIMIT = 30.0
"""Seconds it may take to start or stop: the machine may be busy with other tests."""
PATIENCE = 1.0
"""Seconds it is given to stop by itself."""

_CONFIG = """\
base_dir = {folder}/base
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
first_valid_uid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {plain}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """One server with the mailbox of `user`. `port` offers STARTTLS, `tls_port` is TLS from the beginning."""

    def __init__(self, user: str, password: str, ca: trustme.CA) -> None:
        self._program = str(needs_command("dovecot"))
        self._setpriv = str(needs_command("setpriv"))
        self.folder = Path(tempfile.mkdtemp(prefix="monitord-imap-"))
        self._holders = (reserved(), reserved())
        self.port, self.tls_port = (int(holder.getsockname()[1]) for holder in self._holders)
        self._numbers = itertools.count(1)
        self._process: asyncio.subprocess.Process | None = None
        self._log: list[str] = []
        self._reading: asyncio.Task[None] | None = None
        self._uid, self._gid = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        leaf = ca.issue_cert("127.0.0.1")
        leaf.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        (self.folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        (self.folder / "users").write_text(f"{user}:{{PLAIN}}{password}\n", encoding="utf-8")
        for name in ("base", "state", "mail", "mail/cur", "mail/new", "mail/tmp"):
            (self.folder / name).mkdir()
        (self.folder / "dovecot.conf").write_text(
            _CONFIG.format(
                folder=self.folder,
                user=pwd.getpwuid(self._uid).pw_name,
                group=grp.getgrgid(self._gid).gr_name,
                uid=self._uid,
                gid=self._gid,
                plain=self.port,
                tls=self.tls_port,
            ),
            encoding="ascii",
        )
        self.folder.chmod(0o755)
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, self._uid, self._gid)

    @property
    def log(self) -> str:
        return "".join(self._log)

    async def start(self) -> None:
        """Start it, on the ports it had, and return when it takes connections."""
        assert self._process is None
        other = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] if os.geteuid() == 0 else []
        self._process = await asyncio.create_subprocess_exec(
            # The kernel stops it when we die, however we die.
            self._setpriv,
            *other,
            *("--pdeathsig", "INT", self._program, "-F", "-c", str(self.folder / "dovecot.conf")),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read(self._process, ready))
        async with asyncio.timeout(LIMIT):
            await ready.wait()
        assert self._process.returncode is None, self.log

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Event) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self._log.append(line.decode(errors="replace"))
            if b"starting up" in line:  # written when it listens
                ready.set()
        ready.set()

    async def stop(self) -> None:
        """Stop it: every connection breaks, and new ones are refused."""
        process, self._process = self._process, None
        if process is not None:
            # The whole session: told alone, the first process waits ten seconds for those who are logged in.
            os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), PATIENCE)
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            async with asyncio.timeout(LIMIT):
                await process.wait()
                if self._reading is not None:
                    await self._reading

    async def end(self) -> None:
        """Stop it and remove all it had."""
        await self.stop()
        for holder in self._holders:
            holder.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- the mailbox ------------------------------------------------------------------------------------------------

    def put(self, letter: bytes) -> None:
        """Lay a letter into the mailbox, whole at once."""
        name = f"{next(self._numbers):06}.{os.getpid()}.test"
        path = self.folder / "mail/tmp" / name
        path.write_bytes(letter)
        path.chmod(0o644)
        path.rename(self.folder / "mail/new" / name)

    def seen(self) -> int:
        """Return how many letters bear the mark (maildir: the flag S)."""
        return sum("S" in path.name.partition(":2,")[2] for path in (self.folder / "mail/cur").iterdir())

    def letters(self) -> int:
        """Return how many letters lie there."""
        return sum(1 for name in ("cur", "new") for _ in (self.folder / "mail" / name).iterdir())
