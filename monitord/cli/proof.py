"""`monitord log verify`, `anchor` and `key`: the journal proved, and the anchors it is proved by."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cyclopts import Parameter

from monitord.account import anchor_key, anchors
from monitord.account.anchor_files import AnchorTrouble, Found, append, next_number, read_anchors
from monitord.account.export import UnreadableExport, verify_export
from monitord.account.proof import Proof
from monitord.account.proof import verify as verify_database
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, reading, while_read
from monitord.cli.terminal import LONGEST
from monitord.clock import SystemClock
from monitord.domain.safe import clean
from monitord.texts import pick
from monitord.texts.story import Words

BROKEN = 1
MOST_UNREAD = 20
"""Places in files of anchors that are named as unreadable; more of them are counted."""


def verify(
    *,
    exported: Annotated[
        Path | None, Parameter(name="--export", help="Prove an exported file instead of the database.")
    ] = None,
    anchored: Annotated[
        Path | None, Parameter(name="--anchors", help="A file of anchors, or a folder of them, to hold it against.")
    ] = None,
    key: Annotated[
        str | None, Parameter(help="The public key of the anchors, as `monitord log key` prints it, or a file of such.")
    ] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """Prove that the journal was not changed: exit 0 when whole, 1 with every break named, 2 when unreadable.

    With anchors also that nothing was cut off from the end, computed anew, or brought back from an old copy.
    """
    found, keys = _anchors_at(anchored, key)
    if exported is not None:
        try:
            proof, words = verify_export(exported), pick("vi")
            seen = anchors.seen_in_export(exported, found.anchors)
        except UnreadableExport as wrong:
            fail(str(wrong), WRONG)
        except OSError as error:
            fail(f"{exported}: {error.strerror}; name a file of `monitord log export --csv`", WRONG)
        more = ["The columns for people (the first five) are not covered by the hashes; the others are."]
    else:
        with reading(config, database) as at:
            proof, words = verify_database(at.connection), at.words
            seen = anchors.seen_in(at.connection, found.anchors)
        more = [
            f"Private parts: {proof.private_checked} looked at, {proof.private_purged} purged.",
            f"Held against the journal: {proof.incidents} incidents, {proof.notices} sent notices.",
        ]
    held = anchors.hold(seen, found.anchors, *keys)
    proof = replace(proof, breaks=proof.breaks + held.breaks)
    with while_read():
        _print_proof(proof, words)
        print("\n".join([*more, *_about_anchors(found, held)]))
    return 0 if proof.whole else BROKEN


def _anchors_at(path: Path | None, key: str | None) -> tuple[Found, tuple[Ed25519PublicKey, ...]]:
    """Return the anchors and keys that somebody named, none of either when he named none; exits with 2 otherwise."""
    if path is None and key is None:
        return Found((), ()), ()
    if path is None or key is None:
        fail("--anchors and --key belong together: a signature proves nothing to who does not know the key", WRONG)
    try:
        found = read_anchors(path)
        keys = anchor_key.public_keys(key) or anchor_key.public_keys_in(Path(key))
    except AnchorTrouble as trouble:
        fail(clean(str(trouble), LONGEST), WRONG)
    if not found.anchors:
        why = f": {found.unread[0]}" if found.unread else ""
        fail(clean(f"{path}: holds no anchor that can be read{why}", LONGEST), WRONG)
    return found, keys


def _about_anchors(found: Found, held: anchors.Held) -> Iterator[str]:
    if not found.anchors:
        yield (
            "Rows cut off from the end cannot be noticed by this: compare the head with one noted elsewhere, or give"
            " anchors (--anchors, --key)."
        )
        return
    told = "none of them holds"
    if newest := held.newest:
        told = f"the newest that holds is of {newest.ts:%Y-%m-%dT%H:%M:%SZ} and saw row {newest.seq}"
    yield f"Anchors: {held.good} of {len(found.anchors)} hold; {told}."
    yield f"Rows after it, for which the chain alone speaks: {held.behind}."
    if found.unread:
        yield f"Places that begin like an anchor and cannot be read: {len(found.unread)}."
        yield from (f"  {clean(one)}" for one in found.unread[:MOST_UNREAD])


def anchor(
    *,
    to: Annotated[
        str, Parameter(allow_leading_hyphen=True, help="The file or folder to add it to, or - for standard output.")
    ] = "-",
    config: Config = None,
    database: Database = None,
) -> int:
    """Sign the journal's head as it is now, in one line to be kept where nobody can change it with the database."""
    key = _signing_key(config, database)
    with reading(config, database) as at:
        try:
            number = 0 if to == "-" else next_number(Path(to))
            made = anchors.make_anchor(at.connection, key, SystemClock().now(), number)
            if to == "-":
                print(made.line)
            else:
                print(f"anchor {number}, row {made.seq}: {append(Path(to), made)}", file=sys.stderr)
        except BrokenPipeError:
            raise
        except OSError as error:
            fail(f"{to}: {error.strerror or error}; no anchor was kept, name another place", WRONG)
    return 0


def key(*, config: Config = None, database: Database = None) -> int:
    """Print the public key of the anchors; give it to whoever shall prove the journal, before it is needed."""
    public = _signing_key(config, database).public_key()
    with while_read():
        print(anchor_key.public_text(public))
    print(f"key id: {anchor_key.key_id(public)}", file=sys.stderr)
    return 0


def _signing_key(config: Path | None, database: Path | None) -> Ed25519PrivateKey:
    """Return the key of the anchors. One is made only for settings: a database alone may be a copy in any place."""
    try:
        if given := anchor_key.given_key(os.environ):
            return given
        if database is not None:
            return anchor_key.kept_key(database.absolute().parent, create=False)
        return anchor_key.kept_key(settings_at(folder_or_default(config)).state_dir)
    except AnchorTrouble as trouble:
        fail(clean(str(trouble), LONGEST), WRONG)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}; run this as the user of the daemon", WRONG)


def _print_proof(proof: Proof, words: Words) -> None:
    print(words.table["chain_holds" if proof.whole else "chain_broken"])
    for one in proof.breaks:
        print(f"  row {one.seq}: {clean(one.why)}" if one.seq else f"  {clean(one.why)}")
    if proof.more_breaks:
        print(f"  and {proof.more_breaks} more")
    span = f", {proof.first:%Y-%m-%dT%H:%M:%SZ} to {proof.last:%Y-%m-%dT%H:%M:%SZ}" if proof.first else ""
    print(f"Rows: {proof.rows}{span}.")
    print(f"Head: {clean(proof.head)}")
