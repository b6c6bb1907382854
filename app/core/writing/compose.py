"""A decision -> the finished texts and effects. Pure: what the words need from outside was read before and
comes as `Supplies`."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.core.deciding.decided import Decided
from app.core.deciding.destination import NO_GROUP, Destination
from app.core.deciding.drafts import Draft
from app.core.deciding.ownership import Event
from app.core.deciding.rules import Situation
from app.core.kinds import EffectKind, Fixed, Purpose, Quiet
from app.core.reading.floor import gravest
from app.core.sending.plan import Bodies, Planned, plan, told, unmoved
from app.core.verdicts import (
    Alert,
    Answer,
    Clarify,
    Handoff,
    Sentence,
    Settle,
    StayQuiet,
    Verdict,
    Wait,
    verdict_name,
)
from app.core.waits import estimate
from app.core.writing import messages, note
from app.core.writing.escalation import escalate
from app.core.writing.fields import TAG, fields_and_tags
from app.core.writing.limits_told import abilities
from app.core.writing.markup import assemble, paragraph, say
from app.core.writing.messages import Body, Frame
from app.core.writing.names import first_name
from app.core.writing.note_facts import Deed, Grave, facts_of
from app.core.writing.supplies import Supplies, Way
from app.core.writing.wait_sentences import speak_moment, speak_wait
from config.policy import Detail, Mode, Policy
from config.wording import Words
from connectors.records import PostNote, PostReply, Status, Ticket, UpdateFields

NO_TEXTS = Bodies(None, None)


@dataclass(frozen=True, slots=True)
class Composed:
    """`to` is where a hand-off goes and `wait` what was worked out for it; `cited` are the sentences that
    must still be public."""

    bodies: Bodies = NO_TEXTS
    planned: tuple[Planned, ...] = ()
    wait: Wait | None = None
    to: Destination | None = None
    cited: tuple[Sentence, ...] = ()


def compose(ticket: Ticket, decided: Decided, supplies: Supplies, lexica: Mapping[str, Words]) -> Composed:
    """Everything the verdict says and does. `lexica` are the words by language; a hand-off needs its
    `supplies.way`."""
    verdict, situation = decided.verdict, decided.situation
    policy = situation.policy
    agents = lexica[policy.default_language]
    if isinstance(verdict, StayQuiet):
        return _quiet(verdict, agents, asked=Event.SEND_DRAFT in decided.events)
    if isinstance(verdict, Answer) and verdict.fixed is Fixed.DRAFT:
        assert decided.draft is not None, "the verdict rests on a draft"
        return _send_draft(decided.draft)
    writing = _Writing(
        ticket, situation, supplies, lexica[policy.spoken_to_in(situation.reading.language)], agents
    )
    match verdict:
        case Handoff():
            return _handoff(writing, verdict)
        case Alert():
            return _alert(writing, verdict)
    return _message(writing, verdict)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What every text of one verdict is made from: `words` are the customer's language, `agents` that of the
    notes."""

    ticket: Ticket
    situation: Situation
    supplies: Supplies
    words: Words
    agents: Words

    @property
    def policy(self) -> Policy:
        return self.situation.policy


def _quiet(verdict: StayQuiet, agents: Words, asked: bool) -> Composed:
    """Nothing, unless an agent has asked for their draft: then the field is emptied, and they hear why
    nothing was sent."""
    if not asked:
        return Composed()
    if verdict.why not in (Quiet.DRAFT_OUTDATED, Quiet.DRAFT_MISSING):
        return Composed(
            planned=(Planned(Purpose.FIELDS, EffectKind.FIELDS, UpdateFields({"next_step": ""})),)
        )
    said = assemble([paragraph(say(agents, f"agent.{verdict.why}"))])
    return Composed(
        Bodies(None, said),
        (Planned(Purpose.NOTE, EffectKind.NOTE, PostNote(said.html, said.text, {"next_step": ""})),),
    )


def _send_draft(draft: Draft) -> Composed:
    # The field is emptied in the same write: the choice was carried out, and may be made again for another
    # draft.
    effect = PostReply(
        draft.body.html, draft.body.text, {"next_step": ""}, (TAG, f"{TAG}_draft_sent"), None, Status.PENDING
    )
    return Composed(
        Bodies(draft.body, None), (Planned(Purpose.ANSWER, EffectKind.PUBLIC, effect),), cited=draft.cited
    )


def _message(w: _Writing, verdict: Verdict) -> Composed:
    """A reply, or its draft."""
    frame, situation = frame_of(w.ticket, w.situation, w.supplies, w.words, verdict), w.situation
    match verdict:
        case Answer():
            public = messages.answer(verdict, frame, w.words)
        case Clarify():
            public = messages.clarify(verdict, frame, w.words)
        case Settle():
            public = messages.settle(frame, w.words)
        case _:
            raise ValueError(f"no words for a verdict of kind {verdict_name(verdict)}")
    draft = _draft(w, public, verdict) if situation.mode is Mode.DRAFT else None
    bodies = Bodies(public, draft)
    fields, tags = fields_and_tags(situation, verdict)
    planned = plan(verdict, situation.mode, bodies, None, fields, tags, w.policy.announce_handoffs)
    return Composed(bodies, planned, cited=verdict.sentences if isinstance(verdict, Answer) else ())


def _handoff(w: _Writing, verdict: Handoff) -> Composed:
    situation, policy, way = w.situation, w.policy, w.supplies.way
    assert way is not None, "where a hand-off goes is read before it is composed"
    telling = told(verdict, situation.mode, policy.announce_handoffs)
    wait = wait_of(way, policy, situation.now)
    public = _notice(w, verdict, way.to, wait) if telling else None
    moment = speak_moment(wait, policy.hours, w.agents, situation.now) if wait else ""
    facts = facts_of(
        w.ticket,
        situation.reading,
        verdict,
        situation.findings,
        told=public is not None,
        told_text=moment,
        topic=policy.topic(situation.reading.topic),
        deeds=_deeds(w.supplies),
        story_url=w.supplies.story_url,
        grave=_grave(situation),
    )
    # People have the ticket where they want it: nothing is moved, and none is opened elsewhere.
    across = None if situation.kept else escalate(way, w.ticket, facts, w.agents)
    said = note.note(facts, w.agents)
    bodies = Bodies(public, across.added_to(said) if across else said)
    fields, tags = fields_and_tags(situation, verdict)
    if wait is not None and wait.bound_at is not None and public is not None:
        fields["promised_by"] = moment
    opened = across.opening(fields, tags) if across else None
    planned = plan(
        verdict, situation.mode, bodies, way.to.moves_to, fields, tags, policy.announce_handoffs, opened
    )
    if situation.kept:
        planned = tuple(replace(p, effect=unmoved(p.effect)) for p in planned)
    return Composed(bodies, planned, wait, way.to)


def _notice(w: _Writing, verdict: Handoff, to: Destination, wait: Wait | None) -> Body:
    """What the customer is told of the hand-off."""
    situation, policy, words = w.situation, w.policy, w.words
    spoken = (
        speak_wait(wait, policy.hours, words, situation.now, w.ticket.requester.time_zone) if wait else ""
    )
    frame = frame_of(w.ticket, situation, w.supplies, words, verdict)
    heard_as = policy.spoken(policy.routes[verdict.route], to.group, words.language)
    kind = gravest(situation.floor) if verdict.detail is Detail.FLOOR else None
    if kind is None:
        return messages.handoff(verdict, heard_as, spoken, frame, words)
    return messages.grave(
        kind, policy.floor_entry(kind).line.get(words.language, ""), heard_as, spoken, frame, words
    )


def _alert(w: _Writing, verdict: Alert) -> Composed:
    """A note to people who have the ticket already, urgent unless a machine wrote; nothing in public."""
    situation = w.situation
    facts = facts_of(
        w.ticket,
        situation.reading,
        None,
        None,
        told=False,
        story_url=w.supplies.story_url,
        grave=_grave(situation),
    )
    bodies = Bodies(None, note.alert_note(facts, w.agents))
    fields, tags = fields_and_tags(situation, verdict)
    return Composed(
        bodies, plan(verdict, situation.mode, bodies, None, fields, tags, w.policy.announce_handoffs)
    )


def _grave(situation: Situation) -> Grave | None:
    if not situation.floor:
        return None
    found = tuple((flag.kind, flag.span) for flag in situation.floor)
    unreviewed = any(not situation.policy.floor_entry(kind).reviewed_by for kind, _ in found[:1])
    return Grave(found, all(flag.machine for flag in situation.floor), unreviewed)


def wait_of(way: Way, policy: Policy, now: int) -> Wait | None:
    """The wait of a ticket that is handed off this way; None where the queue was not counted, since nobody is
    told."""
    if way.queue is None:
        return None
    return estimate(
        way.queue.waiting,
        policy.team(way.to.group or NO_GROUP),
        policy.hours,
        policy.horizon_days,
        now,
        replies_seen=way.replies_seen,
        stalled=None,
        depth_as_of=way.queue.as_of,
    )


def frame_of(
    ticket: Ticket, situation: Situation, supplies: Supplies, words: Words, verdict: Verdict
) -> Frame:
    policy = situation.policy
    whose = ticket.requester
    return Frame(
        company=policy.company,
        assistant_name=policy.assistant_name,
        can_do=policy.can_do.get(words.language, ""),
        first_name=first_name(whose.name, whose.email) if situation.answers_requester else None,
        language=words.language,
        first=not situation.memory.noticed,
        page_url=supplies.page_url,
        able=abilities(policy.actions),
        # What is drafted is what a colleague sends, word for word: it says so from the start.
        checked=situation.mode is Mode.DRAFT and isinstance(verdict, Answer | Clarify | Settle),
        unread=0 if isinstance(verdict, Settle) else _files_not_read(ticket, situation),
    )


def _files_not_read(ticket: Ticket, situation: Situation) -> int:
    turn = {voice.message for voice in situation.reading.voices}
    # A picture in the message's own body, a signature's logo mostly, is nothing its writer would miss.
    return sum(
        1 for m in ticket.messages if m.id in turn for file in m.files if file.text is None and not file.shown
    )


def _draft(w: _Writing, public: Body, verdict: Verdict) -> Body:
    situation = w.situation
    facts = facts_of(w.ticket, situation.reading, None, situation.findings, told=False, draft=public,
                     topic=w.policy.topic(situation.reading.topic))
    return note.draft_note(facts, verdict_name(verdict), w.agents)


def _deeds(supplies: Supplies) -> tuple[Deed, ...]:
    return () if supplies.answered is None else (Deed("answered", supplies.answered),)
