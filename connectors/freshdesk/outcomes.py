"""What became of a write, read from the desk's answer as it came and not from what a client library made of it.

python-freshdesk loses the status of every error and stumbles over codes it does not know after the desk has already committed.
"""
from __future__ import annotations

from connectors.freshdesk.client import desks_words, object_of
from connectors.freshdesk.payloads import stamp_of
from connectors.http import Exchange
from connectors.records import Outcome, Refused, Sent, Unknown

# 4xx in number only. 408: nobody knows how far the desk had come. 409: said to mean a duplicate, and the first one may be ours.
_UNCLEAR = frozenset({408, 409})


def outcome_of(last: Exchange | None, error: Exception | None, read_at: int) -> Outcome:
    """`last` is the answer, None when none came; `error` what the call raised."""
    if last is None:
        return Unknown(f"no answer: {type(error).__name__ if error else 'none'}")
    if 200 <= last.status < 300:
        return _sent(last, read_at)
    if 400 <= last.status < 500 and last.status not in _UNCLEAR:
        return Refused(desks_words(last.body), last.status)
    return Unknown(f"the desk answered {last.status}")


def _sent(last: Exchange, read_at: int) -> Outcome:
    answer = object_of(last.body)
    # A conversation's own time is the ticket's new `updated_at`, unless a rule has moved it on since; then the ticket is simply read again.
    moment = answer.get("updated_at") or answer.get("created_at")
    if "id" not in answer or not isinstance(moment, str):
        return Unknown(f"the desk answered {last.status} without what it wrote")
    try:
        return Sent(str(answer["id"]), stamp_of(moment, last.date, read_at))
    except ValueError:
        return Unknown(f"the desk answered {last.status} with a time that cannot be read")
