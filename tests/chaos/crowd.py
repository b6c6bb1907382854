"""Who writes what, and when: customers, and agents who answer while the assistant composes. Drawn by a seed,
so a run can be repeated."""
from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from demo.scenes import HELP_CENTRE
from tests.chaos.agenda import Agenda
from tests.chaos.desks import Stormy

QUESTIONS = HELP_CENTRE.parent / "questions" / "eval.jsonl"
PERSON = "This is going in circles, I keep getting the same text. Who is in charge there?"
AGENTS = "I have looked into this myself: you will have your answer from me by tonight."


@dataclass
class Crowd:
    """`tickets` are the numbers of those written so far; `done` once the last has been, and everything people
    do on it."""

    desk: Stormy
    agenda: Agenda
    seed: int
    wanted: int
    a_second: float
    calm: bool = False  # each customer writes once, and nobody else does anything
    tickets: list[int] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    _open: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._questions = _questions(QUESTIONS)
        for number in range(self.wanted):
            self._later(number / self.a_second, partial(self._write, number))

    @property
    def done(self) -> bool:
        return self._open == 0

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._open += 1

        def run() -> None:
            self._open -= 1
            act()

        self.agenda.after(seconds, run)

    def _write(self, number: int) -> None:
        draw, do = self._random.random, self.desk.do
        if self.calm:
            pass
        elif draw() < 0.05:
            do.drop_deliveries(1)
            self.acts["deliveries lost"] += 1
        elif draw() < 0.05:
            do.duplicate_deliveries(1, same_id=draw() < 0.5)
            self.acts["deliveries doubled"] += 1
        text = PERSON if draw() < 0.1 else self._question()
        ticket = do.customer_ticket(
            name=f"Customer {number}",
            email=f"customer{number}@example.com",
            subject=f"Question {number}",
            text=text,
            verified=True,
        )
        self.tickets.append(int(ticket))
        if not self.calm:
            self._what_follows(int(ticket))

    def _what_follows(self, ticket: int) -> None:
        draw = self._random.random()
        if draw < 0.10:
            self._later(0.5, lambda: self._again(ticket, "messages within the debounce"))
        elif draw < 0.20:
            self._later(self._random.uniform(5, 25), lambda: self._again(ticket, "second questions"))
        elif draw < 0.30:
            # From the moment it is written until some seconds after a reply may be on its way.
            self._later(self._random.uniform(0, 7), lambda: self._agent(ticket))
        elif draw < 0.36 and self.desk.kind == "zendesk":
            # Between our last read and our write, which only a fence can see: there is none at Freshdesk.
            self.desk.faults.before(
                self.desk.reply[0],
                self.desk.reply[1].replace(r"(\d+)", str(ticket)),
                lambda: self._agent(ticket),
            )

    def _again(self, ticket: int, what: str) -> None:
        self.acts[what] += 1
        self.desk.do.customer_comment(ticket, self._question())

    def _agent(self, ticket: int) -> None:
        self.acts["agents' replies"] += 1
        self.desk.do.agent_reply(ticket, AGENTS)

    def _question(self) -> str:
        return self._random.choice(self._questions)


def _questions(file: Path) -> list[str]:
    return [str(json.loads(line)["question"]) for line in file.read_text("utf-8").splitlines()]
