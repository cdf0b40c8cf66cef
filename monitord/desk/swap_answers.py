"""Answers to a swap: a button under its message, or `DOICA 5` and `KDOICA 5` typed."""

from collections.abc import Callable, Mapping
from typing import Any

from monitord.desk import swap_letters, swaps
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterRefused
from monitord.domain.notice import Button
from monitord.domain.people import Person
from monitord.domain.swap import Swap, SwapState
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

DOES: Mapping[Button, tuple[Callable[..., Answer], PressResult]] = {
    Button.SWAP_TAKE: (swaps.take, PressResult.SWAP_TAKEN),
    Button.SWAP_APPROVE: (swaps.approve, PressResult.SWAP_APPROVED),
    Button.SWAP_DECLINE: (swaps.decline, PressResult.SWAP_DECLINED),
}
"""What each button does, and what it comes to."""
DONE = frozenset(result for _, result in DOES.values())


def press(tx: Tx, context: Context, person: Person, notice: Any, button: Button, at: Moment) -> Pressed:
    """Answer the request that a message asked about."""
    return _answer(tx, context, person, swap_letters.number_of(notice), button, at)


def typed(tx: Tx, context: Context, person: Person, number: int, yes: bool, at: Moment) -> Pressed:
    """Answer a request by its number: yes takes it, or approves it once somebody took it."""
    try:
        swap = swaps.one_of(tx, number)
    except RosterRefused:
        return Pressed(PressResult.SWAP_OVER)
    button = Button.SWAP_APPROVE if swap.state is SwapState.TAKEN else Button.SWAP_TAKE
    return _answer(tx, context, person, number, button if yes else Button.SWAP_DECLINE, at)


def _answer(tx: Tx, context: Context, person: Person, number: int, button: Button, at: Moment) -> Pressed:
    swap = swaps.one_of(tx, number)
    if not swap.pending or (button is Button.SWAP_TAKE and swap.state is SwapState.TAKEN):
        return Pressed(PressResult.SWAP_OVER)
    does, result = DOES[button]
    try:
        does(tx, context, person.id, {"swap": number}, at)
    except RosterRefused:
        return Pressed(PressResult.SWAP_REFUSED)
    return _said(tx, context, swap, result, at)


def _said(tx: Tx, context: Context, swap: Swap, result: PressResult, at: Moment) -> Pressed:
    people = tx.people()
    asker, taker = (people[one].name if one in people else one or "" for one in (swap.asker, swap.taker))
    return Pressed(result, name=asker, to=taker, at=at.now, zone=context.settings.zone)
