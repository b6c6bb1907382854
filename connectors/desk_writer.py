"""Writing to a desk: the steps that are the same at every vendor.

What no desk takes is refused before a call; what became of a call is read from the answer as it came.
"""
from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

import structlog

from connectors.calls import DeskCalls
from connectors.contract import Write
from connectors.errors import ConnectorError, RateLimited
from connectors.http import Exchange
from connectors.records import (
    Later,
    OpenTicket,
    Outcome,
    PostNote,
    PostReply,
    Refused,
    RunAction,
    Trace,
    Unknown,
    UpdateFields,
)
from connectors.view import UnknownGroup

_REQUEST_TIMEOUT = 408  # a 4xx in number only: nobody knows how far the desk had come

Fieldful = PostReply | PostNote | UpdateFields | OpenTicket
C = TypeVar("C", bound=DeskCalls)
log = structlog.get_logger(__name__)


class DeskWriter(ABC, Generic[C]):
    """Fulfils `contract.Outbound`: `send` returns an Outcome for everything the desk does, and never sends
    twice."""

    title: ClassVar[str]  # the vendor's name, for people
    ticket_ids: ClassVar[re.Pattern[str]] = re.compile("[0-9]+", re.ASCII)

    def __init__(self, client: C) -> None:
        self._client = client

    def send(self, write: Write) -> Outcome:
        effect = write.effect
        if isinstance(effect, RunAction):
            return Refused("a helpdesk runs no business actions; this row belongs to the actions connector")
        if not isinstance(effect, OpenTicket) and not self.ticket_ids.fullmatch(write.ticket_id):
            return Refused(f"{write.ticket_id[:40]!r} is not a {self.title} ticket id")
        self._tell_missing(effect)
        try:
            return (
                self._open(write, effect) if isinstance(effect, OpenTicket) else self._change(write, effect)
            )
        except UnknownGroup as error:
            return Refused(
                f"the desk has no group called {error}; connect the desk again, or change the route in the "
                f"policy"
            )

    @abstractmethod
    def find(self, write: Write, since: int) -> Trace: ...

    @abstractmethod
    def _open(self, write: Write, effect: OpenTicket) -> Outcome:
        """Open the ticket. May raise UnknownGroup."""

    @abstractmethod
    def _change(self, write: Write, effect: PostReply | PostNote | UpdateFields) -> Outcome:
        """Write to the ticket there is. May raise UnknownGroup, before anything went out."""

    def _attempt(
        self, call: Callable[[], object], read: Callable[[Exchange | None, Exception | None], Outcome]
    ) -> Outcome:
        """Make one call and let `read` say what came of it, from the answer (None when none came) and from
        what was raised."""
        try:
            session = self._client.begin()
        except ConnectorError as error:
            return Refused(str(error))  # the desk's settings forbid every call
        session.last = None
        raised: Exception | None = None
        try:
            call()
        except RateLimited as error:
            return Later(error.retry_after or 0.0)
        except ConnectorError as error:
            if session.last is None and error.permanent:
                # our own refusal, or no token to be had: nothing left the house
                return Refused(str(error), error.status)
            raised = error.__cause__ if isinstance(error.__cause__, Exception) else error
        except self._client.library_errors as error:
            raised = error
        return read(session.last, raised)

    def _tell_missing(self, effect: Fieldful) -> None:
        missing = sorted(set(effect.fields) - set(self._client.view.fields))
        if missing:
            # The reply matters more than its fields: it goes out, and the gap is named where an operator
            # looks.
            log.warning(
                "the desk lacks fields: connect it again to make them",
                desk=self._client.connection.desk,
                fields=missing,
            )


def read_answer(
    last: Exchange | None,
    error: Exception | None,
    sent: Callable[[Exchange], Outcome],
    words: Callable[[bytes], str],
    unclear: frozenset[int] = frozenset(),
) -> Outcome:
    """What became of a write. `sent` reads a 2xx, `words` an error's body.

    `unclear` are 4xx of this desk, beside 408, that do not say that nothing was written.
    """
    if last is None:
        return Unknown(f"no answer: {type(error).__name__ if error else 'none'}")
    if 200 <= last.status < 300:
        return sent(last)
    if 400 <= last.status < 500 and last.status not in unclear | {_REQUEST_TIMEOUT}:
        return Refused(words(last.body), last.status)
    return Unknown(f"the desk answered {last.status}")
