"""The limit on crashes per row, as a pure rule: how often a row may take its worker with it. Workers are also
killed from outside, and that is not the row's fault.

    crash 1, crash 2 ─▶ rests, then runs alone, in a task of its own ─┬─ ends in order ─▶ as if nothing had been
                          ▲                                           ├─ crash with a witness ─▶ crash 3: given up
                          └── the whole process group is gone: no witness, nothing counted (at most MAX_LONE_RUNS times)

A witness is the process itself (it raised), or its parent, which outlived it (killed by a signal, or by the
time limit).
"""

from __future__ import annotations

from dataclasses import dataclass

# microseconds a row rests after its second crash: whatever killed its workers may be over by then
REST = 30_000_000
ALONE_AFTER = 2
MAX_CRASHES = 3
# without a witness; a machine on which that happens has another trouble, and a person should see it
MAX_LONE_RUNS = 20
FIRST_PAUSE = 5_000_000


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that a crash let fall: its crashes and unseen ends so far, and how long it rests (microseconds)
    before it is taken again."""

    crashes: int
    lone_runs: int
    rest: int


def runs_alone(crashes: int, lone_runs: int = 0) -> bool:
    """True for a row that may only be taken by a task of its own."""
    return crashes == ALONE_AFTER and lone_runs < MAX_LONE_RUNS


def given_up(crashes: int, lone_runs: int) -> bool:
    """True for a row that nobody may work on any more: a person must be told."""
    return crashes >= MAX_CRASHES or (crashes == ALONE_AFTER and lone_runs >= MAX_LONE_RUNS)


def vanished(crashes: int, lone_runs: int) -> Dropped:
    """The lease ran out and nobody saw why. Alone it counts as no crash; before, it does: we cannot know
    better."""
    if crashes >= ALONE_AFTER:
        return Dropped(crashes, lone_runs + 1, 0)
    return Dropped(crashes + 1, lone_runs, REST if crashes + 1 == ALONE_AFTER else 0)


def witnessed(crashes: int, lone_runs: int) -> Dropped:
    """The work itself broke, or its process died and the parent saw it."""
    after = min(crashes + 1, MAX_CRASHES)
    return Dropped(after, lone_runs, {1: FIRST_PAUSE, ALONE_AFTER: REST}.get(after, 0))


def why_given_up(crashes: int, lone_runs: int) -> str:
    """A dead letter, for people."""
    if crashes >= MAX_CRASHES:
        return f"its work broke {crashes} times, the last time alone"
    return f"its work broke {crashes} times, and {lone_runs} runs alone ended with their whole worker"
