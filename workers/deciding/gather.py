"""Gathering: all that the decision on a case rests on, read before anything is concluded. What is read is
what the rules ask for."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.deciding.calibration import Calibration
from app.core.deciding.conclude import Gathered, sends_draft
from app.core.deciding.modes import DeskFacts, effective_mode
from app.core.deciding.ownership import Event, Owner, events_since, owner_after, step_chosen
from app.core.deciding.rules import Situation, decide
from app.core.kinds import Act, InboxKind, TurnKind
from app.core.memory import TicketMemory
from app.core.reading.follow_up import leans_on_earlier
from app.core.reading.mail import known_of, new_text
from app.core.reading.triage import read_ticket
from app.core.verdicts import Answer, Decision, Findings, Reading
from app.core.waits.calendar import is_open
from app.store import articles, caps, requesters
from app.store.caps import CapRow
from app.store.desks import StoredDesk
from app.store.links import page_of_press
from app.store.queues import outbox
from app.store.queues.rows import InboxRow
from app.store.tickets import TicketRow
from config.policy import Mode, Policy
from config.wording import Words
from connectors.records import Change, Message, Role, Status, Ticket, writer_of
from workers.deciding import incidents
from workers.deciding.case import Case
from workers.deciding.confidence import applied, in_force
from workers.deciding.drafts import newest_draft
from workers.deciding.floor import FloorRead
from workers.deciding.found import found_at_desk
from workers.deciding.kept import WHY_DRAFT, kept
from workers.deciding.language import guess_language
from workers.deciding.reopened import as_new, nobody_at_work, reopened
from workers.deciding.repeats import sent_before
from workers.knowledge.terms import terms
from workers.work import Work

PRESSES = (Act.PERSON, Act.ASSISTANT)  # the buttons of the customer's page
LANGUAGE_CHARACTERS = 2_000  # of the customer's text are enough to tell its language
# microseconds from a ticket's read to the end of its decision, and for clocks that differ: where a release
# before has not kept the desk's time
LONGEST_DECISION = 120_000_000


def gather(work: Work, case: Case, floor: FloorRead) -> Gathered:
    """All that the decision on a case rests on; `case.ticket` is the floor's, without secrets.

    Raises ConnectorError when the desk's history was needed and could not be read.
    """
    ticket, held, policy, act = case.ticket, case.held, case.policy, case.row.act
    holder, memory = case.holder(work.keys), case.memory(work.keys)
    happened = events_since(ticket, held.seen_message, _assignments(work, case, memory))
    events = (*happened, *step_chosen(ticket, memory.next_step))
    found = found_at_desk(work, case)
    if found.handed_off:
        # Before what people did since: they may have given it back.
        new = tuple(event for event in events if event is Event.NEW_TICKET)
        events = (*new, Event.HANDED_OFF, *events[len(new):])
    owner, turn = owner_after(Owner(held.owner), events), _turn(case.row, ticket)
    overtaken = kept(work, case, turn, owner, _solved_since(ticket))
    again = overtaken or act is not None
    reading = read_ticket(
        ticket, memory, turn, work.words, policy, guess_language(_own_words(ticket)), again
    )
    back = reopened(work, case, memory, events, reading) if owner is Owner.PEOPLE and not overtaken else None
    if back is not None:
        events, owner = (*events, back), owner_after(owner, (back,))
        memory = as_new(memory) if back is Event.REOPENED_NEW else memory
    other = act in PRESSES and page_of_press(case.row.delivery_key) not in (None, holder)
    if act == Act.ASSISTANT and not other and nobody_at_work(work, case, events):
        events, owner, memory = (*events, Event.ASK_ASSISTANT), Owner.ASSISTANT, as_new(memory)
    if floor.flags:
        # A topic's name in a field, a tag or the ledger would tell the class.
        reading = replace(reading, topic="other", must_handoff=None)
    incidents.look(work, case, policy, reading.topic, incidents.text_of(work, case, reading, floor.flags))
    stored = _stored_facts(work, case, reading)
    incident = incidents.why_of(stored.caps.fallback)
    bar = _bar(policy, reading, stored.calibration)
    mode, mode_why = mode_of(policy, case.desk, reading, stored.caps.ceiling, calibrated=bar is not None)
    if overtaken and mode is Mode.SEND:
        mode, mode_why = Mode.DRAFT, WHY_DRAFT
    situation = Situation(
        reading=reading,
        owner=owner,
        memory=memory,
        policy=policy,
        mode=mode,
        incident=incident,
        fallback="" if incident else _by_hand(stored.caps.fallback),
        status=ticket.status,
        now=case.read_at,
        handled=stored.taken or held.handled_turn == reading.turn,
        found_at_desk=found.answers,
        foreign=found.foreign,
        cannot_reply=ticket.cannot_reply,
        other_bot=_other_bot_spoke_last(ticket),
        solved_since=_solved_since(ticket),
        asked_person_at=stored.asked_person_at if held.seen_message is None else None,
        act=act,
        kept=overtaken,
        pressed_by_other=other,
        open_now=is_open(policy.hours, case.read_at),
        served=work.search(case.row.tenant).languages.intersection(policy.languages),
        bar=bar,
        floor=floor.flags,
        floor_known=floor.known,
    )
    gathered = Gathered(situation, events, mode_why, ticket.stamp.value)
    if sends_draft(situation, events):
        draft = newest_draft(work, case)
        sent = draft is not None and (found.foreign or _taken(work, case, draft.sent_turn))
        return replace(gathered, draft=draft, draft_sent=sent)
    decision = decide(situation)
    if decision is None:
        gathered = _searched(work, case, gathered, stored.calibration)
        decision = decide(gathered.situation)
    return replace(gathered, decision=decision, pages=_quoted_pages(work, case.row.tenant, decision))


def _searched(work: Work, case: Case, gathered: Gathered, calibration: Calibration | None) -> Gathered:
    reading, tenant = gathered.situation.reading, case.row.tenant
    query = search_text(case.ticket, reading, work.words)
    found = applied(work.search(tenant).search(query, visibility="public", k=8), calibration)
    findings = _with_pages(work, _with_choice(work, tenant, reading, query, found))
    asked = frozenset(terms(reading.question if reading.choice is None else query, reading.language))
    sent = sent_before(work, case, reading, findings)
    return replace(
        gathered,
        situation=replace(gathered.situation, findings=findings, sent=sent, asked=asked),
        query=query,
    )


def _quoted_pages(work: Work, tenant: str, decision: Decision | None) -> Mapping[tuple[str, str], str]:
    """The texts that an answer must stand in, as they are stored now."""
    answer = decision.verdict if decision is not None else None
    if not isinstance(answer, Answer) or not answer.sentences:
        return {}
    pairs = sorted({(s.article, s.version) for s in answer.sentences})
    with work.db.read() as tx:
        return {(v.article, v.version): v.text for v in articles.versions_of(tx, tenant, pairs)}


def _taken(work: Work, case: Case, turn: str) -> bool:
    with work.db.read() as tx:
        return outbox.turn_is_taken(tx, case.desk.id, case.ticket.id, turn)


def search_text(ticket: Ticket, reading: Reading, words: Mapping[str, Words]) -> str:
    """What is searched for: the question; for a short follow-up that leans on it, the customer's turn before
    it too."""
    turn = {reading.message, *(v.message for v in reading.voices)}
    earlier = [m for m in ticket.messages if m.public and m.author.role is Role.CUSTOMER and m.id not in turn]
    if reading.choice is not None and earlier:
        # "B please" names the page; what is wanted from it stands in the question before.
        return f"{_new(ticket, earlier[-1])[:400]}\n{reading.question}"
    if earlier and leans_on_earlier(reading.question, reading.language, words):
        return f"{reading.question}\n{_new(ticket, earlier[-1])[:400]}"
    return reading.question


def _with_choice(work: Work, tenant: str, reading: Reading, query: str, found: Findings) -> Findings:
    """The article the customer picked must be among the candidates, even when their short reply does not find
    it."""
    if reading.choice is None or any(c.passage.article == reading.choice for c in found.candidates):
        return found
    again = work.search(tenant).search(query, visibility="public", k=50)
    return replace(
        found,
        candidates=(*found.candidates, *(c for c in again.candidates if c.passage.article == reading.choice)),
    )


def _with_pages(work: Work, found: Findings) -> Findings:
    """Articles without a page of their own are shown on ours."""
    base = work.settings.public_url
    if base is None:
        return found
    return replace(
        found,
        candidates=tuple(
            c
            if c.passage.url
            else replace(
                c, passage=replace(c.passage, url=f"{base}/a/{c.passage.article}/{c.passage.version}")
            )
            for c in found.candidates
        ),
    )


def _turn(row: InboxRow, ticket: Ticket) -> str:
    if row.kind == InboxKind.ACT:
        return row.delivery_key
    newest = next((m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER), None)
    return TurnKind.MESSAGE.turn(newest.id) if newest else TurnKind.NOTHING.turn(ticket.stamp.value)


def _own_words(ticket: Ticket) -> str:
    """What the customer wrote themselves in this turn, newest first: quotes of ours would speak for the wrong
    language."""
    public = [m for m in ticket.messages if m.public]
    answered = max(
        (n for n, m in enumerate(public) if m.author.role in (Role.ASSISTANT, Role.AGENT)), default=-1
    )
    newest = [m for m in public[answered + 1:] if m.author.role is Role.CUSTOMER]
    # A turn may be a press of a button: then the words before it are read again.
    newest = newest or [m for m in public if m.author.role is Role.CUSTOMER][-1:]
    theirs = reversed([m for m in newest if writer_of(m, ticket.requester).owns_ticket] or newest)
    said, letters = [], 0
    for message in theirs:
        said.append(_new(ticket, message))
        letters += len(said[-1]) + 1
        if letters > LANGUAGE_CHARACTERS:
            break
    return "\n".join(said)[:LANGUAGE_CHARACTERS]


def _new(ticket: Ticket, message: Message) -> str:
    return new_text(message.text, known_of(ticket, message))[0]


def _other_bot_spoke_last(ticket: Ticket) -> bool:
    newest = next(
        (m for m in reversed(ticket.messages) if m.public and m.author.role is not Role.ASSISTANT), None
    )
    return newest is not None and newest.author.role is Role.BOT


def _solved_since(ticket: Ticket) -> bool:
    """A desk may leave a ticket solved when its customer writes; solved and touched after that means that
    somebody has ended it."""
    newest = next((m for m in reversed(ticket.messages) if m.public and m.author.role is Role.CUSTOMER), None)
    return ticket.status is Status.SOLVED and newest is not None and ticket.updated_at > newest.at


def _assignments(work: Work, case: Case, memory: TicketMemory) -> Sequence[Change]:
    """Who assigned the ticket, asked of the desk only when the assignee has changed to somebody since we saw
    it last."""
    ticket, held = case.ticket, case.held
    if (
        ticket.assignee is None
        or ticket.assignee == memory.assignee
        or ticket.status in (Status.CLOSED, Status.DELETED)
    ):
        return ()
    return work.desk(case.desk).history(ticket.id, _looked_at(held, memory, ticket))


def _looked_at(held: TicketRow, memory: TicketMemory, ticket: Ticket) -> int:
    """The desk's time of the read that our last decision rests on: ours may be set while it stands."""
    if not held.seen_message:
        return ticket.created_at
    return held.updated_at - LONGEST_DECISION if memory.looked_at is None else memory.looked_at


@dataclass(frozen=True, slots=True)
class _Stored:
    """What our own rows know about the customer and this turn."""

    asked_person_at: int | None
    caps: caps.Held
    taken: bool
    calibration: Calibration | None


def _stored_facts(work: Work, case: Case, reading: Reading) -> _Stored:
    desk = case.desk
    with work.db.read() as tx:
        return _Stored(
            requesters.asked_person_at(tx, desk.tenant, case.address, work.keys),
            caps.of_turn(tx, desk.tenant, desk.id, reading.topic, case.read_at),
            outbox.turn_is_taken(tx, desk.id, case.ticket.id, reading.turn),
            in_force(tx, desk.tenant, desk.id),
        )


def _by_hand(fallback: CapRow | None) -> str:
    """Who gave the topic to people, and why; "" while nobody did."""
    return f"{fallback.by}: {fallback.why}" if fallback is not None else ""


def _bar(policy: Policy, reading: Reading, calibration: Calibration | None) -> float | None:
    """The probability at which an answer may be sent, where the desk's labels can say so: that of the topic's
    target precision, else the policy's. None while nothing is calibrated, or when no threshold reaches the
    target on the labels there are."""
    if calibration is None:
        return None
    topic = policy.topic(reading.topic)
    if topic is None or topic.target_precision is None:
        return policy.thresholds.answer
    setting = calibration.setting(topic.target_precision)
    return setting.threshold if setting else None


def mode_of(
    policy: Policy, desk: StoredDesk, reading: Reading, ceiling: Mode, calibrated: bool = False
) -> tuple[Mode, str]:
    facts = DeskFacts(
        sandbox=desk.connection.wire_url is not None,
        guard_proven=desk.guard_proven,
        public_proven=desk.public_proven,
        bot_name=str(desk.connection.state.get("user_name", "")),
        calibrated=calibrated,
    )
    return effective_mode(policy, desk.id, reading.topic, ceiling, facts)
