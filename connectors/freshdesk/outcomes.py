"""What became of a write, read from the desk's answer as it came and not from what a client library made of
it.

python-freshdesk loses the status of every error and stumbles over codes it does not know after the desk has
already committed.
"""
from __future__ import annotations

from collections.abc import Callable

from connectors.desk_writer import read_answer
from connectors.freshdesk.client import desks_words, object_of
from connectors.freshdesk.payloads import stamp_of
from connectors.http import Exchange
from connectors.records import Outcome, Sent, Unknown

# Said to mean a duplicate, and the first one may be ours.
_UNCLEAR = frozenset({409})


def outcome_of(last: Exchange | None, error: Exception | None, *, clock: Callable[[], int]) -> Outcome:
    """`last` is the answer, None when none came; `error` what the call raised."""
    return read_answer(last, error, lambda answer: _sent(answer, clock()), desks_words, _UNCLEAR)


def _sent(last: Exchange, read_at: int) -> Outcome:
    answer = object_of(last.body)
    # A conversation's own time is the ticket's new `updated_at`, unless a rule has moved it on since; then
    # the ticket is simply read again.
    moment = answer.get("updated_at") or answer.get("created_at")
    if "id" not in answer or not isinstance(moment, str):
        return Unknown(f"the desk answered {last.status} without what it wrote")
    try:
        return Sent(str(answer["id"]), stamp_of(moment, last.date, read_at))
    except ValueError:
        return Unknown(f"the desk answered {last.status} with a time that cannot be read")
