"""One seed -> one history -> what was wrong with it."""
from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.core.sending.states import FENCED, UNFENCED, Times
from tests.simulation.checker import Ended, Verdict, check
from tests.simulation.rows import OPEN
from tests.simulation.working import work
from tests.simulation.world import DAY, SECOND, START, Worker, World

VERDICTS = (
    ("answer",),
    ("answer",),
    ("clarify",),
    ("answer",),
    ("note", "handoff_notice"),
    ("note", "handoff_notice"),
    ("note",),
)
ACTS = ("reply", "reply", "note", "assign", "solve", "stay_out", "continue")


@dataclass(frozen=True, slots=True)
class Setting:
    """What does not change between histories. `removed` are the guards left out, by name."""

    fenced: bool
    times: Times
    removed: frozenset[str] = frozenset()
    pressure: tuple[tuple[str, float], ...] = ()
    jumps: float = 0.05  # share of histories in which our clocks jump by up to ten minutes


def setting(desk: str, removed: frozenset[str] = frozenset()) -> Setting:
    return Setting(desk == "zendesk", FENCED if desk == "zendesk" else UNFENCED, removed)


def play(seed: int, number: int, given: Setting, log: list[str] | None = None) -> Verdict:
    """Play history `number` of a seed to its end and judge it. Equal arguments give equal histories."""
    rng = Random(seed * 1_000_003 + number)
    world = World(rng, given.fenced, given.removed, log)
    world.times, world.lease_check = given.times, "time left for the call" not in given.removed
    if rng.random() >= given.jumps:
        world.faults.jump = 0.0
    for name, value in given.pressure:
        setattr(world.faults, name, value)
    _people_and_customers(world, rng)
    for i in range(3):
        world.workers.append(Worker(world, i, int(rng.uniform(-2, 2) * SECOND), work))
    world.run()
    return _judge(world)


def _people_and_customers(world: World, rng: Random) -> None:
    when, times = START, []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        times.append(when)
        world.at(when, world.customer_writes)
        when += int((rng.uniform(0.3, 10) if rng.random() < 0.5 else rng.uniform(15, 400)) * SECOND)
    world.verdicts = rng.sample(VERDICTS, len(VERDICTS))
    if rng.random() < 0.35:
        for _ in range(rng.choice((1, 1, 2))):
            world.at(rng.choice(times) + int(rng.uniform(0, 60) * SECOND), world.human, rng.choice(ACTS))
    if rng.random() < world.faults.reopens:
        world.at(when + int(rng.uniform(60, 600) * SECOND), world.human, "solve")
        back = when + int(rng.choice((0.5, 6.9, 7.5, 30)) * DAY) + int(rng.uniform(0, 60) * SECOND)
        world.at(back, world.customer_writes, rng.random() < 0.5)
    if rng.random() < world.faults.presses:
        world.at(rng.choice(times) + int(rng.uniform(5, 90) * SECOND), world.presses_person)
    if rng.random() < world.faults.replays:
        world.at(START + int(rng.uniform(30, 900) * SECOND), world.replay)
    if rng.random() < 0.06:
        on = START + int(rng.uniform(0, 40) * SECOND)
        off = on + int(rng.uniform(4, 150) * SECOND)
        world.switched_off.append((on, off))
        world.at(on, world.switch, True)
        world.at(off, world.switch, False)
    if world.faults.jump:
        world.at(START + int(rng.uniform(0, 200) * SECOND), world.jump, world.faults.jump)
    if rng.random() < 0.15:
        # Killed from outside: the whole group at once.
        for at in [START + int(rng.uniform(0, 60) * SECOND) for _ in range(rng.choice((1, 2, 5)))]:
            world.at(at, _all_die, world)


def _all_die(world: World) -> None:
    for worker in world.workers:
        worker.die("killed with its whole group")


def _judge(world: World) -> Verdict:
    rows, desk = world.rows, world.desk
    waiting = sum(r.state in ("waiting", "working") for r in rows.inbox) + sum(
        e.now.state in OPEN for e in rows.effects
    )
    return check(
        Ended(
            desk.said,
            desk.solved_at,
            desk.acts,
            [e.key for e in rows.effects if e.now.state == "sent"],
            waiting + world.overrun,
            frozenset(e.key for e in rows.effects if e.now.state == "dead" and e.now.sends > 0),
            rows.nowhere_else(),
            world.switched_off,
            plans=rows.plans_of_turns(),
            given_up=frozenset(rows.given_up),
        ),
        fenced=world.fenced,
    )
