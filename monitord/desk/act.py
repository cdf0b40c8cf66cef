"""One act of a person on an incident: who, on what, with which values, and how they are read."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitord.desk.context import Context
from monitord.domain import handling
from monitord.domain.decision import Decision
from monitord.domain.dutybook import DutyBook, leads
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind, stamp
from monitord.domain.update import Heard, Update
from monitord.store.rows import Moment
from monitord.store.tx import Tx

LONGEST = 2_000
"""Characters of one text that somebody writes."""
FURTHEST = timedelta(days=7)
"""How far ahead a restoration may be expected, or a reminder asked for."""


class ActRefused(ValueError):
    """The act cannot be done; the text says why and what to do instead."""


class Act:
    """One act: who, on what, with which values."""

    def __init__(
        self,
        tx: Tx,
        context: Context,
        incident: Incident,
        person: str,
        duty: str,
        book: DutyBook,
        at: Moment,
        given: Mapping[str, Any],
        update: Update | Heard | None = None,
    ) -> None:
        self.tx, self.context, self.incident = tx, context, incident
        self.person, self.duty, self.book, self.at = person, duty, book, at
        self._given = given
        self._update = update

    @property
    def leads(self) -> bool:
        """Return whether the person is on the leader's duty of the unit, whatever else he is on."""
        return leads(self.incident.unit, self.person, self.book)

    def text(self, key: str, needed: bool = False) -> str:
        """Return a text of the act, one or more lines; ActRefused when it is needed and missing, or too long."""
        value = str(self._given.get(key) or "").strip()
        if needed and not value:
            raise ActRefused(f"`{key}` must say something")
        if len(value) > LONGEST:
            raise ActRefused(f"`{key}` is longer than {LONGEST} characters")
        return value

    def flag(self, key: str) -> bool:
        """Return whether a switch of the act is on."""
        return bool(self._given.get(key))

    def instant(self, key: str) -> datetime | None:
        """Return an instant of the act, None when it has none."""
        value = self._given.get(key)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            raise ActRefused(f"`{key}` is no instant: {value!r}") from None
        if found.tzinfo is None:
            raise ActRefused(f"`{key}` has no time zone: {value!r}")
        return found

    def past(self, key: str) -> datetime:
        """Return an instant that is over, now when none is named; ActRefused for one ahead."""
        found = self.instant(key) or self.at.now
        if found > self.at.now:
            raise ActRefused(f"`{key}` lies ahead: {stamp(found)}")
        return found

    def ahead(self, key: str) -> datetime:
        """Return an instant that is to come, within FURTHEST; ActRefused for any other."""
        found = self.instant(key)
        if found is None or not self.at.now < found <= self.at.now + FURTHEST:
            raise ActRefused(f"`{key}` must lie ahead, within {FURTHEST.days} days")
        return found

    def signed(self, decision: Decision) -> Decision:
        """Name what came in in the decision's first row, so that it can be found in the journal exactly once."""
        if self._update is None:
            return decision
        first = decision.facts[0]
        return replace(decision, facts=(replace(first, refs={**first.refs, **self._update.refs}), *decision.facts[1:]))

    def noted(self, decision: Decision) -> Incident:
        """Write a decision that arms and disarms nothing."""
        decision = self.signed(decision)
        self.tx.append(decision.facts, self.at)
        self.tx.save(decision.incident)
        for notice in decision.notices:
            self.tx.queue(notice, self.at.now)
        return decision.incident

    def remark(self, kind: FactKind, refs: Mapping[str, Any], **private: str) -> Incident:
        """Write a line of the incident's diary; nobody is told."""
        return self.noted(handling.remark(self.incident, kind, self.person, refs, private))
