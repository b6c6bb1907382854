"""What may go wrong in one history, drawn from its seed: many quiet ones, some with everything at once."""
from __future__ import annotations

from random import Random


class Faults:
    """Rates are probabilities at each occasion; the counts bound them, so that every history ends."""

    def __init__(self, rng: Random, fenced: bool) -> None:
        r = rng.random
        self.lost_deliveries = 0.1
        self.late_deliveries = 0.05
        self.repeated_deliveries = 0.2
        self.rules = 0.25 if r() < 0.3 else 0.0
        self.rings_lost = r() < 0.5
        bad = r()
        self.answers = bad < 0.7  # the desk answers some writes badly
        self.reads = 0.08 if r() < 0.4 else 0.0
        self.crashes = rng.choice((0, 0, 1, 2, 4))
        self.crash_rate = 0.12
        self.pauses = rng.choice((0, 0, 0, 1, 2))
        self.pause_rate = 0.12
        self.longest_pause = 80.0
        # A fenced desk withstands even a whole machine that stands still for minutes.
        self.whole_machine_pauses = fenced and r() < 0.1
        if self.whole_machine_pauses:
            self.longest_pause = 400.0
        self.races = rng.choice((0, 0, 1, 2))
        self.race_rate = 0.3
        self.race_within = 2.5
        self.touches = 0.0  # a rule touches the ticket in the moment in which we read it
        self.rule_assigns = 0.3  # of what rules do
        self.reopens = 0.06  # the customer comes back days after somebody has solved it
        self.presses = 0.05  # the customer asks for a person on the page
        self.replays = 0.1  # somebody tries what lies on the people's shelf once more
        self.refusals = 0.01  # of our writes
        self.compose = (0.2, 6.0)
        # Seconds by which our clocks jump, if they do: once in as many histories as the setting says.
        self.jump = rng.uniform(-600, 600)
