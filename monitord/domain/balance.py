"""What is left on a SIM's account, as the operator says it in a text."""

import re
from dataclasses import dataclass
from datetime import timedelta

LOOKED_AT = 200
"""Characters looked at of an answer."""
LONGEST = 100
"""Characters of a pattern."""
REPEATS = 2
"""Parts of a pattern that may repeat without end."""
_GROUPED = re.compile(r"[.,](?=[0-9]{3}(?![0-9]))")
_ONE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""What stands for one character: an escaped one, or a class."""


@dataclass(frozen=True, slots=True)
class Account:
    """How the operator is asked: `text` to `to`, `every` so often; the answer comes from `sender`, and `pattern` finds
    the amount in it. Less than `below` is told; None never is."""

    to: str
    text: str
    every: timedelta
    pattern: re.Pattern[str]
    sender: str
    below: float | None = None


def pattern_of(written: str) -> re.Pattern[str]:
    """Return a pattern that hostile text cannot keep busy. ValueError says what is wrong with it.

    Nothing repeats inside of a repeat, as there is one group and it does not repeat; two parts repeat without end at
    most. So it ends after some millions of steps, whatever it is applied to.
    """
    if len(written) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    try:
        made = re.compile(written, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    if re.search(r"\\[1-9]", written):
        raise ValueError("must not refer back to a group")
    bare = _ONE.sub("x", written)
    if "(?" in bare or bare.count("(") != 1 or made.groups != 1:
        raise ValueError("must have exactly one group ( ), the amount, and no other")
    if re.search(r"\)[*+?{]", bare):
        raise ValueError("must not repeat its group")
    if sum(bare.count(one) for one in "*+{") > REPEATS or bare.count("?") > REPEATS or "|" in bare:
        raise ValueError("is too involved: `*`, `+` and `{}` stand in it twice at most, `?` as well, and `|` nowhere")
    return made


def read_amount(account: Account, said: str) -> float | None:
    """Return the amount that an answer names, None when it names none. `25.000`, `25,000` and `25000` are the same."""
    found = account.pattern.search(said[:LOOKED_AT])
    if found is None or found[1] is None:
        return None
    digits = _GROUPED.sub("", found[1].strip()).replace(",", ".")
    return float(digits) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", digits, re.ASCII) else None
