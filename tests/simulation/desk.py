"""One ticket at a simulated desk: whole-second stamps, a fence (or none), a history with markers (or visible
references)."""
from __future__ import annotations

from dataclasses import dataclass

from connectors.records import Change, Message, Person, Role, Stamp, Status, Ticket, Trace
from tests.simulation.checker import HumanAct, Said

SECOND = 1_000_000
OWN_WRITE_BEHIND = SECOND
CUSTOMER = Person("c", Role.CUSTOMER, "Maya")
AGENT = Person("a", Role.AGENT, "Ana")
OURS = Person("o", Role.ASSISTANT, "Larkfield's AI assistant")
PEOPLE = {"customer": CUSTOMER, "agent": AGENT, "ours": OURS}


@dataclass(slots=True)
class Audit:
    """One update in the desk's history. `at` is whole seconds of the desk's clock, as both desks show it."""

    at: int
    ours: bool
    by_rule: bool
    comment: bool
    public: bool
    plan: str
    key: str
    id: str


class SimulatedDesk:
    """`fenced`: refuses a write on an old stamp, as Zendesk does; else nothing is refused, as at
    Freshdesk."""

    def __init__(self, fenced: bool, skew: int, refuses_old_stamps: bool = True) -> None:
        self.fenced, self.skew, self.checks_stamps = fenced, skew, fenced and refuses_old_stamps
        self.said: list[Said] = []
        self.audits: list[Audit] = []
        self.messages: tuple[Message, ...] = ()
        self.status, self.assignee, self.next_step = Status.NEW, None, ""
        self.changed = 0
        self.created = 0
        self.solved_at: int | None = None
        self.acts: list[HumanAct] = []
        self.assigned: list[Change] = []

    def clock(self, now: int) -> int:
        return now + self.skew

    def second(self, now: int) -> int:
        return (now + self.skew) // SECOND * SECOND

    def comment(self, now: int, said: Said) -> None:
        """Commit a comment, whoever wrote it."""
        at = self.second(now)
        number = str(len(self.audits) + 1)
        said.id = number
        self.said.append(said)
        self.messages = (*self.messages, Message(number, PEOPLE[said.by], at, said.public, ""))
        self._audit(at, said.by == "ours", False, True, said.public, said.plan, said.key, number)
        if said.by == "agent":
            self._did("reply" if said.public else "note", now)
        if said.by == "customer" and self.status is Status.SOLVED:
            self.status = Status.OPEN
        if self.created == 0:
            self.created = at

    def rule(self, now: int) -> None:
        """A trigger touches the ticket: the stamp moves, nobody has said anything."""
        self._audit(self.second(now), False, True, False, False, "", "", str(len(self.audits) + 1))

    def assign(self, now: int) -> None:
        if self.assignee == AGENT.id:
            return  # a desk takes this for no change at all
        self._did("assign", now)
        self._assigned(now, AGENT.id, by_rule=False)

    def assign_by_rule(self, now: int) -> None:
        """A rule or the routing gives the ticket to the next of the team, unless somebody has taken it."""
        if self.assignee == AGENT.id:
            return
        self._assigned(now, "rota1" if self.assignee != "rota1" else "rota2", by_rule=True)

    def _assigned(self, now: int, agent: str, by_rule: bool) -> None:
        self.assignee, number = agent, str(len(self.audits) + 1)
        self.assigned.append(Change(number, self.second(now), Role.AGENT, "assignee", by_rule))
        self._audit(self.second(now), False, by_rule, False, False, "", "", number)

    def choose(self, now: int, step: str) -> None:
        """Set the field *Candor: next step*."""
        if self.next_step == step:
            return
        self.next_step = step
        self._did(step, now)
        self._audit(self.second(now), False, False, False, False, "", "", str(len(self.audits) + 1))

    def solve(self, now: int) -> None:
        if self.status is Status.SOLVED:
            return
        self.status, self.solved_at = Status.SOLVED, now
        self._did("solve", now)
        self._audit(self.second(now), False, False, False, False, "", "", str(len(self.audits) + 1))

    def write(self, now: int, stamp: Stamp | None, said: Said) -> Stamp | None:
        """Our write as it is committed: the stamp it made, or None when the fence refused it."""
        if self.checks_stamps and stamp is not None and stamp.value != str(self.changed):
            return None
        said.at = now
        self.comment(now, said)
        if said.sets:
            self.status = Status(said.sets)
        return self.stamp(now, now)

    def _did(self, kind: str, now: int) -> None:
        self.acts.append(HumanAct(now, kind, len(self.said)))

    def stamp(self, now: int, our_clock: int) -> Stamp:
        return Stamp(str(self.changed), self.changed, self.second(now), our_clock)

    def ticket(self, now: int, our_clock: int) -> Ticket:
        fields = {"next_step": self.next_step} if self.next_step else {}
        return Ticket(
            "d",
            "1",
            "",
            self.status,
            CUSTOMER,
            self.messages,
            self.stamp(now, our_clock),
            self.created,
            self.changed,
            assignee=self.assignee,
            fields=fields,
        )

    def since_own_write(self, now: int, our_clock: int, made: Stamp) -> Ticket | Stamp:
        if not self.fenced or any(
            not a.ours and (a.comment or not a.by_rule) and a.at >= made.changed_at - OWN_WRITE_BEHIND
            for a in self.audits
        ):
            return self.ticket(now, our_clock)
        return Stamp(made.value, made.changed_at, self.second(now), our_clock)

    def history(self) -> list[Change]:
        """Who changed what, as far as it matters who it was."""
        return [
            Change(a.id, a.at, Role.ASSISTANT if a.ours else Role.AGENT, "comment", a.by_rule)
            for a in self.audits
        ]

    def find(self, key: str, plan: str, public: bool, stamp: Stamp | None, since: int) -> Trace:
        """What each connector's `find` says of this history."""
        found: str | None = None
        others = False
        if self.fenced:
            stamped = stamp.changed_at if stamp is not None else since
            for a in self.audits:
                if a.at < min(since, stamped):
                    continue
                if a.ours and a.key == key:
                    found = found or a.id
                elif a.at > stamped and not (a.ours and a.plan == plan) and not (a.by_rule and not a.comment):
                    others = True
            return Trace(found, others)
        for a in self.audits:
            if not a.comment:
                continue
            if a.ours and a.key == key and a.public == public:
                found = found or a.id
            elif a.at >= since and not a.ours:
                others = True
        return Trace(found, others)

    def _audit(
        self,
        at: int,
        ours: bool,
        by_rule: bool,
        comment: bool,
        public: bool,
        plan: str,
        key: str,
        number: str,
    ) -> None:
        self.audits.append(Audit(at, ours, by_rule, comment, public, plan, key, number))
        self.changed = max(self.changed, at)
