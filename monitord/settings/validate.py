"""A block of YAML against a shape: the shape filled in, or every mistake at the place where it was written."""

import copy
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitord.settings.block import Block, Items, Place
from monitord.settings.form import Form
from monitord.settings.problem import Findings, nearest, quoted
from monitord.settings.readings import Readings

F = TypeVar("F", bound=Form)
Path = Sequence[str | int]

_PLAIN = {
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be keys with values",
    "model_type": "must be keys with values",
    "time_delta_type": "must be a duration: `30s`, `5m`, `2h`",
}


def validated(form: type[F], block: Block, findings: Findings) -> F | None:
    """Return the shape filled in from `block`, after putting every mistake into `findings`.

    With mistakes it is filled in as far as it can be, so that what the entry names elsewhere is still checked in the
    same run; None when too little of it is sound.
    """
    readings = findings.readings
    try:
        return form.model_validate(block, context=readings)
    except ValidationError as error:
        report(error, form, block, findings)
        return _salvaged(form, block, error, readings)
    finally:
        for place, how in readings.told(block):
            findings.warn(block.file, place, how)


def _salvaged(form: type[F], block: Block, error: ValidationError, readings: Readings) -> F | None:
    """Return the shape from what is sound: an unknown key is the one it is nearest to, a wrong value is absent."""
    rest = copy.deepcopy(block)
    for detail in error.errors(include_url=False, include_input=False):
        *above, last = detail["loc"] or ("",)
        here: Any = rest
        for part in above:
            here = here.get(part) if isinstance(here, dict) else None
        if not isinstance(here, dict) or last not in here:
            continue
        wrong = here.pop(last)
        if isinstance(wrong, Block | Items) and detail["type"] != "extra_forbidden":
            # A whole part that is wrong cannot be taken as absent: what needs it would be told as a second mistake.
            return None
        if detail["type"] == "extra_forbidden":
            meant = get_close_matches(str(last), keys_at(form, above), 1)
            if meant and meant[0] not in here:
                here[meant[0]] = wrong
    try:
        return form.model_validate(rest, context=readings)
    except ValidationError:
        return None


def report(error: ValidationError, form: type[BaseModel], block: Block, findings: Findings) -> None:
    """Put each mistake of a validation into `findings`, with its place and the nearest right key."""
    for detail in error.errors(include_url=False, include_input=True):
        path = detail["loc"]
        unknown = detail["type"] == "extra_forbidden"
        known = keys_at(form, path[:-1]) if unknown else ()
        findings.add(block.file, locate(block, path, of_key=unknown), wording(detail, known))


def wording(detail: ErrorDetails, known: Iterable[str]) -> str:
    """Return what a person reads about one mistake; a secret's text never appears in it."""
    key = next((part for part in reversed(detail["loc"]) if isinstance(part, str)), "")
    told = f"{quoted(key)} " if key else ""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return unknown_key(key, known)
        case "missing":
            return f"{told}is missing"
        case "value_error":
            why = str(context["error"])
            if not told or why.startswith(("must ", "is ", "has ")):
                return f"{told}{why}"
            # A rule of a whole entry speaks for itself; the key above the entry would mislead.
            return f"{quoted(key)}: {why}" if detail["loc"][-1:] == (key,) else why
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "`")
            hint = nearest(detail["input"], [word.strip("`") for word in allowed.replace(" or ", ", ").split(", ")])
            return f"{told}must be {allowed}{hint}"
        case kind if kind in _PLAIN:
            return f"{told}{_PLAIN[kind]}"
        case "greater_than_equal":
            return f"{told}must be at least {context['ge']}"
        case "less_than_equal":
            return f"{told}must be at most {context['le']}"
        case "too_short":
            return f"{told}must not be empty"
        case "too_long":
            return f"{told}has more than {context['max_length']} entries"
        case _:
            return f"{told}is wrong: {detail['msg']}"


def unknown_key(key: object, known: Iterable[str]) -> str:
    """Return the message about a key there is not, with the nearest right one, or all of them when none is near."""
    names = sorted(known)
    hint = nearest(key, names) or (f"; known here: {', '.join(names)}" if names else "")
    return f"unknown key {quoted(key)}{hint}"


def locate(block: Block, path: Path, *, of_key: bool = False) -> Place:
    """Return where the value at `path` stands, or the last thing above it that stands anywhere."""
    place = block.at
    here: Any = block
    for number, part in enumerate(path):
        if isinstance(here, Block) and isinstance(part, str) and part in here:
            last = number == len(path) - 1
            place = here.keys_at[part] if of_key and last else here.values_at[part]
            here = here[part]
        elif isinstance(here, Items) and isinstance(part, int) and 0 <= part < len(here):
            place = here.items_at[part]
            here = here[part]
        else:
            break
    return place


def keys_at(form: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys the shape knows at `path`, as they are written in YAML."""
    here: type[BaseModel] | None = form
    for part in path:
        if here is None or not isinstance(part, str):
            continue
        fields = {info.alias or name: info for name, info in here.model_fields.items()}
        here = _form_in(fields[part].annotation) if part in fields else None
    return tuple(info.alias or name for name, info in here.model_fields.items()) if here else ()


def _form_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Annotated, Union, UnionType, list, tuple):
        return next((found for arg in get_args(annotation) if (found := _form_in(arg))), None)
    return None
