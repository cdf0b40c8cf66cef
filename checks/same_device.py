"""The device that answers is the one that should: sysObjectID and sysName (RFC 3418), snmpEngineID (RFC 3411).

What answers at an address and is another device than agreed on, or than a minute ago, may stand in for it. That is a
happening, not a fault: whether the device works is judged by the other checks.
"""

from dataclasses import dataclass

from monitord.sdk import Cause, Check, Happening, Needs, Sight, Syntax, Verdict, clean, clean_bytes, unanswered

OBJECT_ID = "1.3.6.1.2.1.1.2.0"
NAME = "1.3.6.1.2.1.1.5.0"
ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"


@dataclass(frozen=True, slots=True)
class Params:
    """`object_id`, `name`, `engine_id` (hexadecimal): what was agreed on; what is empty is compared with what the
    device said before."""

    object_id: str = ""
    name: str = ""
    engine_id: str = ""

    def __post_init__(self) -> None:
        if len(self.name) > 255:
            raise ValueError("name: at most 255 characters, as the device writes it")
        if self.object_id and not all(part.isdigit() for part in self.object_id.split(".")):
            raise ValueError("object_id: numbers and dots, without a leading dot")
        if self.engine_id.strip("0123456789abcdef"):
            raise ValueError("engine_id: hexadecimal digits, small letters")


def needs(params: Params) -> Needs:
    """Ask for what a device is and what it is called; not every agent has an engine id to show."""
    return Needs(scalars=(OBJECT_ID, NAME, ENGINE_ID))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return up for whatever answers, with a happening when it is not the device it should be."""
    if (silent := unanswered(sight)) is not None:
        return silent
    now, before = said(sight), said(previous) if previous is not None else {}
    agreed = {"sysObjectID": params.object_id, "sysName": params.name, "snmpEngineID": params.engine_id}
    if not now:
        return Verdict.unknown(Cause.NOT_SUPPORTED, "neither sysObjectID nor sysName")
    strange = []
    for what, is_now in now.items():
        should = agreed[what] or before.get(what, is_now)
        if is_now != should:
            strange.append(f"{what} {clean(should, 80)} → {clean(is_now, 80)}")
    if strange:
        return Verdict.up("; ".join(strange), None, Happening.STRANGE_DEVICE)
    return Verdict.up()


def said(sight: Sight) -> dict[str, str]:
    """Return what a device says it is, by the name of the object; what it does not say is left out."""
    found = {}
    for what, oid in (("sysObjectID", OBJECT_ID), ("sysName", NAME), ("snmpEngineID", ENGINE_ID)):
        value = sight.values.get(oid)
        if value is None:
            continue
        if value.syntax is Syntax.OID and isinstance(value.raw, str):
            found[what] = value.raw.lstrip(".")
        elif value.syntax is Syntax.OCTETS and isinstance(value.raw, bytes):
            found[what] = value.raw.hex() if what == "snmpEngineID" else clean_bytes(value.raw)
    return found


CHECK = Check(
    name="same_device",
    params=Params,
    needs=needs,
    judge=judge,
    summary="the device that answers is the one that should",
)
