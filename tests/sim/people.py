"""People with telephones: some take an incident, some never answer, some press what they should not."""

import random
from dataclasses import dataclass

from tests.sim.loop import Universe
from tests.sim.province import CHAT, LEAVER, NAMES, STRANGER
from tests.sim.telegram import Letter, Telegram


@dataclass(frozen=True, slots=True)
class Press:
    """A button that somebody pressed. `kind`: reader, colleague, stranger or tampered; `person` is None for a
    stranger."""

    at: float
    update: int
    person: str | None
    data: str
    kind: str
    notice: int

    @property
    def action(self) -> str:
        return self.data.split("|")[2] if self.data.count("|") == 3 else ""


class People:
    """Reads every letter that arrives and does something about it, or nothing."""

    def __init__(self, universe: Universe, rng: random.Random, telegram: Telegram, eager: float) -> None:
        self._universe = universe
        self._rng = rng
        self._telegram = telegram
        self._eager = eager
        self._names = {str(chat): name for name, chat in CHAT.items()}
        self.pressed: list[Press] = []
        telegram.read = self.read
        telegram.read_again = self.read_menu

    def read(self, letter: Letter) -> None:
        """Decide what comes of a letter."""
        if not letter.buttons:
            return
        rng = self._rng
        # Whoever of all people sees a button in the group may press it.
        person = self._names.get(letter.chat) or rng.choice(NAMES)
        reader = "reader" if letter.chat in self._names else "colleague"
        data = rng.choice(letter.buttons)
        if rng.random() < self._eager:
            after = rng.choice((rng.uniform(0.5, 20), rng.uniform(20, 600), rng.uniform(600, 5400)))
            self._later(after, person, data, reader, letter)
            if rng.random() < 0.2:
                self._later(after + rng.choice((0.0, 0.4, 30)), rng.choice(NAMES), data, "colleague", letter)
            if rng.random() < 0.15:
                self._later(after + rng.uniform(0.1, 4000), person, data, reader, letter)
        if rng.random() < 0.08:
            kind, bad = rng.choice((
                ("tampered", data[:-1] + ("A" if data[-1] != "A" else "B")),
                ("tampered", "garbage"),
                ("stranger", data),
                ("colleague", data),
            ))  # fmt: skip
            whom = None if kind == "stranger" else LEAVER if kind == "colleague" else person
            self._later(rng.uniform(1, 7200), whom, bad, kind, letter)
        if rng.random() < 0.03:
            chat = CHAT[person]
            self._universe.at(self._universe.now + rng.uniform(1, 60), lambda: self._write(chat))

    def read_menu(self, letter: Letter) -> None:
        """Choose something of a menu that opened under a letter, most of the time."""
        if not any("|back|" in data for data in letter.buttons) or self._rng.random() < 0.2:
            return
        person, data = self._names[letter.chat], self._rng.choice(letter.buttons)
        after = self._rng.choice((self._rng.uniform(0.5, 10), self._rng.uniform(10, 2400)))
        self._later(after, person, data, "reader", letter)
        if self._rng.random() < 0.1:
            self._later(after + self._rng.choice((0.0, 0.4, 30)), self._rng.choice(NAMES), data, "colleague", letter)

    def _write(self, chat: int) -> None:
        self._telegram.write(chat, "đã nhận?")

    def _later(self, after: float, person: str | None, data: str, kind: str, letter: Letter) -> None:
        def press() -> None:
            user = STRANGER if person is None else CHAT[person]
            update = self._telegram.press(user, data, letter.number)
            self.pressed.append(Press(self._universe.now, update, person, data, kind, letter.notice))

        self._universe.at(self._universe.now + after, press)
