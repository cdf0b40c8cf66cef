"""What baresip is told before it begins: its folder with a configuration and the one account."""

import os
from pathlib import Path

from monitord.tell.voice.form import VoiceForm
from monitord.tell.voice.reach import Way

MODULES = ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules", "/usr/lib64/baresip/modules")
"""Where its modules are looked for."""
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
REGISTERED_FOR = 300
"""Seconds for which we register."""
_CONFIG = """\
poll_method epoll
sip_listen {local}:0
net_interface {local}
call_local_timeout 60
call_max_calls 1
audio_buffer 20-160
audio_path {folder}
audio_player aubridge,ear
audio_source aubridge,quiet
audio_alert aubridge,ear
ausrc_srate 8000
auplay_srate 8000
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
statmode_default off
ringback_disabled yes
redial_attempts 0
"""


def fit_for_account(password: str) -> bool:
    """Return whether baresip can be given that password: its accounts know no way to write a blank, `;` or `"`."""
    return bool(password) and password.isprintable() and not any(char.isspace() or char in ';"' for char in password)


def uri(user: str, way: Way) -> str:
    """Return whom to call at the exchange."""
    return f"sip:{user}@{way.peer}:{way.port}"


def prepare(folder: Path, given: VoiceForm, password: str, way: Way, control: int) -> None:
    """Write the configuration; the password stands in a file that only we can read."""
    modules = next((path for path in MODULES if Path(path, "ctrl_tcp.so").exists()), MODULES[0])
    config = _CONFIG.format(local=way.local, folder=folder, modules=modules, control=control)
    if way.transport == "tls" and AUTHORITIES.exists():
        config += f"sip_cafile {AUTHORITIES}\n"
    name = "".join(char for char in given.name or "" if char not in '"<>\\')
    account = (
        f'"{name}" ' if name else ""
    ) + f"<{uri(given.user, way)};transport={way.transport}>;audio_codecs={given.codec.upper()}/8000/1"
    if password:
        account += f";auth_user={given.user};auth_pass={password};regint={REGISTERED_FOR}"
    else:
        account += ";regint=0"
    for path, text in ((folder / "config", config), (folder / "accounts", account + "\n")):
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
