"""What a call is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitord.domain.notice import Key, Message


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to call, what every key does, and until when it may last: `ring` is in seconds, `ends` a monotonic instant.

    `uri_of` makes of a number whom to ask the exchange for, None of what is none. Where `noted` is set a key without
    an effect ends the call; else it has the words spoken again.
    """

    message: Message
    uri: str
    uri_of: Callable[[str], str | None]
    keys: Mapping[str, Key]
    noted: bool
    ring: float
    ends: float
