"""Verdict -> what shall be done at the desk, by the table of verdict × mode."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.core.kinds import EffectKind, Purpose
from app.core.verdicts import Alert, Answer, Clarify, Confirm, Handoff, Settle, StayQuiet, Verdict
from app.core.writing.messages import Body
from config.policy import Mode, Reason
from connectors.records import Effect, OpenTicket, PostNote, PostReply, Status

TURN_REPLIES = frozenset({Purpose.ANSWER, Purpose.CLARIFY, Purpose.CONFIRM, Purpose.HANDOFF_NOTICE})
# Hand-offs a customer hears of even in draft mode: they asked, or the company decided that a person must see
# it.
ANNOUNCED_IN_DRAFT = frozenset({Reason.CUSTOMER_ASKED, Reason.MUST_HANDOFF})


@dataclass(frozen=True, slots=True)
class Planned:
    """One effect, in the order of the tuple it stands in.

    `target` is the desk it is done at; None for the ticket's own.
    """

    purpose: Purpose
    kind: EffectKind
    effect: Effect
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Bodies:
    """The texts of a verdict, composed before: what the customer reads, and what the agent reads."""

    public: Body | None
    note: Body | None


def plan(
    verdict: Verdict,
    mode: Mode,
    bodies: Bodies,
    group: str | None,
    fields: Mapping[str, str],
    tags: tuple[str, ...],
    announce: bool,
    escalation: Planned | None = None,
) -> tuple[Planned, ...]:
    """The effects of a verdict; none in watch mode. In a hand-off the note comes first: the facts must be
    there when the mail is."""
    if mode is Mode.WATCH:
        return ()
    match verdict:
        case StayQuiet():
            return ()
        case Answer() | Clarify() | Confirm():
            purpose = {Answer: Purpose.ANSWER, Clarify: Purpose.CLARIFY, Confirm: Purpose.CONFIRM}[
                type(verdict)
            ]
            if mode is Mode.SEND and bodies.public is not None:
                return (_reply(purpose, bodies.public, fields, tags, None, Status.PENDING),)
            return (_note(bodies.note, fields, tags, None, None),) if bodies.note else ()
        case Settle():
            if mode is Mode.SEND and bodies.public is not None:
                return (_reply(Purpose.ANSWER, bodies.public, fields, tags, None, Status.SOLVED),)
            return (_note(bodies.note, fields, tags, None, None),) if bodies.note else ()
        case Alert():
            return (_note(bodies.note, fields, tags, None, None),) if bodies.note else ()
        case Handoff():
            rows = _handoff(verdict, mode, bodies, group, fields, tags, announce)
            # Last: should the other desk refuse it, the customer and this desk's agents know all the same.
            return (*rows, escalation) if escalation is not None else rows


def unmoved(effect: Effect) -> Effect:
    """The note without a group and a status of its own: the ticket stays as it is."""
    return replace(effect, group=None, status=None) if isinstance(effect, PostNote) else effect


def told(verdict: Handoff, mode: Mode, announce: bool) -> bool:
    """Whether the customer is told of this hand-off."""
    if not verdict.public or mode is Mode.WATCH:
        return False
    return mode is Mode.SEND or (announce and verdict.reason in ANNOUNCED_IN_DRAFT)


def _handoff(
    verdict: Handoff,
    mode: Mode,
    bodies: Bodies,
    group: str | None,
    fields: Mapping[str, str],
    tags: tuple[str, ...],
    announce: bool,
) -> tuple[Planned, ...]:
    rows: list[Planned] = []
    if bodies.note is not None:
        rows.append(_note(bodies.note, fields, tags, group, Status.OPEN))
    if told(verdict, mode, announce) and bodies.public is not None:
        rows.append(_reply(Purpose.HANDOFF_NOTICE, bodies.public, {}, (), None, Status.OPEN))
    return tuple(rows)


def _reply(
    purpose: Purpose,
    body: Body,
    fields: Mapping[str, str],
    tags: tuple[str, ...],
    group: str | None,
    status: Status,
) -> Planned:
    return Planned(purpose, EffectKind.PUBLIC, PostReply(body.html, body.text, fields, tags, group, status))


def _note(
    body: Body, fields: Mapping[str, str], tags: tuple[str, ...], group: str | None, status: Status | None
) -> Planned:
    return Planned(Purpose.NOTE, EffectKind.NOTE, PostNote(body.html, body.text, fields, tags, group, status))


def outbox_key(tenant: str, desk: str, ticket: str, turn: str, purpose: str) -> str:
    """The name of one effect of one turn, for ever. Parts are length-prefixed: no two lists of parts
    collide."""
    return _digest(tenant, desk, ticket, turn, purpose)


def turn_key(tenant: str, desk: str, ticket: str, turn: str) -> str:
    """The name of a turn: an answer and a hand-off notice to the same turn exclude each other by it."""
    return _digest(tenant, desk, ticket, turn)


def spoken(effect: Effect) -> str:
    """The effect's words with white space collapsed, as its keyed hash is taken over them: desks rewrite the
    rest. "" when it has none."""
    text = effect.text if isinstance(effect, PostReply | PostNote | OpenTicket) else ""
    return " ".join(text.split())


def _digest(*parts: str) -> str:
    return hashlib.sha256(b"".join(f"{len(p.encode())}:".encode() + p.encode() for p in parts)).hexdigest()


