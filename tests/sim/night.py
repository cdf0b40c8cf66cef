"""One history: a seed played from its first start over every death to the end of the healing."""

import asyncio
import base64
import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitord.account.anchors import make_anchor
from monitord.clock.clock import PERSISTS
from monitord.store.tx import Tx
from tests.sim.clock import BEGIN, Machine, SimClock
from tests.sim.cuts import make_cuts
from tests.sim.daemon import Life
from tests.sim.history import ANCHOR_KEY, History, Up
from tests.sim.loop import Killed, SimLoop, Universe
from tests.sim.nemesis import Blow, Plan
from tests.sim.people import People
from tests.sim.place import FILE, listen, new_database, read, the_engine
from tests.sim.power import make_blackouts
from tests.sim.province import CHAT, GRID, RING, first_edition, next_edition
from tests.sim.telegram import Telegram, Try
from tests.sim.world import Phase, World, make_phases
from tests.sim.writer import Diary, SimWriter, ToldTx

HEALING = 2 * 3600.0
MOST_TASKS = 70


class Night:
    """Plays one seed; the file is left to the judges.

    `away` is for how many seconds the daemon is down where no blow says it.
    """

    def __init__(
        self,
        seed: int,
        plan: Plan,
        folder: Path,
        phases: dict[str, list[Phase]] | None = None,
        away: float = 3.0,
        healing: float = HEALING,
    ) -> None:
        self._away = away
        self._healing = healing
        self._rng = random.Random(f"night {seed}")
        self._plan = plan
        universe = Universe()
        edition = first_edition(self._fork("roster"))
        ringed = RING[0] in edition.devices
        # Where a ring is cut the rest is quieter, and most of those nights lose no look: what runs is certain.
        gridded = GRID[0] in edition.devices
        sure = (ringed or gridded) and self._fork("sure").random() < 0.7
        world = World(
            universe,
            self._fork("world"),
            phases or make_phases(self._fork("phases"), plan.hours, plan.busy * (0.3 if ringed or gridded else 1.0)),
            0.0 if sure else plan.loss,
            0.0 if sure else plan.blind,
        )
        world.sure = not (world.loss or world.blind)
        world.complete()
        telegram = Telegram(universe, self._fork("telegram"), plan.habits)
        people = People(universe, self._fork("people"), telegram, plan.eager)
        self.history = History(
            plan, universe, Machine(universe), world, telegram, people, Diary(), {"edition-0": edition}, edition
        )
        if phases is None and ringed:
            world.cuts = make_cuts(self._fork("cuts"), plan.hours)
        if phases is None and gridded:
            world.blackouts = make_blackouts(random.Random(f"power {seed}"), plan.hours)
        self.database = folder / FILE
        new_database()
        self._edition = edition
        self._edits = self._fork("edits")
        self._graves: list[Any] = []
        self._life: Life | None = None
        self._loop: SimLoop | None = None
        self._blow: Blow | None = None
        self._awaited = ""
        self._over = False
        self._asleep = False
        telegram.tried = self._attempt_begins

    def _fork(self, name: str) -> random.Random:
        return random.Random(f"{self._rng.random()} {name}")

    def play(self) -> History:
        """Play to the end and return the history."""
        history, universe = self.history, self.history.universe
        listen(history.complaints)
        began = time.process_time()
        end = self._plan.hours * 3600
        for blow in self._plan.blows:
            universe.at(blow.at, lambda blow=blow: self._strike(blow))  # type: ignore[misc]
        universe.at(end, self._heal)
        universe.at(end + self._healing, self._end)
        while not self._over:
            self._live()
            if not self._over:
                self._rest()
        history.ended, history.cpu = universe.now, time.process_time() - began
        return history

    # --- lives ------------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        history, diary = self.history, self.history.diary
        diary.life += 1
        history.world.life = history.telegram.life = diary.life
        rng = self._fork(f"life {diary.life}")
        self._loop = loop = SimLoop(history.universe, rng, self._plan.shuffle)

        def token(size: int) -> str:
            return base64.urlsafe_b64encode(rng.randbytes(size)).rstrip(b"=").decode("ascii")

        def make_tx(connection: sa.Connection) -> Tx:
            return ToldTx(connection, token, diary, history.universe)

        began: list[float] = []
        engine = the_engine()
        writer = SimWriter(engine, make_tx, diary, rng)
        self._life = life = Life(
            history.universe,
            SimClock(history.machine),
            writer,
            token(6),
            self._edition,
            history.world,
            history.telegram,
            history.claims,
            rng,
            lambda: began.append(history.universe.now),
        )
        asyncio.set_event_loop(loop)
        death = "stopped"
        task = loop.create_task(life.run())
        try:
            loop.run_until_complete(task)
        except Killed:
            death = "killed"
            history.deaths += 1
        tasks = asyncio.all_tasks(loop)
        if death == "stopped" and tasks - {task}:
            history.wrong.append(f"{len(tasks)} tasks are left after an orderly stop")
        if len(tasks) > MOST_TASKS:
            history.wrong.append(f"I15: {len(tasks)} tasks at {history.universe.now:.0f}")
        if self._over and life.looker is not None:
            history.tally = {str(health): n for health, n in life.judge.tally().items()}
        # Kept for ever: a task that is collected would run its `finally`, which nobody does who was killed.
        self._graves.append((loop, tasks, life))
        self._loop = self._life = None
        diary.die_before = diary.die_after = None
        history.telegram.forget_daemon()
        writer.forget()
        if began:
            history.ups.append(Up(diary.life, began[0], history.universe.now, death))
        self._look_at_tables()

    def _rest(self) -> None:
        history, blow = self.history, self._blow
        self._blow = None
        away = self._away if blow is None else blow.away
        # Healing begins with a daemon, whatever killed the last one.
        healing = self._plan.hours * 3600 + 10
        history.universe.pass_until(min(history.universe.now + away, max(healing, history.universe.now + 3)))
        if blow is not None and blow.reboot:
            history.machine.reboot()
            history.reboots.append(history.universe.now)

    def _look_at_tables(self) -> None:
        """What must hold whenever the daemon dies, and which row was the last."""
        with read() as connection:
            look = connection.exec_driver_sql
            armed = [row[0] for row in look("SELECT incident FROM timer WHERE state = 'armed'")]
            storms = {row[0] for row in look("SELECT incident FROM storm WHERE ended_at IS NULL")}
            for ident, code, phase, storm in look("SELECT id, code, phase, storm FROM incident ORDER BY id"):
                number = armed.count(ident)
                carried = phase == "open" and storm in storms
                if number != (0 if carried or phase in ("restored", "closed") else 1):
                    self.history.wrong.append(
                        f"I7: {code} is {phase} with {number} timers at {self.history.universe.now:.1f}"
                    )
            head = look("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
            if head is not None:
                self.history.heads.append((head[0], head[1]))
            now, made = BEGIN + timedelta(seconds=self.history.universe.now), self.history.anchors
            made.append(make_anchor(connection, ANCHOR_KEY, now, len(made) + 1))

    # --- blows ------------------------------------------------------------------------------------------------------

    def _strike(self, blow: Blow) -> None:
        history, universe, machine = self.history, self.history.universe, self.history.machine
        match blow.kind:
            case "wall":
                machine.wrong += blow.size
                history.walls.append((universe.now, machine.wrong))
                self._moved()
            case "sleep" if self._asleep:
                return
            case "sleep":
                self._asleep = True
                history.sleeps.append((universe.now, universe.now + blow.size))
                universe.pass_until(universe.now + blow.size)
                universe.suspended += blow.size
                self._asleep = False
                self._moved()
            case "edit":
                self._edit()
            case "window" | "unwindow":
                # A window is kept by the wall clock: where that is wrong nobody could say when it should end.
                if self._life is not None and not machine.wrong:
                    self._life.maintain(blow.whom, blow.size)
            case "act" if self._life is not None:
                self._life.act(blow.whom, blow.count, history.acts)
            case "act":
                return
            case "block" | "unblock":
                self._block(blow.whom, blow.kind == "block")
            case kind if self._loop is not None and self._blow is None:
                self._blow = blow
                self._kill(kind, blow.count)

    def _kill(self, kind: str, count: int) -> None:
        diary, loop, life = self.history.diary, self._loop, self._life
        assert loop is not None
        assert life is not None
        match kind:
            case "step":
                loop.die_in(count)
            case "before":
                diary.die_before = diary.commits + 1 + count % 5
            case "after":
                diary.die_after = diary.commits + 1 + count % 5
            case "attempt" | "press":
                self._awaited = kind
                # If it never comes: not later than this.
                at = self.history.universe.now + 7200
                self.history.universe.at(at, self._waited_long)
            case "term":
                life.stopping.set()

    def _waited_long(self) -> None:
        if self._awaited and self._loop is not None:
            self._loop.die_in(1)

    def _attempt_begins(self, attempt: Try) -> None:
        if self._awaited and self._loop is not None and self._blow is not None:
            self._awaited = ""
            self._loop.die_in(1 + self._blow.count // 2)

    def _moved(self) -> None:
        self._pulse()
        # A leap is believed after a while, and the clock steps then.
        self.history.universe.at(self.history.universe.now + PERSISTS + 5, self._pulse)

    def _pulse(self) -> None:
        if self._life is not None:
            self._life.moved.set()

    def _edit(self) -> None:
        if self.history.machine.wrong:
            return
        self._edition = next_edition(self._edition, self._edits)
        self.history.editions[f"edition-{self._edition.number}"] = self._edition
        # Half of the editions wait for the next start.
        if self._life is not None and self._edits.random() < 0.7:
            self._life.reload(self._edition)

    def _block(self, whom: str, on: bool) -> None:
        blocked = self.history.telegram.blocked
        (blocked.add if on else blocked.discard)(str(CHAT[whom]))
        self.history.blocks.append((self.history.universe.now, whom, on))

    def _heal(self) -> None:
        history = self.history
        history.world.heal()
        history.telegram.heal()
        history.healed = history.universe.now
        if history.machine.wrong:
            history.machine.wrong = 0.0
            history.walls.append((history.universe.now, 0.0))
            self._moved()
        self._blow, self._awaited = None, ""
        history.diary.die_before = history.diary.die_after = None
        if self._loop is not None:
            self._loop.die_at = None

    def _end(self) -> None:
        self._over = True
        if self._life is not None:
            self._life.stopping.set()
