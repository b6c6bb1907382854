"""What must still be true in the moment before a call goes out: decided here, read elsewhere."""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from app.core.deciding.ownership import Owner, may_post
from app.core.kinds import ESCALATION_REPORTS, EffectKind, Purpose, TurnKind
from app.core.sending.states import (
    Deferred,
    Event,
    OutboxRow,
    Overtaken,
    SourceSilent,
    Times,
    stamp_is_fresh,
    stamp_is_safe,
)
from connectors.records import Message, Role, Stamp, Status, Ticket

KILL_LOOK = 2_000_000  # microseconds between looks while the kill switch is on
SECOND_OVER = 1_200_000


@dataclass(frozen=True, slots=True)
class Basis:
    """What only people, rules and we ourselves change on a ticket, as it was in the read that a row was
    composed on. `sets` is the status that the row's own write sets: None where it leaves the ticket as it
    is. `gave`: the row's plan has taken the ticket from the assistant."""

    status: Status
    assignee: str | None = None
    next_step: str = ""
    sets: Status | None = None
    gave: bool = True  # as in every hand-off of a release before

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Basis:
        """Unknown keys are dropped: an older process may read what a newer one wrote."""
        raw = json.loads(text)
        sets = Status(raw["sets"]) if raw.get("sets") else None
        step, gave = raw.get("next_step", ""), raw.get("gave", True)
        return Basis(Status(raw["status"]), raw.get("assignee"), step, sets, gave)


def basis_of(ticket: Ticket, sets: Status | None, gave: bool) -> Basis:
    """The basis of a row that is composed on the ticket as just read."""
    return Basis(ticket.status, ticket.assignee, ticket.fields.get("next_step") or "", sets, gave)


@dataclass(frozen=True, slots=True)
class Words:
    """The part of an outbox row that never changes: what it is, and what it was composed on. `tags` are the
    ticket's of that read, `seen` is the newest message in it."""

    effect: EffectKind
    purpose: Purpose
    place: int
    turn: str
    tags: tuple[str, ...] = ()
    seen: str | None = None
    # whose ticket it was in that read; None where a release before did not keep it
    written_to: str | None = None
    # None for a row that goes out whatever people do, and for one of a release before
    basis: Basis | None = None

    @property
    def moves(self) -> bool:
        """Whether it is read by the customer or changes who has the ticket: a person's act stands against
        it."""
        moved = self.basis is not None and self.basis.sets is not None
        return self.effect == EffectKind.PUBLIC or (self.effect == EffectKind.NOTE and moved)

    @property
    def due_anyway(self) -> bool:
        """What is said whatever else happens there: the notice of a hand-off whose note is sent, and links
        between tickets."""
        return self.purpose in ESCALATION_REPORTS or (
            self.purpose == Purpose.HANDOFF_NOTICE and self.place > 0
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """What our rows and the sources of articles say now. `killed` and `shut` (the desk is not active) are
    reasons for people, None without one."""

    killed: str | None = None
    cited_is_gone: bool = False
    owner: Owner | None = None
    shut: str | None = None
    # why a page it quotes, of which our copy is old, could not be asked for; None when there is none such
    source_silent: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """`event` is None when the call may go out; `stamp` is the fence it carries, `tags` the ticket's tags in
    the read that gave it."""

    event: Event | None
    stamp: Stamp | None
    tags: tuple[str, ...] = ()
    # the ticket holds newer words in our name: whether they are this row's is looked up before the call
    copy: bool = False


def by_our_rows(words: Words, state: OutboxRow, stored: Stored, now: int) -> Check | None:
    """What our own database says against the call; None when nothing does."""
    if stored.killed is not None:
        return Check(Deferred(now + KILL_LOOK, f"kill switch: {stored.killed}", counts=False), state.stamp)
    if stored.cited_is_gone:
        return Check(Overtaken("a cited article is not public any more, or has changed"), state.stamp)
    if words.effect == EffectKind.PUBLIC and stored.owner is not None:
        # Rows of the hand-off itself, and a draft that a person has just sent, do not talk over anybody.
        own_plan = words.purpose == Purpose.HANDOFF_NOTICE or TurnKind.DRAFT.opened(words.turn)
        if not may_post(stored.owner, words.purpose, own_plan):
            return Check(Overtaken("a person has taken the ticket"), state.stamp)
    if words.effect == EffectKind.OPEN_TICKET and stored.shut is not None:
        return Check(Overtaken(stored.shut), None)
    if stored.source_silent is not None:
        return Check(SourceSilent(stored.source_silent), state.stamp)
    return None


def stamp_speaks(words: Words, state: OutboxRow, now: int, times: Times) -> bool:
    """True when the row's own stamp still tells who has spoken: it was read together with the ticket's
    messages and tags, so it is not one our own note made, nor a new one taken after a conflict."""
    stamp = state.stamp
    whole = words.place == 0 and not state.restamped
    return whole and stamp is not None and stamp_is_fresh(stamp, now, times) and stamp_is_safe(stamp, times)


def untouched(present: Stamp, read: Stamp | None) -> bool:
    """Without a fence a public reply is preceded by a look at the ticket, always. A stamp that was safe when
    read, and is still there, says that nothing has happened since: it moves with every conversation, which
    each installation shows on the desk itself."""
    return read is not None and present.value == read.value


def behind_own_note(made: Stamp, times: Times) -> Check:
    """Nobody but us made this stamp, and nobody has spoken since."""
    return Check(None if stamp_is_safe(made, times) else _next_second(made.read_at), made)


def by_the_ticket(
    words: Words, ticket: Ticket, state: OutboxRow, times: Times, now: int, fenced: bool
) -> Check:
    """What the ticket, just read, says about the call."""
    moved = fenced and state.stamp is not None and ticket.stamp.value != state.stamp.value
    why = overtaken(words, ticket)
    if not fenced or words.due_anyway:
        # A fence refuses the rest by itself, and its history tells a rule's change from a person's.
        why = why or taken_over(words, ticket, state.sends)
    if why and not (moved and state.sends):
        return Check(Overtaken(why), state.stamp)
    if moved and (state.sends or not words.due_anyway):
        # On the old stamp, so that the desk refuses it: its history then tells our own late write, a rule,
        # and somebody else apart. A call that may have been made before must never go out on a newer stamp.
        return Check(None, state.stamp, ticket.tags)
    if not stamp_is_safe(ticket.stamp, times):
        return Check(_next_second(now), state.stamp if fenced else ticket.stamp)
    return Check(None, ticket.stamp, ticket.tags, copy=state.sends == 0 and _said_in_our_name(words, ticket))


def _said_in_our_name(words: Words, ticket: Ticket) -> bool:
    """Whether a message of ours of the row's kind came after it was composed, though it was never sent: it
    was, before a backup was restored, or a second installation has said something."""
    public = words.effect == EffectKind.PUBLIC
    ids = [m.id for m in ticket.messages]
    since = ticket.messages[ids.index(words.seen) + 1:] if words.seen in ids else ()
    own_note = not public and words.place > 0
    return not own_note and any(m.author.role is Role.ASSISTANT and m.public is public for m in since)


def overtaken(words: Words, ticket: Ticket) -> str:
    """Why the row does not fit the ticket any more; "" when it does."""
    if ticket.status in (Status.CLOSED, Status.DELETED):
        return f"the ticket is {ticket.status.value}"
    newest = next((m for m in reversed(ticket.messages) if m.public), None)
    if words.effect != EffectKind.PUBLIC or newest is None:
        return ""
    if words.written_to not in (None, ticket.requester.id) and not words.due_anyway:
        return "the ticket is somebody else's by now"
    # Not the newest alone: behind a person's reply the customer may have written again, and our notice would
    # still talk over the reply.
    agents = [m for m in _since_the_turn(words, ticket) if m.author.role is Role.AGENT]
    if newest.author.role in (Role.AGENT, Role.BOT) or any(m.public for m in agents):
        return "somebody else has answered meanwhile"
    if agents and words.purpose != Purpose.HANDOFF_NOTICE:
        return "a person has taken the ticket"
    answered = words.turn == TurnKind.MESSAGE.turn(newest.id) or not TurnKind.MESSAGE.opened(words.turn)
    if newest.author.role is Role.CUSTOMER and not answered and not words.due_anyway:
        return "the customer has written again"
    return ""


def taken_over(words: Words, ticket: Ticket, sends: int) -> str:
    """What somebody did at the desk since the row was composed, without a public word: a note, an assignment,
    a solve, a next step; "" when nothing. `sends`: calls of this row that may have reached the desk.

    Who it was is not asked: the ticket is read again with its history, and composed anew where it was a rule.
    """
    basis = words.basis
    if basis is None or not words.moves:
        return ""
    step = ticket.fields.get("next_step") or ""
    if step not in ("", basis.next_step):
        return "an agent has chosen a next step"
    if TurnKind.DRAFT.opened(words.turn):
        return ""  # a person sends it: what they do beside that does not take it back
    if _solved(words, basis, ticket, sends):
        return "somebody has solved the ticket"
    if words.due_anyway:
        return ""
    if words.effect == EffectKind.NOTE and any(
        m.author.role is Role.AGENT for m in _since_the_turn(words, ticket)
    ):
        return "a person has taken the ticket"
    return "" if ticket.assignee in (None, basis.assignee) else "the ticket was assigned to somebody"


def _solved(words: Words, basis: Basis, ticket: Ticket, sends: int) -> bool:
    """Our own plan has opened the ticket before a later row of it; and an earlier call of this very row may
    have solved it."""
    ours = sends > 0 and basis.sets is Status.SOLVED
    news = basis.status is not Status.SOLVED or words.place > 0
    return ticket.status is Status.SOLVED and news and not ours


def _since_the_turn(words: Words, ticket: Ticket) -> tuple[Message, ...]:
    """Messages after the one the row answers, notes too; behind an act, which is not a message, after the
    newest it was composed on. A draft was sent by a person just now: it talks over nobody."""
    since = words.seen
    if TurnKind.MESSAGE.opened(words.turn):
        since = TurnKind.MESSAGE.subject(words.turn)
    if TurnKind.DRAFT.opened(words.turn):
        since = None
    at = next((i for i, m in enumerate(ticket.messages) if m.id == since), len(ticket.messages))
    return ticket.messages[at + 1:]


def _next_second(now: int) -> Deferred:
    return Deferred(now + SECOND_OVER, "the ticket changed within this second")
