"""The sections of the channels: each file of a channel says what stands in its own, and how people are addressed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from monitord.domain.balance import Account
from monitord.domain.canary import CanaryRoute
from monitord.settings.block import Place
from monitord.settings.book import Book, Entry
from monitord.settings.fields import SecretGiven
from monitord.settings.form import Form
from monitord.settings.model import ChannelSettings, Secret
from monitord.settings.phones import mobile_of, phone_of
from monitord.settings.problem import quoted
from monitord.settings.schema import PersonForm
from monitord.settings.secrets import Secrets


def deaf(given: Form) -> bool:
    """Return False: nobody can answer by this channel."""
    return False


def lacking(given: Form) -> None:
    """Return None: this channel has none."""


class Uses(StrEnum):
    """Which address of a person a channel uses: `OWN` is that under its name in `addresses`, `NONE` is impersonal."""

    MOBILE = "mobile"
    PHONE = "phone"
    MAIL = "mail"
    OWN = "own"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ChannelSection:
    """The section that a channel has in the settings; it stands once, under the channel's name.

    `short` says that its texts are one line of plain ASCII of at most so many characters. `hears` returns whether
    people can answer by it, as its section stands; `canary` the way of its canaries and `account` how its operator is
    asked what is left, each None without. `spoken` says that the text is read aloud in a call. An attempt
    lasts at most `lease` seconds less twelve.
    """

    form: type[Form]
    uses: Uses = Uses.OWN
    short: int | None = None
    hears: Callable[[Any], bool] = deaf
    spoken: bool = False
    lease: float = 30.0
    canary: Callable[[Any], CanaryRoute | None] = lacking
    account: Callable[[Any], Account | None] = lacking


Sections = Mapping[str, ChannelSection | None]
"""Every channel there is, by name; None for one whose settings we know ourselves."""


def forms_of(channels: Sections) -> dict[str, type[Form]]:
    """Return the shapes of the sections that the channels bring along."""
    return {name: section.form for name, section in channels.items() if section is not None}


def channels_of(book: Book, channels: Sections, secrets: Secrets) -> Mapping[str, ChannelSettings]:
    """Return what the settings say of each channel that has its section, with its secrets read."""
    found = {}
    for name, section in channels.items():
        if section is None or (entry := book.once(name, section.form)) is None:
            continue
        read = {}
        for path, given, place in _secrets(entry):
            read[path] = Secret(secrets.text(given, entry.file, place) or "")
        heard = section.hears(entry.given)
        found[name] = ChannelSettings(
            entry.given,
            MappingProxyType(read),
            section.short,
            heard,
            section.spoken,
            section.lease,
            section.canary(entry.given),
            section.account(entry.given),
        )
    return MappingProxyType(found)


def addresses_of(entry: Entry[PersonForm], channels: Sections, book: Book) -> Mapping[str, str]:
    """Return where each channel reaches a person. A mobile number that is none, and an address for a channel there is
    not, are mistakes; a telephone on a desk is no mobile number and no mistake."""
    given = entry.given
    mobile = mobile_of(given.mobile or given.phone)
    if given.mobile is not None and mobile is None:
        why = f"{quoted(given.mobile)} is no mobile number: write it as 0912 345 678 or +84 912 345 678"
        book.findings.add(entry.file, entry.at("mobile"), why)
    by_use = {Uses.MOBILE: mobile, Uses.PHONE: mobile or phone_of(given.phone), Uses.MAIL: given.mail}
    found: dict[str, str] = {}
    for name, section in channels.items():
        # By a channel that is not set up nobody is reached.
        if section is None or section.uses is Uses.NONE or book.once(name, section.form) is None:
            continue
        address = given.addresses.get(name) if section.uses is Uses.OWN else by_use[section.uses]
        if address is not None:
            found[name] = address
    own = [name for name, section in channels.items() if section is not None and section.uses is Uses.OWN]
    for name in given.addresses:
        if name not in own:
            why = f"there is no channel {quoted(name)} with addresses of its own"
            book.findings.add(entry.file, entry.at("addresses", name), why)
    return MappingProxyType(found)


def _secrets(entry: Entry[Form]) -> Iterator[tuple[str, SecretGiven, Place]]:
    """Yield the secrets that a section names, those of a section inside it as `imap.password`."""
    for name, value in entry.given:
        if isinstance(value, SecretGiven):
            yield name, value, entry.at(name)
        elif isinstance(value, Form):
            for inner, deep in value:
                if isinstance(deep, SecretGiven):
                    yield f"{name}.{inner}", deep, entry.at(name, inner)
