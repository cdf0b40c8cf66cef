"""A check as it is written under a device becomes the validated parameters of its kind."""

import dataclasses
import types
from collections.abc import Hashable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from monitord.domain.looking import Check, Needs
from monitord.domain.safe import clean
from monitord.settings.block import Block
from monitord.settings.fields import Severity, Slug, Text, duration
from monitord.settings.form import Form
from monitord.settings.problem import Findings, nearest, quoted
from monitord.settings.validate import locate, unknown_key, validated, wording

MAX_INSTANCE = 120
"""Characters of the part of a target's id that names an interface or the like."""


class CheckHead(Form):
    """The keys every check has."""

    check: Slug
    severity: Severity | None = None
    title: Text = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """A check under a device: its head, its kind, its parameters, and what it needs to see."""

    head: CheckHead
    params: Any
    instance: str | None
    needs: Needs


def written_check(block: Block, kinds: Mapping[str, Check], findings: Findings) -> Written | None:
    """Return the check of one item under `checks`; None after putting every mistake into `findings`."""
    head = validated(CheckHead, _part(block, set(CheckHead.model_fields)), findings)
    name = block.get("check")
    if not isinstance(name, str):
        return None
    if name not in kinds:
        hint = nearest(name, kinds) or f"; known: {', '.join(sorted(kinds))}"
        findings.add(block.file, block.place("check"), f"there is no check {quoted(name)}{hint}")
        return None
    kind = kinds[name]
    rest = _part(block, set(block) - set(CheckHead.model_fields))
    params = params_of(kind, rest, findings)
    if head is None or params is None:
        return None
    try:
        instance = kind.instance(params)
        needs = kind.needs(params)
    except Exception as error:  # a check file is an administrator's code
        findings.add(block.file, block.at, f"check {quoted(name)}: {clean(str(error)) or type(error).__name__}")
        return None
    if instance is not None and (not instance or len(instance) > MAX_INSTANCE or clean(instance) != instance):
        findings.add(block.file, block.at, f"check {quoted(name)}: {quoted(instance)} cannot name a target")
        return None
    return Written(head, params, instance, needs)


def params_of(kind: Check, block: Block, findings: Findings) -> Any:
    """Return an instance of the check's parameters; None after putting every mistake into `findings`.

    Values are checked one by one against the types of the fields, then the dataclass itself has its say. Fields that
    are durations, or numbers of seconds, may be written `3s`.
    """
    adapters = _adapters(cast(Hashable, kind.params))
    before = len(findings.problems)
    values: dict[str, Any] = {}
    for key, value in block.items():
        if key not in adapters:
            findings.add(block.file, block.keys_at[key], unknown_key(key, (*adapters, *CheckHead.model_fields)))
            continue
        adapter, hint = adapters[key]
        try:
            values[key] = adapter.validate_python(_measured(value, hint))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                detail["loc"] = (key, *detail["loc"])
                findings.add(block.file, locate(block, detail["loc"]), wording(detail, ()))
        except ValueError as error:
            findings.add(block.file, block.place(key), f"{quoted(key)}: {error}")
    for field in dataclasses.fields(kind.params):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if field.init and needed and field.name not in block:
            findings.add(block.file, block.at, f"{quoted(field.name)} is missing; check {quoted(kind.name)} needs it")
    if len(findings.problems) > before:
        return None
    try:
        return kind.params(**values)
    except Exception as error:  # __post_init__ of a check file
        findings.add(block.file, _blamed(block, str(error)), f"check {quoted(kind.name)}: {clean(str(error))}")
        return None


@lru_cache(maxsize=256)
def _adapters(params: Hashable) -> dict[str, tuple[TypeAdapter[Any], Any]]:
    assert isinstance(params, type)
    hints = get_type_hints(params, include_extras=True)
    fields = [field for field in dataclasses.fields(params) if field.init]
    return {field.name: (TypeAdapter(hints[field.name]), hints[field.name]) for field in fields}


def _measured(value: Any, hint: Any) -> Any:
    """Return a duration for a field that is one, and its seconds for a number; everything else as it is."""
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if timedelta in kinds and value is not None:
        return duration(value)
    if float in kinds and isinstance(value, str):
        return duration(value).total_seconds()
    return value


def _blamed(block: Block, message: str) -> tuple[int, int]:
    """Return the place of the parameter a message names first, else of the check."""
    named = sorted((message.find(key), key) for key in block if key in message)
    return block.place(named[0][1]) if named else block.at


def _part(block: Block, keys: set[str]) -> Block:
    part = Block(block.file, block.at)
    for key in block:
        if key in keys:
            part[key] = block[key]
            part.keys_at[key] = block.keys_at[key]
            part.values_at[key] = block.values_at[key]
    return part
