"""The closed lists of stored rows and of verdicts: what a row is, what it is for, how far it got, and why
nothing is said.

Every value is written into the database, the ledger and the words files: members may be added, a value is
never renamed.
"""
from __future__ import annotations

from enum import StrEnum


class WorkState(StrEnum):
    """How far an inbox row or a job is."""

    WAITING = "waiting"  # for a worker
    WORKING = "working"  # a worker holds it, until its lease runs out
    DONE = "done"
    BAD = "bad"  # given up: a dead letter


class EffectState(StrEnum):
    """How far an outbox row is; `app/core/sending/states.py` holds the steps between them."""

    READY = "ready"  # to be sent
    SENDING = "sending"  # a call may be on its way
    SENT = "sent"
    UNKNOWN = "unknown"  # nobody knows whether the call arrived: the desk's history is looked at first
    STALE = "stale"  # it did not fit the ticket any more; nothing went out
    FAILED = "failed"  # the desk refused it for good: a dead letter
    DEAD = "dead"  # given up: a dead letter


OPEN_EFFECTS = frozenset({EffectState.READY, EffectState.SENDING, EffectState.UNKNOWN})
LOST_EFFECTS = frozenset({EffectState.FAILED, EffectState.DEAD})


class EffectKind(StrEnum):
    """What an outbox row does at the desk."""

    PUBLIC = "public"  # a reply the customer reads
    NOTE = "note"  # an internal note
    FIELDS = "fields"
    OPEN_TICKET = "open_ticket"
    ACTION = "action"  # at the company's own system


class Purpose(StrEnum):
    """What an outbox row is for. With the turn it names the row for ever: one of each purpose per turn."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    CONFIRM = "confirm"
    HANDOFF_NOTICE = "handoff_notice"
    NOTE = "note"
    FIELDS = "fields"
    ESCALATION = "escalation"  # a ticket at another desk, or in a group that cannot see the customer's
    ESCALATION_LINK = "escalation_link"  # tells the original where it went
    ESCALATION_FAILED = "escalation_failed"  # ... that it could not be opened
    ESCALATION_SOLVED = "escalation_solved"  # ... that it was solved there
    WAIT_UPDATE = "wait_update"
    ACTION_OUTCOME = "action_outcome"
    CORRECTION = "correction"
    CLOSING = "closing"
    ACTION = "action"


# Notes in the original about its escalation ticket.
ESCALATION_REPORTS = frozenset(
    {Purpose.ESCALATION_LINK, Purpose.ESCALATION_FAILED, Purpose.ESCALATION_SOLVED}
)


class InboxKind(StrEnum):
    """How an inbox row came to be."""

    DELIVERY = "delivery"  # the desk called our webhook
    CHANGED = "changed"  # the poll found it, or our own row was overtaken
    ACT = "act"  # somebody, or the send path, asks for one named thing


class Act(StrEnum):
    """What an inbox row of kind `act` asks for."""

    PERSON = "person"  # the button on the customer's page
    ASSISTANT = "assistant"  # the other one there: the assistant shall read it once more
    FAILED = "failed"  # our reply could not be sent, and certainly never was
    # a page it quotes could not be asked for in time
    SOURCE_UNREACHABLE = "source_unreachable"
    UNREADABLE = "unreadable"  # the work on the ticket broke again and again
    UNNOTED = "unnoted"  # a note was refused or given up
    UNTOLD = "untold"  # a notice or reply may not have reached the customer


# Decided without reading what anybody wrote in the ticket, so that nothing in it can break the work.
BLIND_ACTS = frozenset({Act.UNREADABLE, Act.UNNOTED, Act.UNTOLD})


class LetterKind(StrEnum):
    """Which table a dead letter stands in."""

    DELIVERY = "delivery"  # an inbox row
    EFFECT = "effect"
    JOB = "job"


class TurnKind(StrEnum):
    """What opened a turn: the first part of its name, as in `m:1042`. A turn is answered once."""

    MESSAGE = "m"  # of the customer
    NOTHING = "none"  # the customer has written nothing yet
    ACT = "act"  # an inbox row of kind `act`
    DRAFT = "draft"  # an agent sends a draft
    STEP = "step"  # an agent chose something else in the field *Candor: next step*
    ESCALATION = "escalation"  # an escalation ticket was solved at its desk

    def turn(self, subject: str) -> str:
        """The name of the turn that this subject opened."""
        return f"{self}:{subject}"

    def opened(self, turn: str) -> bool:
        return turn.startswith(f"{self}:")

    def subject(self, turn: str) -> str:
        """What opened a turn of this kind."""
        return turn.removeprefix(f"{self}:")


class Quiet(StrEnum):
    """Why nothing is said."""

    AUTOMATIC = "automatic"
    PEOPLE_OWN_IT = "people_own_it"
    ALREADY_ANSWERED = "already_answered"
    # in our name, and not by our rows: from before a restored backup, or by a second installation
    FOUND_AT_DESK = "found_at_desk"
    NOTHING_NEW = "nothing_new"
    OTHER_BOT = "other_bot"
    CLOSED = "closed"
    NOT_YET = "not_yet"  # people are at work, and the policy answers out of hours only
    NOT_THE_REQUESTER = "not_the_requester"
    ACKNOWLEDGED = "acknowledged"
    DRAFT_OUTDATED = "draft_outdated"  # an agent chose to send it after a newer message had come
    DRAFT_MISSING = "draft_missing"


class Fixed(StrEnum):
    """An answer that is not made of quotes."""

    IDENTITY = "identity"  # "are you a person?"
    DRAFT = "draft"  # the words of an earlier note, sent by an agent


class WhyNoWait(StrEnum):
    """Why no time is told."""

    QUEUE_NEW = "queue_new"  # too few replies seen
    NO_FIGURES = "no_figures"
    NOBODY_ON_SHIFT = "nobody_on_shift"
    BEYOND_HORIZON = "beyond_horizon"
    UNKNOWN_DEPTH = "unknown_depth"
    STALLED = "stalled"
    RECORD = "record"  # of late the bounds of this queue did not hold
