"""The key that signs anchors, and the public keys that prove them.

The key is a secret, `anchor_key`: 32 bytes as base64, in systemd's credentials or the environment; only when there is
none, a file in the state folder. Whoever can read the key can sign another history, so that a place where the
administrator of the database has no hand is better than the file.
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from monitord.account.anchor_files import FOLDER, AnchorTrouble, read_whole, sync_folder

KEY_FILE = "anchor.key"
SECRET = "anchor_key"
VARIABLE = "MONITORD_SECRET_ANCHOR_KEY"

_MOST = 4_096
"""Bytes of a file that holds a key."""
_PUBLIC = re.compile(r"\bed25519:([0-9a-f]{64})\b")


def key_id(public: Ed25519PublicKey) -> str:
    """Return the id that anchors name a key by: the first 16 digits of the SHA-256 of its raw bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def public_text(public: Ed25519PublicKey) -> str:
    """Return a public key as people pass it on; no private key can be taken for it."""
    return f"ed25519:{public.public_bytes_raw().hex()}"


def public_keys(text: str) -> tuple[Ed25519PublicKey, ...]:
    """Return every public key in `text`, each once; one that was replaced still proves its anchors."""
    return tuple(Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for key in dict.fromkeys(_PUBLIC.findall(text)))


def public_keys_in(path: Path) -> tuple[Ed25519PublicKey, ...]:
    """Return every public key in a file; AnchorTrouble when there is none."""
    found = public_keys(read_whole(path).decode("utf-8", "replace"))
    if not found:
        raise AnchorTrouble(f"{path}: holds no public key; it must be as `monitord log key` prints it: ed25519:...")
    return found


def signing_key(state: Path, environ: Mapping[str, str]) -> Ed25519PrivateKey:
    """Return the key that was given as a secret, else the one kept in the state folder, made at first use."""
    return given_key(environ) or kept_key(state)


def given_key(environ: Mapping[str, str]) -> Ed25519PrivateKey | None:
    """Return the key given as a secret, None when there is none; AnchorTrouble when what was given is no key."""
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        path = Path(folder) / SECRET
        if path.exists():
            return _private(read_whole(path, _MOST), str(path))
    return _private(environ[VARIABLE].encode(), VARIABLE) if VARIABLE in environ else None


def kept_key(state: Path, create: bool = True) -> Ed25519PrivateKey:
    """Return the key in the state folder, for its owner alone; made when there is none and nothing was signed yet.

    AnchorTrouble when it is missing though anchors are there: another key in its place would hide that it is gone.
    """
    path = state / KEY_FILE
    if not path.exists():
        if next((state / FOLDER).glob("*.txt"), None) is not None:
            raise AnchorTrouble(
                f"{path}: no such file, and {state / FOLDER} holds anchors that were signed: give their key as the"
                f" credential {SECRET} or in {VARIABLE}, or move these anchors away to begin with another key"
            )
        if not create:
            raise AnchorTrouble(f"{path}: no such file; name the settings with --config, or give the key in {VARIABLE}")
        _make_key(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}") from None
    if mode & 0o077:
        raise AnchorTrouble(f"{path}: others than its owner can read it: chmod 600, and think of another key")
    return _private(read_whole(path, _MOST), str(path))


def _make_key(path: Path) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, base64.b64encode(secrets.token_bytes(32)) + b"\n")
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(file, owner.st_uid, owner.st_gid)
            os.fsync(file)
        finally:
            os.close(file)
        try:
            # Of two who make one at the same time the first wins, and both go on with his.
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}; run this as the user of the daemon") from None


def _private(raw: bytes, where: str) -> Ed25519PrivateKey:
    try:
        key = base64.b64decode(raw.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise AnchorTrouble(
            f"{where}: is no key; it must be 32 random bytes as base64: `head -c 32 /dev/urandom | base64`"
        )
    return Ed25519PrivateKey.from_private_bytes(key)
