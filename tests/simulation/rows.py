"""Our own database as far as the send path needs it: three kinds of rows, and the conditions their writes
carry.

The conditions of `app/store` (fence, due, lease, plan order, unique keys) stand here once more, each
removable by name; every state a row can take comes from the real core.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.deciding.ownership import Owner
from app.core.deciding.taking import Standing
from app.core.kinds import BLIND_ACTS, LOST_EFFECTS
from app.core.sending import crashes, settle
from app.core.sending.checks import Words, basis_of
from app.core.sending.replaying import replayed
from app.core.sending.settle import Rest
from app.core.sending.states import OutboxRow
from connectors.records import Stamp, Status, Ticket
from tests.simulation.checker import KEPT

LEASE = 15_000_000
TAKE_OVER_SLACK = 5_000_000
OPEN = ("ready", "sending", "unknown")
# the status each of a plan's rows sets, as `app.core.sending.plan` gives it
SETS = {"note": Status.OPEN, "handoff_notice": Status.OPEN}


class TurnTaken(Exception):
    """UNIQUE(key) or UNIQUE(turn) refused the rows."""


@dataclass(slots=True)
class InboxRow:
    kind: str
    key: str
    act: str
    received_at: int
    next_at: int
    state: str = "waiting"
    fence: int = 0
    lease_until: int = 0
    attempts: int = 0
    crashes: int = 0
    lone_runs: int = 0
    pressed_after: int = -1  # of an act: how many comments the ticket had
    own_at: int | None = None  # of a changed ticket: the second of our own write, when the poll saw its stamp


@dataclass(slots=True)
class EffectRow:
    words: Words
    key: str
    turn: str | None
    plan: str
    base: int
    now: OutboxRow
    fence: int = 0
    crashes: int = 0
    lone_runs: int = 0
    composed_at: int = 0
    looked_at: int = 0
    asked_at: int = 0


@dataclass(slots=True)
class TicketRow:
    owner: Owner = Owner.ASSISTANT
    fence: int = 0
    lease_until: int = 0
    seen_message: str | None = None
    handled_turn: str | None = None
    own_stamp: str = ""
    next_step: str = ""
    assignee: str | None = None
    solved_at: int | None = None
    looked_at: int = 0
    met: bool = False


class Rows:
    def __init__(self, removed: frozenset[str]) -> None:
        self.inbox: list[InboxRow] = []
        self.effects: list[EffectRow] = []
        self.ticket = TicketRow()
        self.killed: str | None = None
        self.given_up: set[tuple[str, int]] = set()  # plan and place, replayed or not
        self.plans = 0
        self.keys: set[str] = set()
        self.fences = "state writes carry the fence" not in removed
        self.ticket_fence = self.fences and "a decision carries the ticket's fence" not in removed
        self.ticket_lease = "one holder per ticket" not in removed
        self.unique_delivery = "unique delivery key" not in removed
        self.unique_turn = "unique key and turn" not in removed
        self.plan_order = "rows of a plan in order" not in removed
        self.waits_behind = "a ticket waits behind our own writes" not in removed
        self.debounce = 8_000_000 if "debounce" not in removed else 0
        self.turn_rule = "a turn is decided once" not in removed

    # Deliveries, changed tickets, acts
    def accept(self, kind: str, key: str, now: int, delay: int = 0, act: str = "", pressed_after: int = -1,
               own_at: int | None = None) -> bool:
        if key in self.keys and self.unique_delivery:
            return False
        self.keys.add(key)
        self.inbox.append(
            InboxRow(kind, key, act, now, now + delay, pressed_after=pressed_after, own_at=own_at)
        )
        return True

    def claim_inbox(self, now: int) -> InboxRow | None:
        lost_before = now - TAKE_OVER_SLACK
        busy = self.ticket_lease and any(
            r.state == "working" and r.lease_until >= lost_before for r in self.inbox
        )
        if busy:
            return None
        due = [
            r
            for r in self.inbox
            if (r.state == "waiting" and r.next_at <= now)
            or (r.state == "working" and r.lease_until < lost_before)
        ]
        for row in sorted(due, key=_next_at):
            row.fence += 1
            if row.state == "working":
                dropped = crashes.vanished(row.crashes, row.lone_runs)
                row.crashes, row.lone_runs = dropped.crashes, dropped.lone_runs
                if dropped.rest:
                    row.state, row.next_at, row.lease_until = "waiting", now + dropped.rest, 0
                    continue
            else:
                row.attempts += 1
            row.state, row.lease_until = "working", now + LEASE
            return row
        return None

    def has_open(self) -> bool:
        return self.waits_behind and any(e.now.state in OPEN for e in self.effects)

    def standing(self) -> Standing:
        arrivals = [
            r.received_at for r in self.inbox if r.kind == "delivery" and r.state in ("waiting", "working")
        ]
        span = (min(arrivals), max(arrivals)) if arrivals and self.debounce else None
        return Standing(self.has_open(), False, span)

    def put_back(self, row: InboxRow, fence: int, next_at: int) -> None:
        if row.fence == fence or not self.fences:
            row.state, row.next_at, row.lease_until = "waiting", next_at, 0

    def finish(self, row: InboxRow, fence: int, state: str = "done") -> bool:
        if row.fence != fence and self.fences:
            return False
        row.state, row.lease_until = state, 0
        return True

    # The ticket
    def lease_ticket(self, now: int) -> int | None:
        """The ticket's new fence, None while somebody else holds it."""
        ticket = self.ticket
        if self.ticket_lease and ticket.lease_until and ticket.lease_until >= now - TAKE_OVER_SLACK:
            return None
        ticket.fence += 1
        ticket.lease_until = now + LEASE
        return ticket.fence

    def release_ticket(self, fence: int | None) -> None:
        if fence is not None and (self.ticket.fence == fence or not self.fences):
            self.ticket.lease_until = 0

    def beat(self, row: InboxRow | EffectRow, fence: int, ticket_fence: int | None, until: int) -> None:
        """The heartbeat: stretch what is still ours."""
        if row.fence == fence:
            if isinstance(row, InboxRow):
                if row.state == "working":
                    row.lease_until = max(row.lease_until, until)
            elif 0 < row.now.lease_until < until:
                row.now = replace(row.now, lease_until=until)
        if ticket_fence is not None and self.ticket.fence == ticket_fence and self.ticket.lease_until:
            self.ticket.lease_until = max(self.ticket.lease_until, until)

    # Effects
    def turn_is_taken(self, turn: str) -> bool:
        return self.turn_rule and any(e.words.turn == turn and e.now.state != "stale" for e in self.effects)

    def kept(self, row: InboxRow, turn: str, handled: str | None) -> bool:
        """As `workers/deciding/kept.py`: something was composed for the turn, and nothing of it left."""
        if row.key.startswith("act:again:"):
            return True
        return handled is None and not self.turn_is_taken(turn) and any(
            e.words.turn == turn and e.now.state == "stale" for e in self.effects
        )

    def add_plan(
        self,
        turn: str,
        purposes: tuple[str, ...],
        base: int,
        ticket: Ticket,
        now: int,
        looked_at: int = 0,
        blind: bool = False,
        kept: bool = False,
        gave: bool = True,
    ) -> None:
        """`looked_at`: when the ticket was read, by the world's clock; `blind`: told whatever people do;
        `kept`: for agents to read, the ticket stays as it is; `gave`: taken from the assistant."""
        self.plans += 1
        new = []
        for place, purpose in enumerate(purposes):
            public = purpose != "note"
            sets = None if kept else SETS.get(purpose, Status.PENDING)
            basis = None if blind else basis_of(ticket, sets, gave)
            words = Words(
                "public" if public else "note",
                purpose,
                place,
                turn,
                seen=ticket.messages[-1].id,
                written_to=ticket.requester.id,
                basis=basis,
            )
            row = EffectRow(words, f"{turn}/{purpose}", turn if public else None, f"p{self.plans}", base,
                            OutboxRow("ready", now, stamp=ticket.stamp), composed_at=looked_at,
                            looked_at=looked_at)
            new.append(row)
        taken = {e.key for e in self.effects} | {f"turn {e.turn}" for e in self.effects if e.turn}
        if self.unique_turn and any(r.key in taken or (r.turn and f"turn {r.turn}" in taken) for r in new):
            raise TurnTaken
        self.effects.extend(new)

    def claim_effect(self, now: int) -> EffectRow | None:
        due = [e for e in self.effects if e.now.state in OPEN and self._claimable(e, now)]
        for row in sorted(due, key=_effect_next):
            row.fence += 1
            attempts = row.now.attempts
            if row.now.lease_until > 0:
                dropped = crashes.vanished(row.crashes, row.lone_runs)
                row.crashes, row.lone_runs = dropped.crashes, dropped.lone_runs
                if dropped.rest and row.now.state != "sending":
                    row.now = replace(row.now, next_at=now + dropped.rest, lease_until=0)
                    continue
            else:
                attempts += 1
            row.now = replace(row.now, lease_until=now + LEASE, attempts=attempts)
            return row
        return None

    def _claimable(self, e: EffectRow, now: int) -> bool:
        lease = e.now.lease_until
        over = 0 < lease < now - TAKE_OVER_SLACK
        if e.now.state == "sending":
            return over and not self._blocked(e)
        if e.now.next_at > now or (lease and not over):
            return False
        return not self._blocked(e)

    def _blocked(self, e: EffectRow) -> bool:
        return self.plan_order and any(
            o.plan == e.plan and o.words.place < e.words.place and o.now.state in OPEN for o in self.effects
        )

    def save(self, row: EffectRow, fence: int, new: OutboxRow, made: Stamp | None, now: int) -> bool:
        if row.fence != fence and self.fences:
            return False
        row.now = new
        if new.state not in OPEN:
            self._settled(row, made, now)
        return True

    def _settled(self, row: EffectRow, made: Stamp | None, now: int) -> None:
        """Carry out the core's rule, as `workers/sending/outcome.py` does at the store."""
        turn, name = row.words.turn, f"{row.key}#{row.plan}"
        if row.now.state == "stale":
            row.key, row.turn = f"stale:{row.key}", None
        opened_by = next((r.act for r in self.inbox if r.kind == "act" and r.key == turn), None)
        overtaken = len({e.plan for e in self.effects if e.words.turn == turn and e.now.state == "stale"})
        left = any(
            settle.may_have_left(e.now)
            for e in self.effects
            if e.plan == row.plan and e.words.place > row.words.place
        )
        follow = settle.follows(row.words, row.now, overtaken, opened_by, left)
        self._rest(row, follow.rest, made, now)
        if follow.reopens and self.ticket.handled_turn == turn:
            self.ticket.handled_turn = None
            if follow.gives_back:
                self.ticket.owner = Owner.ASSISTANT
        if follow.lost:
            self.given_up.add((row.plan, row.words.place))
        if follow.reads_anew:
            self.accept("changed", f"stale:{name}", now, settle.SAME_SECOND)
        if follow.act is not None:
            pressed = row.base + 1
            if follow.asked_again:
                pressed = max((r.pressed_after for r in self.inbox if r.key == turn), default=-1)
            key = f"act:again:{name}" if follow.asked_again else f"act:failed:{name}"
            self.accept("act", key, now, act=follow.act, pressed_after=pressed)

    def _rest(self, row: EffectRow, rest: Rest, made: Stamp | None, now: int) -> None:
        behind = [
            e
            for e in self.effects
            if e.plan == row.plan and e.words.place > row.words.place and e.now.state == "ready"
        ]
        for e in behind:
            if rest is Rest.ON_OUR_STAMP:
                e.now = replace(e.now, stamp=made, next_at=now + settle.SAME_SECOND)
            elif rest is Rest.ENDS:
                e.now = replace(e.now, state="stale")
                e.key, e.turn, e.fence = f"stale:{e.key}", None, e.fence + 1
        if rest is Rest.ON_OUR_STAMP and made is not None:
            self.ticket.own_stamp = made.value

    def replay(self, now: int) -> list[str]:
        """Everything that was given up, put back to work; the keys of what was."""
        again = [e for e in self.effects if e.now.state in LOST_EFFECTS]
        for e in again:
            e.now, e.fence, e.crashes, e.lone_runs = replayed(e.now, now), e.fence + 1, 0, 0
        return [e.key for e in again]

    def plans_of_turns(self) -> dict[str, list[list[str]]]:
        """Turn -> the states of the rows of each of its plans."""
        found: dict[str, dict[str, list[str]]] = {}
        for e in self.effects:
            states = found.setdefault(e.words.turn, {}).setdefault(e.plan, [] if e.words.moves else [KEPT])
            states.append(str(e.now.state))
        return {turn: list(plans.values()) for turn, plans in found.items()}

    def nowhere_else(self) -> bool:
        """Whether something by which people are told of what was given up was given up itself: then they see
        it among the dead letters alone."""
        blind = {r.key for r in self.inbox if r.act in BLIND_ACTS}
        lost = {e.words.turn for e in self.effects if e.now.state in LOST_EFFECTS}
        return bool(blind & lost) or any(r.state == "bad" and r.act in BLIND_ACTS for r in self.inbox)

    def next_due(self, now: int) -> int | None:
        """When something may be claimed next, on the clock of `now`; None when nothing is left to do."""
        taken = [r.lease_until + TAKE_OVER_SLACK + 1 for r in self.inbox if r.state == "working"]
        # While one row of the ticket is worked on, the others wait.
        times = (
            taken
            if taken and self.ticket_lease
            else taken + [r.next_at for r in self.inbox if r.state == "waiting"]
        )
        for e in self.effects:
            if e.now.state not in OPEN or self._blocked(e):
                continue
            free = e.now.lease_until + TAKE_OVER_SLACK + 1 if e.now.lease_until else 0
            times.append(free if e.now.state == "sending" else max(free, e.now.next_at))
        return min(times) if times else None


def _next_at(row: InboxRow) -> int:
    return row.next_at


def _effect_next(row: EffectRow) -> int:
    return row.now.next_at
