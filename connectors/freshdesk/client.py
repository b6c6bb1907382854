"""One Freshdesk account over HTTP: our session, a fresh python-freshdesk on it for every use, raw calls where
the library breaks.

Which call goes which way, and why, is the table in README.md; a test holds the table against the code.
"""
from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import requests
from freshdesk.api import API

from connectors.calls import DeskCalls
from connectors.clock import MINUTE
from connectors.contract import Connection
from connectors.errors import ConnectorError
from connectors.forms import bot_ids
from connectors.freshdesk.payloads import FreshdeskView, view_of
from connectors.freshdesk.settings import HOST_RULE, base_url, host
from connectors.http import DeskSession, Timeouts
from connectors.limits import RateBudget

T = TypeVar("T")

# All that python-freshdesk lets out: its own errors are requests' ones, and its models stumble over codes and
# nulls they do not know, after the desk has already committed. What it means is decided on the answer itself.
LIBRARY_ERRORS = (requests.RequestException, ValueError, AttributeError, LookupError, TypeError, RuntimeError)

PAGE = 100
_PAGES_MAX = 300  # the desk's own limit
_WHY_MAX = 300
_SEEN_MAX = 200  # tickets
_SEEN_FRESH = MINUTE


class FreshdeskClient(DeskCalls):
    host_rule = HOST_RULE
    api_root = "/api/v2"
    address = staticmethod(base_url)
    library_errors = LIBRARY_ERRORS

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], int],
        budget: RateBudget,
        *,
        sandbox_allowed: bool,
        timeouts: Timeouts | None = None,
    ) -> None:
        super().__init__(connection, clock, budget, sandbox_allowed=sandbox_allowed, timeouts=timeouts)
        self._seen: OrderedDict[str, tuple[int, Mapping[str, Any]]] = OrderedDict()
        self._seen_lock = threading.Lock()

    @staticmethod
    def words(body: bytes) -> str:
        return desks_words(body)

    def sign_in(self, session: DeskSession) -> None:
        key = self.connection.settings.get("api_key")
        if not key:
            raise ConnectorError(
                "this desk has no credentials; enter the API key of the assistant's user", permanent=True
            )
        session.auth = (key, "X")
        # The library says nothing about what it sends; the header it would have set stood on the session it
        # made itself.
        session.headers["Content-Type"] = "application/json"

    @property
    def view(self) -> FreshdeskView:
        return view_of(
            self.connection.desk,
            self.connection.state,
            bot_ids(self.connection.settings),
            self.agent_url("/a/tickets/"),
        )

    def through_library(self, call: Callable[[API], T]) -> T:
        """What `call` makes of a fresh python-freshdesk on our session. Raises ConnectorError, whatever the
        library raised."""
        session = self.begin()
        try:
            return call(self.library())
        except LIBRARY_ERRORS as error:
            raise self.failure(session, error) from error

    def library(self) -> API:
        api = API(host(self.connection.settings), self.connection.settings.get("api_key", ""))
        api._session.close()
        # The one it makes has no time-out, no host rule, no cap, and another user-agent.
        api._session = self.session
        return api

    def remember(self, ticket: Mapping[str, Any]) -> None:
        """Keep a ticket as just read: the next write then sends only what differs, for a desk may refuse what
        is not a change."""
        with self._seen_lock:
            self._seen[str(ticket.get("id"))] = (self.clock(), ticket)
            if len(self._seen) > _SEEN_MAX:
                self._seen.popitem(last=False)

    def recall(self, ticket_id: str) -> Mapping[str, Any] | None:
        """The ticket as read within the last minute, once: after a write it is another one."""
        with self._seen_lock:
            read_at, ticket = self._seen.pop(ticket_id, (0, None))
        return ticket if ticket is not None and 0 <= self.clock() - read_at <= _SEEN_FRESH else None

    def rows(self, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """One page of a list."""
        return _rows(self.value("GET", path, params=params))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Row after row along the desk's own `Link: …; rel="next"`. A link that repeats ends it: pages may
        shift under a reader."""
        wanted: str | None = path
        query: Mapping[str, str] | None = {"per_page": str(PAGE), **(params or {})}
        seen: set[str] = set()
        while wanted is not None and len(seen) < _PAGES_MAX:
            seen.add(wanted)
            yield from self.rows(wanted, query)
            last = self.session.last
            following = next_link(last.headers if last else {})
            wanted, query = (None if following in seen else following), None


def next_link(headers: Mapping[str, str]) -> str | None:
    """The address of the next page, None on the last one."""
    text = next((value for name, value in headers.items() if name.lower() == "link"), "")
    for found in requests.utils.parse_header_links(text) if text else ():
        if found.get("rel") == "next":
            return found.get("url") or None
    return None


def desks_words(body: bytes) -> str:
    """What the desk says about an error, for people: its description with the fields it names, or its
    message; never a page of HTML."""
    value = object_of(body)
    words = [str(value[k]) for k in ("description", "message") if isinstance(value.get(k), str)]
    words += [f"{name}: {why}" for name, why in field_errors(body)]
    return "; ".join(w for w in words if w)[:_WHY_MAX] or "no reason given"


def field_errors(body: bytes) -> list[tuple[str, str]]:
    """(field, message) of each entry of a 400, in the desk's order."""
    found = object_of(body).get("errors")
    entries = found if isinstance(found, list) else ()
    return [
        (str(e.get("field") or ""), str(e.get("message") or e.get("code") or ""))
        for e in entries
        if isinstance(e, Mapping)
    ]


def object_of(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ConnectorError("the desk's answer has another form than its documents say", status=200)
    return [row for row in value if isinstance(row, dict)]
