"""The console's words for what the core decided: every name of the closed lists in a sentence a person can
act on."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.deciding.ownership import Owner
from app.core.kinds import EffectKind, EffectState, InboxKind, LetterKind, Purpose, Quiet, WorkState
from app.store.queues.dead_letters import Letter
from config.floor import FloorClass
from config.policy import Detail, Mode, Reason

VERDICTS: Mapping[str, str] = {
    "answer": "Answered",
    "clarify": "Asked one question",
    "confirm": "Asked before acting",
    "handoff": "Handed off",
    "settle": "Settled",
    "stay_quiet": "Stayed quiet",
    "alert": "Told people",
}
REASONS: Mapping[Reason, str] = {
    Reason.CUSTOMER_ASKED: "The customer asked for a person.",
    Reason.UNSURE: "The assistant was not sure enough to answer.",
    Reason.OUT_OF_SCOPE: "Nothing in the help centre is about this.",
    Reason.MUST_HANDOFF: "This has to be looked at by a person.",
    Reason.APPROVAL_NEEDED: "A colleague has to approve this first.",
    Reason.FALLBACK: "The assistant is holding back for now.",
    Reason.CANNOT_REPLY_HERE: "A reply would not reach the customer here.",
    Reason.HELD_OUT: "Kept for comparison: nothing was written.",
    Reason.FAILED: "Something went wrong on our side.",
}
DETAILS: Mapping[Detail, str] = {
    Detail.NONE: "",
    Detail.CONTRADICTION: "Two pages of the help centre contradict each other.",
    Detail.NO_ARTICLES: "The help centre is empty.",
    Detail.NOTHING_CLOSE: "The nearest page is too far from the question.",
    Detail.NOT_SURE_ENOUGH: "The best page may not settle it.",
    Detail.SEVERAL_FIT: "Several pages fit, and it is not clear which.",
    Detail.ALREADY_ASKED: "It had asked its one question before.",
    Detail.ALREADY_ANSWERED: "All it found was sent to this customer before.",
    Detail.LANGUAGE: "It cannot read or answer reliably in this language.",
    Detail.UPSET: "The customer is upset.",
    Detail.REPEATED: "The customer came back on the same matter.",
    Detail.CAP: "It has written as often as it may in 24 hours.",
    Detail.SENDER_CAP: "This sender has got as many replies as policy allows in 24 hours, so nothing was "
                       "sent.",
    Detail.INCIDENT: "Many people are writing the same right now.",
    Detail.BY_HAND: "Somebody has given this topic to people.",
    Detail.SPEND: "The budget for outside models is used up.",
    Detail.POISON: "The ticket could not be worked on, again and again.",
    Detail.OLD_DELIVERY: "The delivery was too old to answer.",
    Detail.SOURCE_UNREACHABLE: "Whether the page it quotes is still there could not be asked.",
    Detail.TOPIC: "Policy gives this topic to people.",
    Detail.PHRASE: "In the customer's own words.",
    Detail.IN_COPY: "It was somebody else in the ticket, not its requester.",
    Detail.PAGE_BUTTON: "With the button on the ticket page.",
    Detail.ASKED_BEFORE: "They asked for a person within the last 30 days.",
    Detail.AFTER_ANSWER: "After an answer of the assistant.",
    Detail.CHANNEL: "The ticket's channel cannot be written to.",
    Detail.CLOSED: "The ticket is closed.",
    Detail.EMPTY: "The message has no text to read.",
    Detail.FLOOR: "It holds words that always go to a person.",
}
QUIET: Mapping[Quiet, str] = {
    Quiet.AUTOMATIC: "An automatic mail, not a person writing.",
    Quiet.PEOPLE_OWN_IT: "A person has taken this ticket.",
    Quiet.ALREADY_ANSWERED: "This message has its answer.",
    Quiet.FOUND_AT_DESK: "The ticket holds the assistant's words to this already; this database did not know "
                         "them.",
    Quiet.NOTHING_NEW: "Nothing new from the customer.",
    Quiet.ACKNOWLEDGED: "It only says that it was read: there is nothing to answer.",
    Quiet.OTHER_BOT: "Another bot has answered: two bots work on this desk.",
    Quiet.CLOSED: "The ticket is closed or gone.",
    Quiet.NOT_THE_REQUESTER: "Not from the ticket's requester: only they settle it, or use its page.",
    Quiet.NOT_YET: "People are at work; the assistant answers later.",
    Quiet.DRAFT_OUTDATED: "An agent chose to send a draft; the customer had written again by then.",
    Quiet.DRAFT_MISSING: "An agent chose to send a draft; there is none.",
}
FLOOR: Mapping[FloorClass, str] = {
    FloorClass.DANGER: "Possible danger to somebody",
    FloorClass.ABUSE: "Abuse, or a vulnerable person",
    FloorClass.INJURY: "An injury or a dangerous product",
    FloorClass.MINOR: "A child or a young person",
    FloorClass.ACCOUNT_TAKEN: "An account taken over, or a payment the customer did not make",
    FloorClass.DEATH: "A death",
    FloorClass.SECURITY: "A security incident",
    FloorClass.SENSITIVE: "Sensitive data in the message",
    FloorClass.LEGAL: "A legal request or threat",
    FloorClass.PERSONAL_DATA: "A request about personal data",
    FloorClass.COMPLAINT_PERSON: "A complaint about somebody on the team",
    FloorClass.PRESS: "The press",
    FloorClass.NO_AI: "No AI wanted on the ticket",
}
VERDICT_NOTES: Mapping[str, str] = {
    "answer": "Every sentence is quoted from the help centre.",
    "clarify": "Two pages could fit, so it asked which one is meant.",
    "confirm": "Nothing is done until the customer says yes.",
    "settle": "The customer said that it is settled.",
    "alert": "It holds words that people must see; the customer was told nothing.",
}
MODES: Mapping[Mode, str] = {
    Mode.SEND: "Send: replies go to the customer",
    Mode.DRAFT: "Draft: replies wait in a note for an agent",
    Mode.WATCH: "Watch: nothing is written at the desk",
}
EFFECTS: Mapping[EffectKind, str] = {
    EffectKind.PUBLIC: "reply",
    EffectKind.NOTE: "note",
    EffectKind.FIELDS: "fields",
    EffectKind.OPEN_TICKET: "new ticket",
    EffectKind.ACTION: "action",
}
STATES: Mapping[EffectState, str] = {
    EffectState.READY: "waiting to be sent",
    EffectState.SENDING: "being sent",
    EffectState.SENT: "sent",
    EffectState.UNKNOWN: "unclear whether it arrived; being checked",
    EffectState.STALE: "not sent, the ticket had changed",
    EffectState.FAILED: "refused by the desk",
    EffectState.DEAD: "given up; a person must look",
}
# How a state looks: good, busy, plain or bad. Never by colour alone: the word stands beside it.
TONES: Mapping[str, str] = {
    "ready": "busy",
    "sending": "busy",
    "sent": "good",
    "unknown": "bad",
    "stale": "plain",
    "failed": "bad",
    "dead": "bad",
    "waiting": "busy",
    "working": "busy",
    "done": "good",
    "bad": "bad",
}
INBOX_KINDS: Mapping[InboxKind, str] = {
    InboxKind.DELIVERY: "The desk delivered a change",
    InboxKind.CHANGED: "The poll found a change",
    InboxKind.ACT: "The customer pressed a button",
}
INBOX_STATES: Mapping[WorkState, str] = {
    WorkState.WAITING: "waiting", WorkState.WORKING: "being worked on", WorkState.DONE: "done",
    WorkState.BAD: "set aside, a person must look",
}
PROMISE_STATES: Mapping[str, str] = {
    "open": "still running",
    "kept": "kept",
    "broken": "broken",
    "none": "no time was told",
    "void": "no longer counts",
}
OWNERS: Mapping[Owner, str] = {Owner.ASSISTANT: "The assistant", Owner.PEOPLE: "A person"}
DESK_STATES: Mapping[str, str] = {"active": "active", "paused": "paused", "broken": "broken"}
PURPOSES: Mapping[Purpose, str] = {
    Purpose.ANSWER: "Answer",
    Purpose.CLARIFY: "Question back",
    Purpose.CONFIRM: "Question before acting",
    Purpose.HANDOFF_NOTICE: "Notice of a hand-off",
    Purpose.NOTE: "Internal note",
    Purpose.FIELDS: "Fields",
    Purpose.ESCALATION: "Ticket at another desk",
    Purpose.ESCALATION_LINK: "Link to the ticket at the other desk",
    Purpose.ESCALATION_FAILED: "Note that it could not be opened there",
    Purpose.ESCALATION_SOLVED: "Note that it was solved there",
    Purpose.WAIT_UPDATE: "Wait update",
    Purpose.ACTION_OUTCOME: "Outcome of an action",
    Purpose.CORRECTION: "Correction",
    Purpose.ACTION: "Action",
    Purpose.CLOSING: "Closing words",
}
LETTER_STATES: Mapping[str, str] = {"bad": "set aside", "failed": "refused by the desk", "dead": "given up"}


def letter_name(letter: Letter) -> str:
    """What a dead letter is, in two or three words."""
    if letter.kind == LetterKind.EFFECT:
        return word(PURPOSES, letter.what).capitalize()
    return (
        f"Job {letter.what.replace('_', ' ')}"
        if letter.kind == LetterKind.JOB
        else word(INBOX_KINDS, letter.what)
    )


def tried(letter: Letter) -> str:
    """How often, in words: attempts, crashes of workers, calls that may have reached the desk."""
    parts = [_many(letter.attempts, "try", "tries"), _many(letter.crashes, "crash", "crashes")]
    if letter.sends is not None:
        parts.append(_many(letter.sends, "call", "calls"))
    return ", ".join(parts)


def _many(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"


def word(table: Mapping[Any, str], name: str | None) -> str:
    """The table's words, or the bare name for one a newer release wrote; "" for none."""
    return "" if name is None else table.get(name, name.replace("_", " "))


def why(verdict: str | None, reason: str | None, detail: str | None) -> str:
    """One or two sentences on why the verdict fell as it did."""
    if verdict == "stay_quiet":
        return word(QUIET, reason)
    if verdict == "handoff":
        return " ".join(part for part in (word(REASONS, reason), word(DETAILS, detail)) if part)
    return VERDICT_NOTES.get(verdict or "", "")
