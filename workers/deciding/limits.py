"""The limit on what one sender gets in 24 hours, over all of their tickets: a machine that opens a new one
each time ends here.

Never limited: what answers a wish for a person, the must-hand-off floor, what an agent has asked for, and a
requester's first notice of a hand-off. Equal texts of different people are different senders'.
"""
from __future__ import annotations

from sqlalchemy import Connection

from app.core.deciding.decided import Decided
from app.core.deciding.senders import said
from app.core.kinds import EffectKind, Fixed
from app.core.verdicts import Answer, Handoff, Settle, Verdict
from app.core.writing.compose import Composed
from app.store import places
from config.policy import Detail
from workers.deciding.case import Case
from workers.work import Work

ALWAYS = frozenset({Detail.FLOOR, Detail.PHRASE, Detail.PAGE_BUTTON, Detail.IN_COPY})


class OverLimit(Exception):
    """One more reply to this sender is more than policy allows; the message says why, for the record."""


def check(work: Work, tx: Connection, case: Case, decided: Decided, composed: Composed, now: int) -> None:
    """Count the reply that is about to be recorded. Raises OverLimit when it may not be sent; nothing is then
    counted."""
    public = any(planned.kind is EffectKind.PUBLIC for planned in composed.planned)
    if not public or decided.situation.act is not None or _always(decided.verdict):
        return
    why = _full(work, tx, case, decided, now)
    if why:
        raise OverLimit(why)


def _opened_with(case: Case, decided: Decided) -> str:
    """The subject, where the turn begins with the message that opened the ticket."""
    first = next((message.id for message in case.ticket.messages if message.public), None)
    voices = decided.situation.reading.voices
    return case.ticket.subject if voices and voices[0].message == first else ""


def _always(verdict: Verdict) -> bool:
    match verdict:
        case Handoff():
            return verdict.detail in ALWAYS
        case Answer():
            return verdict.fixed == Fixed.DRAFT
    return isinstance(verdict, Settle)


def _full(work: Work, tx: Connection, case: Case, decided: Decided, now: int) -> str:
    policy, reading, tenant = case.policy, decided.situation.reading, case.desk.tenant
    turn = work.keys.mac("turn", case.desk.id, case.ticket.id, reading.turn)
    name = case.ticket.requester.name
    mail = said(case.address, name, reading.question, _opened_with(case, decided))

    def taken(kind: str, of: str, allowed: int, holder: str = turn) -> bool:
        return places.take(tx, tenant, work.keys.mac("limit", tenant, kind, of), allowed, holder, now)

    of_requester = taken("requester", mail.sender, policy.max_replies_per_requester)
    if not of_requester and not (
        isinstance(decided.verdict, Handoff) and taken("first notice", mail.sender, 1)
    ):
        return f"{policy.max_replies_per_requester} replies to this requester in 24 hours"
    if not mail.text:
        return ""
    if not taken("text", f"{mail.sender}\n{mail.text}", policy.max_replies_per_text):
        return f"{policy.max_replies_per_text} replies to this text of this sender in 24 hours"
    # The same words with the same numbers from addresses that differ by digits may be different people's.
    # With other numbers each time, or from an address that counts on, they are a machine's.
    holder = work.keys.mac("spelt", mail.spelt, mail.sender if mail.counted else "")
    if not taken("shape", f"{mail.shape}\n{mail.text}", policy.max_replies_per_text, holder):
        return (
            f"{policy.max_replies_per_text} replies to this text of senders who differ by digits alone "
            f"in 24 hours"
        )
    return ""
