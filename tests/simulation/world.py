"""The virtual clock: events in a heap, workers as generators that may be killed or paused wherever they
wait."""
from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from random import Random
from typing import Any

from app.core.sending.states import FENCED
from tests.simulation.checker import Said
from tests.simulation.desk import SimulatedDesk
from tests.simulation.faults import Faults
from tests.simulation.rows import Rows

SECOND = 1_000_000
DAY = 86_400 * SECOND
START = 1_700_000_000 * SECOND
HARD_LIMIT = 90 * SECOND
MAX_EVENTS = 20_000
RACING = ("reply", "reply", "note", "assign", "solve", "stay_out")
Waits = Generator[int, None, Any]


class Worker:
    """One process: takes what is due, one thing at a time. `skew`: how far its host's clock is off."""

    def __init__(self, world: World, number: int, skew: int, loop: Callable[[Worker], Waits]) -> None:
        self.world, self.number, self.skew, self._loop = world, number, skew, loop
        self.epoch, self.idle, self.paused_until, self.task_ends = 0, True, 0, 0
        self.waits: Waits | None = None
        self.held: tuple[Any, ...] | None = None
        self.looked_at, self.asked_at = 0, 0  # in this step: at the ticket, at our own rows

    def clock(self) -> int:
        return self.world.now + self.skew + self.world.jumped

    def wake(self) -> None:
        if self.idle:
            self.idle = False
            self.task_ends = self.world.now + HARD_LIMIT
            self.waits = self._loop(self)
            self.resume(self.epoch)

    def resume(self, epoch: int) -> None:
        if epoch != self.epoch or self.waits is None:
            return
        world = self.world
        faults = world.faults
        if faults.crashes and world.rng.random() < faults.crash_rate:
            faults.crashes -= 1
            self.die("killed")
            return
        try:
            delay = next(self.waits)
        except StopIteration as ended:
            self.idle, self.waits = True, None
            if ended.value:
                world.at(world.now, self.wake_again, self.epoch)
            return
        if self.held is not None:
            row, fence, ticket_fence = self.held
            # The heartbeat renews every five seconds for as long as the process runs.
            world.rows.beat(
                row,
                fence,
                ticket_fence,
                self.clock() + delay // (5 * SECOND) * 5 * SECOND + 15 * SECOND if delay >= 5 * SECOND else 0,
            )
        if faults.pauses and world.rng.random() < faults.pause_rate:
            faults.pauses -= 1
            pause = int(world.rng.uniform(1, faults.longest_pause) * SECOND)
            if world.log is not None:
                world.note(f"worker {self.number} is stopped for {(delay + pause) / SECOND:.1f} s")
            delay += pause
        when = world.now + delay
        if when > self.task_ends and not faults.whole_machine_pauses:
            # Its parent is awake, and kills it at the hard limit.
            world.at(max(self.task_ends, world.now), self._over_the_limit, self.epoch)
        else:
            world.at(when, self.resume, self.epoch)

    def wake_again(self, epoch: int) -> None:
        if epoch == self.epoch:
            self.wake()

    def _over_the_limit(self, epoch: int) -> None:
        if epoch == self.epoch:
            self.die("killed at its time limit")

    def die(self, why: str) -> None:
        world = self.world
        if world.log is not None:
            world.note(f"worker {self.number} is {why}")
        self.epoch += 1
        self.held = None
        if self.waits is not None:
            self.waits.close()
            self.waits = None
        self.idle = False
        world.at(world.now + int(world.rng.uniform(0.5, 3) * SECOND), self._restart, self.epoch)

    def _restart(self, epoch: int) -> None:
        if epoch == self.epoch:
            self.idle = True


class World:
    """One history: a ticket, its desk, our rows, the workers, and everything that happens to them."""

    def __init__(self, rng: Random, fenced: bool, removed: frozenset[str], log: list[str] | None) -> None:
        self.rng, self.log, self.fenced = rng, log, fenced
        self.now, self.jumped = START, 0
        self.heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self.count = 0
        self.rows = Rows(removed)
        self.faults = Faults(rng, fenced)
        self.desk = SimulatedDesk(fenced, int(rng.uniform(-2, 2) * SECOND), "the desk's fence" not in removed)
        self.workers: list[Worker] = []
        self.polls = "the poll" not in removed
        self.sweeps = "the sweep" not in removed
        self.poll_at, self.sweep_at, self.swept = 0, 0, 0
        self.switched_off: list[tuple[int, int]] = []
        self.overrun = False
        self.times = FENCED
        self.lease_check = True
        self.verdicts: list[tuple[str, ...]] = []

    def note(self, text: str) -> None:
        if self.log is not None:
            self.log.append(f"{(self.now - START) / SECOND:9.3f}  {text}")

    def at(self, when: int, what: Callable[..., None], *arguments: Any) -> None:
        self.count += 1
        heapq.heappush(self.heap, (when, self.count, what, arguments))

    def run(self) -> None:
        heap, rng = self.heap, self.rng
        events = 0
        while heap:
            events += 1
            if events > MAX_EVENTS:
                self.overrun = True
                return
            self.now, _, what, arguments = heapq.heappop(heap)
            what(*arguments)
            if not self.sweep_at:
                self._look_ahead(rng)

    def _look_ahead(self, rng: Random) -> None:
        """Whatever rang or did not ring: the sweep looks every two seconds, in the worker and in beat."""
        ours = self.now + self.jumped
        due = self.rows.next_due(ours)
        if due is None or not any(w.idle for w in self.workers):
            return
        if not self.sweeps and self.faults.rings_lost:
            return
        wait = max(0, due - ours, self.swept + SECOND // 4 - self.now)
        wait += int(rng.uniform(0, 2) * SECOND) if self.faults.rings_lost else 20_000
        self.sweep_at = self.now + min(wait, 3_600 * SECOND)
        self.at(self.sweep_at, self._sweep)

    def _sweep(self) -> None:
        self.sweep_at, self.swept = 0, self.now
        first = self.rng.choice(self.workers)
        first.wake()
        if self.rng.random() < 0.4:
            for worker in self.workers:
                worker.wake()

    # What happens at the desk
    def customer_writes(self, same_matter: bool = True) -> None:
        rng, faults = self.rng, self.faults
        said = Said(self.now, "customer", True, same_matter=same_matter)
        self.desk.comment(self.now, said)
        number = said.id
        if self.log is not None:
            self.note(f"the customer writes message {number}")
        fate = rng.random()
        delay = int(rng.uniform(0.1, 2) * SECOND)
        if fate < faults.lost_deliveries:
            said.timely = False
        else:
            if fate < faults.lost_deliveries + faults.late_deliveries:
                said.timely = False
                delay = int(rng.uniform(30, 7_200) * SECOND)
            self.at(self.now + delay, self.delivered, f"m:{number}")
            if rng.random() < faults.repeated_deliveries:
                self.at(self.now + delay + int(rng.uniform(0, 60) * SECOND), self.delivered, f"m:{number}")
        self.changed(rule_may_follow=True)

    def delivered(self, key: str) -> None:
        fresh = self.rows.accept("delivery", key, self.now + self.jumped)
        if self.log is not None:
            self.note(f"delivery {key} {'is kept' if fresh else 'was known'}")

    def presses_person(self) -> None:
        if self.rows.ticket.met:
            self.rows.accept(
                "act",
                f"act:person:{self.count}",
                self.now + self.jumped,
                act="person",
                pressed_after=len(self.desk.said),
            )
            self.note("the customer asks for a person on the page")

    def replay(self) -> None:
        for number in self.rows.replay(self.now + self.jumped):
            self.note(f"somebody takes {number} from the shelf and has it tried once more")

    def human(self, act: str) -> None:
        desk = self.desk
        # The field has no time of its own: whoever sets it and takes the ticket back before we have seen it
        # is not understood.
        unseen = desk.next_step == "continue" and self.rows.ticket.next_step != "continue"
        if not desk.said or unseen:
            return
        if act == "reply":
            desk.comment(self.now, Said(self.now, "agent", True))
        elif act == "note":
            desk.comment(self.now, Said(self.now, "agent", False))
        elif act == "assign":
            desk.assign(self.now)
        elif act == "stay_out":
            desk.choose(self.now, "stay_out")
        elif act == "continue":
            if not desk.acts:
                return
            desk.choose(self.now, "continue")
        else:
            desk.solve(self.now)
        if self.log is not None:
            self.note(f"an agent does: {act}")
        self.changed(rule_may_follow=False)

    def provoke(self) -> None:
        """A person who acts within moments of our own doing: the race that matters."""
        if self.faults.races and self.rng.random() < self.faults.race_rate:
            self.faults.races -= 1
            soon = int(self.rng.uniform(0, self.faults.race_within) * SECOND)
            self.at(self.now + soon, self.human, self.rng.choice(RACING))

    def rule(self) -> None:
        if self.rng.random() < self.faults.rule_assigns:
            self.desk.assign_by_rule(self.now)
            self.note("a rule of the desk assigns the ticket")
        else:
            self.desk.rule(self.now)
            self.note("a rule of the desk touches the ticket")
        self.changed(rule_may_follow=False)

    def changed(self, rule_may_follow: bool) -> None:
        """The ticket's stamp has moved: the poll will see it, and a rule of the desk may follow."""
        if rule_may_follow and self.rng.random() < self.faults.rules:
            self.at(self.now + int(self.rng.uniform(0.05, 3) * SECOND), self.rule)
        if self.polls and not self.poll_at:
            behind = 60 * SECOND if self.fenced else 0  # the export leaves the last minute out
            self.poll_at = self.now + behind + int(self.rng.uniform(0, 60) * SECOND)
            self.at(self.poll_at, self._poll, self.desk.changed)

    def _poll(self, seen: int) -> None:
        self.poll_at = 0
        stamp = str(self.desk.changed)
        own_at = self.desk.changed if self.rows.ticket.own_stamp == stamp else None
        if self.rows.accept("changed", f"changed:{stamp}", self.now + self.jumped, own_at=own_at):
            self.note("the poll finds the ticket changed")
        if self.desk.changed != seen:
            self.changed(rule_may_follow=False)

    def jump(self, seconds: float) -> None:
        self.jumped += int(seconds * SECOND)
        self.note(f"our clocks jump by {seconds:.0f} s")
        self.sweep_at = 0

    def switch(self, off: bool) -> None:
        self.rows.killed = "stopped" if off else None
        self.note("the kill switch is on" if off else "the kill switch is off again")


def spoken_by_customer(world: World) -> int:
    """Index of the customer's newest public comment at the desk; -1 without one."""
    said = world.desk.said
    return next((i for i in range(len(said) - 1, -1, -1) if said[i].by == "customer"), -1)


__all__ = ["World", "Worker", "spoken_by_customer"]
