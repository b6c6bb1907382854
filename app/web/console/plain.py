"""The console's words for what the core decided: every name of the closed lists in a sentence a person can act on."""
from __future__ import annotations

from collections.abc import Mapping

from app.core.kinds import LetterKind
from app.store.queues.dead_letters import Letter

VERDICTS: Mapping[str, str] = {
    "answer": "Answered",
    "clarify": "Asked one question",
    "confirm": "Asked before acting",
    "handoff": "Handed off",
    "settle": "Settled",
    "stay_quiet": "Stayed quiet",
    "alert": "Told people",
}
REASONS: Mapping[str, str] = {
    "customer_asked": "The customer asked for a person.",
    "unsure": "The assistant was not sure enough to answer.",
    "out_of_scope": "Nothing in the help centre is about this.",
    "must_handoff": "This has to be looked at by a person.",
    "approval_needed": "A colleague has to approve this first.",
    "fallback": "The assistant is holding back for now.",
    "cannot_reply_here": "A reply would not reach the customer here.",
    "held_out": "Kept for comparison: nothing was written.",
    "failed": "Something went wrong on our side.",
}
DETAILS: Mapping[str, str] = {
    "none": "",
    "contradiction": "Two pages of the help centre contradict each other.",
    "no_articles": "The help centre is empty.",
    "nothing_close": "The nearest page is too far from the question.",
    "not_sure_enough": "The best page may not settle it.",
    "several_fit": "Several pages fit, and it is not clear which.",
    "already_asked": "It had asked its one question before.",
    "language": "It cannot read or answer reliably in this language.",
    "upset": "The customer is upset.",
    "repeated": "The customer came back on the same matter.",
    "cap": "It has written as often as it may in 24 hours.",
    "sender_cap": "This sender has got as many replies as policy allows in 24 hours, so nothing was sent.",
    "by_hand": "Somebody has given this topic to people.",
    "spend": "The budget for outside models is used up.",
    "poison": "The ticket could not be worked on, again and again.",
    "old_delivery": "The delivery was too old to answer.",
    "topic": "Policy gives this topic to people.",
    "phrase": "In the customer's own words.",
    "in_copy": "It was somebody else in the ticket, not its requester.",
    "page_button": "With the button on the ticket page.",
    "asked_before": "They asked for a person within the last 30 days.",
    "after_answer": "After an answer of the assistant.",
    "channel": "The ticket's channel cannot be written to.",
    "closed": "The ticket is closed.",
    "empty": "The message has no text to read.",
    "floor": "It holds words that always go to a person.",
}
QUIET: Mapping[str, str] = {
    "automatic": "An automatic mail, not a person writing.",
    "own_writing": "The newest message is the assistant's own.",
    "people_own_it": "A person has taken this ticket.",
    "already_answered": "This message has its answer.",
    "nothing_new": "Nothing new from the customer.",
    "acknowledged": "It only says that it was read: there is nothing to answer.",
    "other_bot": "Another bot has answered: two bots work on this desk.",
    "closed": "The ticket is closed or gone.",
    "not_the_requester": "Not from the ticket's requester: only they settle it, or use its page.",
    "not_yet": "People are at work; the assistant answers later.",
}
FLOOR: Mapping[str, str] = {
    "danger": "Possible danger to somebody",
    "abuse": "Abuse, or a vulnerable person",
    "injury": "An injury or a dangerous product",
    "minor": "A child or a young person",
    "account_taken": "An account taken over, or a payment the customer did not make",
    "death": "A death",
    "security": "A security incident",
    "sensitive": "Sensitive data in the message",
    "legal": "A legal request or threat",
    "personal_data": "A request about personal data",
    "complaint_person": "A complaint about somebody on the team",
    "press": "The press",
    "no_ai": "No AI wanted on the ticket",
}
VERDICT_NOTES: Mapping[str, str] = {
    "answer": "Every sentence is quoted from the help centre.",
    "clarify": "Two pages could fit, so it asked which one is meant.",
    "confirm": "Nothing is done until the customer says yes.",
    "settle": "The customer said that it is settled.",
    "alert": "It holds words that people must see; the customer was told nothing.",
}
MODES: Mapping[str, str] = {
    "send": "Send: replies go to the customer",
    "draft": "Draft: replies wait in a note for an agent",
    "watch": "Watch: nothing is written at the desk",
}
EFFECTS: Mapping[str, str] = {
    "public": "reply",
    "note": "note",
    "fields": "fields",
    "open_ticket": "new ticket",
    "action": "action",
}
STATES: Mapping[str, str] = {
    "ready": "waiting to be sent",
    "sending": "being sent",
    "sent": "sent",
    "unknown": "unclear whether it arrived; being checked",
    "stale": "not sent, the ticket had changed",
    "failed": "refused by the desk",
    "dead": "given up; a person must look",
}
# How a state looks: good, busy, plain or bad. Never by colour alone: the word stands beside it.
TONES: Mapping[str, str] = {
    "ready": "busy", "sending": "busy", "sent": "good", "unknown": "bad", "stale": "plain", "failed": "bad", "dead": "bad",
    "waiting": "busy", "working": "busy", "done": "good", "bad": "bad",
}
INBOX_KINDS: Mapping[str, str] = {
    "delivery": "The desk delivered a change",
    "changed": "The poll found a change",
    "act": "The customer pressed a button",
}
INBOX_STATES: Mapping[str, str] = {
    "waiting": "waiting", "working": "being worked on", "done": "done", "bad": "set aside, a person must look",
}
PROMISE_STATES: Mapping[str, str] = {
    "open": "still running", "kept": "kept", "broken": "broken", "none": "no time was told", "void": "no longer counts",
}
OWNERS: Mapping[str, str] = {"assistant": "The assistant", "people": "A person"}
DESK_STATES: Mapping[str, str] = {"active": "active", "paused": "paused", "broken": "broken"}
PURPOSES: Mapping[str, str] = {
    "answer": "Answer", "clarify": "Question back", "confirm": "Question before acting", "handoff_notice": "Notice of a hand-off",
    "note": "Internal note", "fields": "Fields", "escalation": "Ticket at another desk", "wait_update": "Wait update",
    "action_outcome": "Outcome of an action", "correction": "Correction", "action": "Action", "closing": "Closing words",
}
LETTER_STATES: Mapping[str, str] = {"bad": "set aside", "failed": "refused by the desk", "dead": "given up"}


def letter_name(letter: Letter) -> str:
    """What a dead letter is, in two or three words."""
    if letter.kind == LetterKind.EFFECT:
        return word(PURPOSES, letter.what).capitalize()
    return f"Job {letter.what.replace('_', ' ')}" if letter.kind == LetterKind.JOB else word(INBOX_KINDS, letter.what)


def tried(letter: Letter) -> str:
    """How often, in words: attempts, crashes of workers, calls that may have reached the desk."""
    parts = [_many(letter.attempts, "try", "tries"), _many(letter.crashes, "crash", "crashes")]
    if letter.sends is not None:
        parts.append(_many(letter.sends, "call", "calls"))
    return ", ".join(parts)


def _many(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"


def word(table: Mapping[str, str], name: str | None) -> str:
    """The table's words, or the bare name for one a newer release wrote; "" for none."""
    return "" if name is None else table.get(name, name.replace("_", " "))


def why(verdict: str | None, reason: str | None, detail: str | None) -> str:
    """One or two sentences on why the verdict fell as it did."""
    if verdict == "stay_quiet":
        return word(QUIET, reason)
    if verdict == "handoff":
        return " ".join(part for part in (word(REASONS, reason), word(DETAILS, detail)) if part)
    return VERDICT_NOTES.get(verdict or "", "")
