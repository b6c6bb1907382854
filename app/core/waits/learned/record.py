"""What became of the bounds told: each expert's trailing loss, and the level and tracker that answer for
broken promises.

A promise counts as broken at the moment it lapses, not when somebody replies at last.
"""
from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

AIM = 0.1  # the share of promises that may break
LEVEL_STEP, LEVEL_LEAST, LEVEL_MOST = 0.01, 0.003, 0.4
TRACKER_STEP, TRACKER_LEAST, TRACKER_MOST = 0.01, -0.7, 0.7
HALF_LIFE, ROUNDS = 150, 50
# a challenger must beat the raw drain by this share of its loss: on fresh queues smaller leads did not last
MARGIN = 0.2
RECORD_SIZE, RECORD_FROM, RECORD_LEAST = 50, 50, 0.75
RAW = "raw"


def pinball(wait: float, bound: float, share: float = 1.0 - AIM) -> float:
    """The loss of a bound that was to hold with this share: too short hurts nine times as much as too
    long."""
    return share * (wait - bound) if wait >= bound else (1.0 - share) * (bound - wait)


@dataclass(slots=True)
class Record:
    """One queue's. `z` moves the chosen bound (told while open, while closed), `levels` each expert's.

    `losses`: per expert the faded sums of its difference to raw and of raw's loss, their weight, and the
    rounds.
    """

    z: list[float] = field(default_factory=lambda: [0.0, 0.0])
    levels: dict[str, float] = field(default_factory=dict)
    losses: dict[str, tuple[float, float, float, int]] = field(default_factory=dict)
    # kept or not, newest last
    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=RECORD_SIZE))

    def level(self, expert: str) -> float:
        return self.levels.get(expert, AIM)

    def track(self, broken: bool, closed: bool = False) -> None:
        """One spoken or shadow promise: kept, or lapsed. Told while closed, it is overtaken by what still
        comes in before the opening."""
        self.z[closed] = min(max(self.z[closed] + TRACKER_STEP * (broken - AIM), TRACKER_LEAST), TRACKER_MOST)
        self.outcomes.append(not broken)

    def adapt(self, expert: str, broken: bool) -> None:
        self.levels[expert] = min(
            max(self.level(expert) + LEVEL_STEP * (AIM - broken), LEVEL_LEAST), LEVEL_MOST
        )

    def learn(self, wait: float, bounds: dict[str, float]) -> None:
        """A reply after `wait` open seconds, to a ticket for which the experts had these bounds."""
        fade = 0.5 ** (1.0 / HALF_LIFE)
        raw = pinball(wait, bounds[RAW])
        for expert, bound in bounds.items():
            if expert == RAW:
                continue
            difference, loss, weight, rounds = self.losses.get(expert, (0.0, 0.0, 0.0, 0))
            self.losses[expert] = (
                fade * difference + pinball(wait, bound) - raw,
                fade * loss + raw,
                fade * weight + 1.0,
                rounds + 1,
            )

    def pick(self, bounds: dict[str, float]) -> str:
        """The challenger with the smallest trailing loss, and raw drain unless one is clearly better."""
        best, name = -MARGIN, RAW
        for expert in bounds:
            difference, loss, _, rounds = self.losses.get(expert, (0.0, 0.0, 0.0, 0))
            if rounds >= ROUNDS and loss > 0 and difference / loss < best:
                best, name = difference / loss, expert
        return name

    def moved(self, bound: float, calm: float, closed: bool = False) -> float:
        return max((bound + calm) * math.exp(self.z[closed]) - calm, 0.0)

    def kept(self) -> tuple[int, int]:
        """Kept, and how many of the last RECORD_SIZE promises have ended or lapsed."""
        return sum(self.outcomes), len(self.outcomes)

    def bad(self) -> bool:
        kept, count = self.kept()
        return count >= RECORD_FROM and kept < RECORD_LEAST * count
