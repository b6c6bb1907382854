"""Who writes what, and when: customers, and agents who act while the assistant composes, sends or waits.

Drawn by a seed, so a run can be repeated.
"""
from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

from demo.scenes import HELP_CENTRE
from tests.chaos.agenda import Agenda
from tests.chaos.desks import Stormy
from tests.chaos.people import KINDS, Act

QUESTIONS = HELP_CENTRE.parent / "questions" / "eval.jsonl"
PERSON = "This is going in circles, I keep getting the same text. Who is in charge there?"

# What follows a ticket's first message, and the share of tickets on which it does.
SHARES = {
    "twice": 0.10,  # the customer once more within the debounce
    "later": 0.10,  # a second question, while the first is worked on or after
    "hasty": 0.12,  # an agent acts: from the moment it is written until our reply may be on its way
    "held": 0.06,  # our reply is refused with a 503, and an agent acts while it is held back
    # An agent acts between our last read and our write. At Freshdesk nothing could show it: there it is left
    # to chance, and counted (`looks`).
    "between": 0.06,
}
ONCE_MORE = 0.3  # of the tickets of hasty agents: the customer writes again behind the act


@dataclass
class Crowd:
    """`tickets` are the numbers of those written so far, `agents` what agents did; `done` once the last
    ticket has been written, and everything people do on it but what waits for a reply of ours."""

    desk: Stormy
    agenda: Agenda
    seed: int
    wanted: int
    a_second: float
    calm: bool = False  # each customer writes once, and nobody else does anything
    tickets: list[int] = field(default_factory=list)
    customers: Counter[str] = field(default_factory=Counter)
    agents: list[Act] = field(default_factory=list)  # from several threads: appended to and nothing else
    _open: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._questions = _questions(QUESTIONS)
        self._roles = roles(self.wanted, self._random)
        self._kinds = cycle(self._random.sample(KINDS, len(KINDS)))
        for number in range(self.wanted):
            self._later(number / self.a_second, partial(self._write, number))

    @property
    def done(self) -> bool:
        return self._open == 0

    @property
    def acts(self) -> dict[str, int]:
        """What was done, by its name."""
        return dict(self.customers + Counter(f"agent: {act.kind}" for act in self.agents))

    def acts_on(self, ticket: int) -> list[Act]:
        return [act for act in list(self.agents) if act.ticket == ticket]

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
            self.customers["deliveries lost"] += 1
        elif draw() < 0.05:
            do.duplicate_deliveries(1, same_id=draw() < 0.5)
            self.customers["deliveries doubled"] += 1
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
            self._what_follows(int(ticket), self._roles[number])

    def _what_follows(self, ticket: int, role: str | None) -> None:
        between = self._random.uniform
        match role:
            case "twice":
                self._later(0.5, lambda: self._again(ticket, "messages within the debounce"))
            case "later":
                self._later(between(5, 25), lambda: self._again(ticket, "second questions"))
            case "hasty":
                after = between(0, 7)
                self._later(after, self._act(ticket))
                if self._random.random() < ONCE_MORE:
                    self._later(after + between(2, 20), lambda: self._again(ticket, "behind an agent's act"))
            case "held":
                self.desk.do.fault("X4", method=self.desk.reply[0], path=self._reply_path(ticket))
                self._later(between(5, 35), self._act(ticket))
            case "between" if self.desk.kind == "zendesk":
                self.desk.faults.before(self.desk.reply[0], self._reply_path(ticket), self._act(ticket))

    def _reply_path(self, ticket: int) -> str:
        return self.desk.reply[1].replace(r"(\d+)", str(ticket))

    def _again(self, ticket: int, what: str) -> None:
        self.customers[what] += 1
        self.desk.do.customer_comment(ticket, self._question())

    def _act(self, ticket: int) -> Callable[[], None]:
        # The kinds in turn, drawn when the ticket is written: each has its share in the smallest run.
        kind = next(self._kinds)
        return lambda: self.agents.append(self.desk.agent(kind, ticket))

    def _question(self) -> str:
        return self._random.choice(self._questions)


def roles(tickets: int, draw: random.Random) -> list[str | None]:
    """One for each ticket, None where nothing follows: in exact shares, shuffled."""
    dealt = [role for role, share in SHARES.items() for _ in range(round(share * tickets))]
    dealt = [*dealt, *([None] * (tickets - len(dealt)))]
    draw.shuffle(dealt)
    return dealt


def _questions(file: Path) -> list[str]:
    return [str(json.loads(line)["question"]) for line in file.read_text("utf-8").splitlines()]
