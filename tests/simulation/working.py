"""What one worker does: the I/O of `workers/deciding/process.py` and `workers/sending/deliver.py`, at the
simulated desk and rows."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from app.core.deciding import taking
from app.core.deciding.ownership import Event, Owner, events_since, owner_after, reopens, step_chosen
from app.core.deciding.taking import (
    TICKET_BUSY,
    Arrived,
    AskStanding,
    Decide,
    Lease,
    NothingNew,
    Pace,
    PutBack,
    ReadHistory,
    Seen,
)
from app.core.kinds import BLIND_ACTS, InboxKind
from app.core.memory import TicketMemory
from app.core.sending import states as protocol
from app.core.sending import steps
from app.core.sending.checks import Stored
from app.core.sending.crashes import given_up, why_given_up
from app.core.sending.states import GivenUp
from app.core.sending.steps import Call, Commit, Diagnose, Find, Look, ReadSince, ReadStamp, ReadTicket
from connectors.errors import ConnectorError
from connectors.records import Change, Conflict, Later, Refused, Role, Sent, Status, Ticket, Unknown
from tests.simulation.checker import Said
from tests.simulation.rows import EffectRow, InboxRow, Rows, TicketRow, TurnTaken
from tests.simulation.world import DAY, SECOND, Waits, Worker, World

MOMENT = 2_000
LATE_COMMIT = 8.0
NOT_READ = ConnectorError("the desk answered 503", status=503)
DESK_FAILED_WAIT = 10 * SECOND
LONGEST = 30 * SECOND
FEWER_LOOKS = 5 * SECOND  # behind our own writes; the real second would only make more events
REOPEN_AFTER = 7 * DAY  # the policy's default
Decided = tuple[TicketRow, Ticket, int, int]  # our row as known then, the ticket, what it answers, when read


def work(worker: Worker) -> Waits:
    """One thing that is due: first what was decided, then what has arrived."""
    did = yield from deliver_one(worker)
    return did or (yield from process_one(worker))


def process_one(worker: Worker) -> Waits:
    world, rows = worker.world, worker.world.rows
    yield MOMENT
    now = worker.clock()
    row = rows.claim_inbox(now)
    if row is None:
        return False
    fence = row.fence
    if given_up(row.crashes, row.lone_runs):
        if rows.finish(row, fence, "bad"):
            _read_along(worker, row, now)
            if row.act not in BLIND_ACTS:
                rows.accept("act", f"act:unreadable:{row.key}", now, act="unreadable")
        return True
    decided = yield from _taken(worker, row, fence, now)
    if decided is None:
        return True
    known, ticket, base, seen_at = decided
    # Reading, searching, composing.
    world.provoke()
    yield int(world.rng.uniform(*world.faults.compose) * SECOND)
    try:
        _record(worker, row, fence, known, ticket, base, seen_at)
    except TurnTaken:
        world.note("… whose turn was taken")
    worker.held = None
    return True


def _taken(worker: Worker, row: InboxRow, fence: int, now: int) -> Generator[int, None, Decided | None]:
    """Do what the core's step asks for: what may be decided on, or None when the row is put back or done."""
    world, rows = worker.world, worker.world.rows
    going = taking.taking(Arrived(InboxKind(row.kind), own_at=row.own_at), Pace(rows.debounce, LONGEST), now)
    held: int | None = None
    known, base, seen_at = rows.ticket, -1, 0
    ask, answer = next(going), None
    while True:
        match ask:
            case AskStanding():
                answer = rows.standing()
            case Lease():
                held = rows.lease_ticket(now)
                answer = held is not None
                if held is not None:
                    worker.held = (row, fence, held)
                    known = replace(rows.ticket)  # the decision rests on what our row says now
            case ReadHistory():
                yield int(world.rng.uniform(0.02, 0.4) * SECOND)
                answer = world.desk.history()
            case taking.ReadTicket():
                try:
                    ticket, base, seen_at = yield from _read_ticket(worker)
                except ConnectorError:
                    _let_go(worker, held)
                    rows.put_back(row, fence, worker.clock() + DESK_FAILED_WAIT)
                    return None
                answer = Seen(ticket, world.times)
            case PutBack(until):
                _let_go(worker, held)
                rows.put_back(row, fence, max(until, now + FEWER_LOOKS * rows.has_open()))
                return None
            case NothingNew():
                _let_go(worker, held)
                rows.finish(row, fence)
                return None
            case Decide(ticket):
                return known, ticket, base, seen_at
        ask = going.send((worker.clock(), answer))


def _let_go(worker: Worker, held: int | None) -> None:
    worker.world.rows.release_ticket(held)
    worker.held = None


def _read_ticket(worker: Worker) -> Generator[int, None, tuple[Ticket, int, int]]:
    world = worker.world
    yield int(world.rng.uniform(0.02, 0.4) * SECOND)
    if world.rng.random() < world.faults.reads:
        raise NOT_READ
    if world.faults.touches and world.rng.random() < world.faults.touches:
        world.rule()
    said = world.desk.said
    base = next((i for i in range(len(said) - 1, -1, -1) if said[i].by == "customer"), -1)
    ticket, seen_at = world.desk.ticket(world.now, worker.clock()), world.now
    yield int(world.rng.uniform(0.02, 0.2) * SECOND)
    return ticket, base, seen_at


def _record(
    worker: Worker, row: InboxRow, fence: int, known: TicketRow, ticket: Ticket, base: int, seen_at: int
) -> None:
    """Decide, and write what was decided, in one transaction."""
    world, rows, now = worker.world, worker.world.rows, worker.clock()
    mine = rows.ticket
    if (rows.ticket_fence and mine.fence != known.fence) or (rows.fences and row.fence != fence):
        world.note("a decision comes too late: somebody else has the ticket")
        return
    blind = row.act in BLIND_ACTS
    events = events_since(ticket, known.seen_message, () if blind else _assignments(world, known, ticket))
    if not blind:
        events = (*events, *step_chosen(ticket, known.next_step))
    owner = owner_after(known.owner, events)
    newest = next((m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER), None)
    turn = row.key if row.kind == "act" else f"m:{newest.id}" if newest else "none"
    gone = owner is Owner.PEOPLE or _solved_since(ticket)
    kept = gone and not blind and rows.kept(row, turn, known.handled_turn)
    if owner is Owner.PEOPLE and not kept and not blind:
        owner = owner_after(owner, _reopened(known, ticket, events, world.desk.said[base].same_matter))
    purposes = _decide(worker, row, owner, turn, ticket, known.handled_turn, kept)
    # A draft gives the ticket to nobody.
    drafted = kept and row.kind != "act" and "note" not in _searched(worker, turn)
    hands_off = "note" in purposes and not drafted
    if purposes:
        if row.pressed_after >= 0:
            # It answers what was pressed, or the message whose reply failed.
            base = row.pressed_after - 1
        gave = hands_off and owner is Owner.ASSISTANT
        rows.add_plan(turn, purposes, base, ticket, now, seen_at, blind=blind, kept=kept, gave=gave)
    if world.log is not None:
        said = "+".join(purposes) or "nothing"
        world.note(
            f"worker {worker.number} decides {said} for {turn} ({row.kind} {row.key}, owner {owner.value})"
        )
    mine.owner = Owner.PEOPLE if hands_off else owner
    mine.seen_message = ticket.messages[-1].id
    mine.handled_turn = turn if purposes else known.handled_turn
    mine.next_step, mine.assignee, mine.met = ticket.fields.get("next_step") or "", ticket.assignee, True
    mine.solved_at = (known.solved_at or ticket.updated_at) if ticket.status is Status.SOLVED else None
    mine.looked_at = ticket.stamp.desk_now
    mine.lease_until = 0
    rows.finish(row, fence)
    if row.kind != "act":
        _read_along(worker, row, ticket.stamp.read_at)


def _read_along(worker: Worker, row: InboxRow, read_at: int) -> None:
    """What had arrived of the ticket by then is done with it."""
    for other in worker.world.rows.inbox:
        waits = other is not row and other.state == "waiting" and other.kind != "act"
        if waits and other.received_at <= read_at:
            other.state = "done"


def _assignments(world: World, known: TicketRow, ticket: Ticket) -> list[Change]:
    """As `workers/deciding/gather.py` asks for them."""
    if ticket.assignee in (None, known.assignee):
        return []
    since = known.looked_at if known.seen_message else ticket.created_at
    return [c for c in world.desk.assigned if since <= c.at <= ticket.updated_at]


def _solved_since(ticket: Ticket) -> bool:
    newest = next((m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER), None)
    return ticket.status is Status.SOLVED and newest is not None and ticket.updated_at > newest.at


def _reopened(
    known: TicketRow, ticket: Ticket, events: tuple[Event, ...], same_matter: bool
) -> tuple[Event, ...]:
    """As `workers/deciding/reopened.py`, which reads off the texts whether it is the same matter."""
    newest = next(m for m in reversed(ticket.messages) if m.public)
    memory = TicketMemory(solved_at=known.solved_at)
    if newest.author.role is not Role.CUSTOMER or ticket.fields.get("next_step") == "stay_out":
        return ()
    if not reopens(memory, events, newest.at):
        return ()
    assert known.solved_at is not None
    soon = newest.at - known.solved_at < REOPEN_AFTER
    return (Event.REOPENED_SAME if soon or same_matter else Event.REOPENED_NEW,)


def _decide(
    worker: Worker,
    row: InboxRow,
    owner: Owner,
    turn: str,
    ticket: Ticket,
    handled: str | None,
    kept: bool,
) -> tuple[str, ...]:
    """The rules before the search, in their order (`app.core.deciding.rules`); then what the search would
    have said, by the seed. What is `kept` is told to agents alone."""
    rows = worker.world.rows
    if rows.turn_is_taken(turn) or (rows.turn_rule and handled == turn and row.act not in BLIND_ACTS):
        return ()
    if row.act in BLIND_ACTS:
        return _unread(rows, row, owner, ticket)
    told = ("note",) if kept else ("note", "handoff_notice")
    if row.act == "person" and (owner is Owner.ASSISTANT or kept):
        return told
    if row.act == "failed" and owner is Owner.ASSISTANT:
        return told
    if (owner is Owner.PEOPLE and not kept) or row.act or turn == "none":
        return ()
    newest = next(m for m in reversed(ticket.messages) if m.public)
    if newest.author.role is Role.AGENT and not kept:
        return ()
    if _solved_since(ticket) and not kept:
        return ()
    return ("note",) if kept else _searched(worker, turn)


def _unread(rows: Rows, row: InboxRow, owner: Owner, ticket: Ticket) -> tuple[str, ...]:
    """As `workers/deciding/unread.py`."""
    if row.act != "unreadable":
        return ("note",)
    if owner is Owner.PEOPLE:
        return ()
    newest = next(m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER)
    return ("note",) if rows.turn_is_taken(f"m:{newest.id}") else ("note", "handoff_notice")


def _searched(worker: Worker, turn: str) -> tuple[str, ...]:
    """One and the same message is judged the same each time it is read."""
    return worker.world.verdicts[int(turn[2:]) % len(worker.world.verdicts)]


def deliver_one(worker: Worker) -> Waits:
    world, rows = worker.world, worker.world.rows
    yield MOMENT
    now = worker.clock()
    row = rows.claim_effect(now)
    if row is None:
        return False
    fence, state = row.fence, row.now
    held = rows.lease_ticket(now)
    if held is None and state.state != "sending":
        rows.save(
            row,
            fence,
            replace(state, next_at=now + TICKET_BUSY, attempts=state.attempts - 1, lease_until=0),
            None,
            now,
        )
        return True
    worker.held = (row, fence, held)
    if given_up(row.crashes, row.lone_runs) and state.state != "sending":
        gone = protocol.step(state, GivenUp(why_given_up(row.crashes, row.lone_runs)), now, world.times)
        rows.save(row, fence, gone, None, now)
    else:
        yield from _step(worker, row, fence, now)
    rows.release_ticket(held)
    worker.held = None
    return True


def _step(worker: Worker, row: EffectRow, fence: int, now: int) -> Waits:
    world, rows, rng, latest = worker.world, worker.world.rows, worker.world.rng, row.now
    worker.looked_at, worker.asked_at = row.looked_at, row.asked_at
    asks = steps.one_step(
        row.words, row.now, world.times, now, fenced=world.fenced, erased=False, crashes=row.crashes
    )
    try:
        ask = next(asks)
        while True:
            answer: Any = None
            failed = False
            match ask:
                case Look():
                    yield MOMENT
                    worker.asked_at = world.now
                    answer = Stored(rows.killed, False, rows.ticket.owner, None)
                case Commit(new, made):
                    yield MOMENT
                    answer = rows.save(row, fence, new, made, worker.clock())
                    latest = new
                    if world.log is not None:
                        world.note(
                            f"worker {worker.number}: {row.key} is {new.state}"
                            + (f" ({new.result})" if new.result else "")
                            + ("" if answer else ", too late: somebody else has the row")
                        )
                case Call(stamp, _):
                    yield MOMENT
                    if world.lease_check and not protocol.leaves_time(latest, worker.clock(), world.times):
                        answer = Later(0.0)
                    else:
                        yield MOMENT  # a process may be stopped after its last look at the clock as well
                        answer = yield from _call(worker, row, stamp)
                case Diagnose():
                    answer = False
                case ReadTicket() | ReadStamp() | ReadSince() | Find():
                    yield int(rng.uniform(0.02, 0.4) * SECOND)
                    failed = rng.random() < world.faults.reads
                    if not failed:
                        answer = _read(worker, row, fence, ask)
                        yield int(rng.uniform(0.02, 0.2) * SECOND)
            ask = asks.throw(NOT_READ) if failed else asks.send((worker.clock(), answer))
    except StopIteration:
        return


def _read(worker: Worker, row: EffectRow, fence: int, ask: Any) -> Any:
    desk, now = worker.world.desk, worker.world.now
    if isinstance(ask, Find):
        return desk.find(row.key, row.plan, row.words.effect == "public", ask.stamp, ask.since)
    worker.looked_at = now
    if row.fence == fence:
        row.looked_at = now  # whoever was overtaken has looked for nobody else
    match ask:
        case ReadStamp():
            return desk.stamp(now, worker.clock())
        case ReadSince(made):
            return desk.since_own_write(now, worker.clock(), made)
    return desk.ticket(now, worker.clock())


def _call(worker: Worker, row: EffectRow, stamp: Any) -> Waits:
    """One write: it arrives, is carried out or not, and is answered or not. What has left the house goes on
    without its worker."""
    world, rng = worker.world, worker.world.rng
    said = Said(
        0,
        "ours",
        row.words.effect == "public",
        key=row.key,
        plan=row.plan,
        place=row.words.place,
        purpose=row.words.purpose,
        turn=row.words.turn,
        base=row.base,
        sets=str(row.words.basis.sets or "") if row.words.basis else "",
        composed_at=row.composed_at,
        looked_at=worker.looked_at,
        asked_at=worker.asked_at,
        known_taken=world.rows.ticket.owner is Owner.PEOPLE,
    )
    fate = rng.random() if world.faults.answers else 1.0
    world.provoke()
    way = int(rng.uniform(0.02, 0.4) * SECOND)
    if fate < 0.10:
        yield way
        return Unknown("503, nothing was done")
    if fate < 0.13:
        yield way
        return Later(rng.uniform(1, 60))
    if fate < 0.13 + world.faults.refusals:
        yield way
        return Refused("the desk's own words", 422)
    landed: list[Any] = []

    def land() -> None:
        made = world.desk.write(world.now, stamp, said)
        landed.append(made)
        if world.log is not None:
            world.note(f"the desk {'takes' if made else 'refuses'} {row.key} of worker {worker.number}")
        if made:
            world.changed(rule_may_follow=True)

    if fate < 0.25:
        patience = int(rng.uniform(1, 20) * SECOND)
        world.at(world.now + patience + int(rng.uniform(0, LATE_COMMIT) * SECOND), land)
        yield patience
        return Unknown("no answer in time; it may still be carried out")
    world.at(world.now + way, land)
    yield way + 1
    yield int(rng.uniform(0.02, 0.4) * SECOND)
    if fate < 0.33:
        return Unknown("cut off after it was carried out")
    made = landed[0]
    return Conflict() if made is None else Sent(said.id, replace(made, read_at=worker.clock()))
