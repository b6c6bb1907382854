"""One Zendesk account over HTTP: our session, a fresh zenpy on it for every use, raw calls where zenpy drops
what we need.

Which call goes which way, and why, is the table in README.md; a test holds the table against the code.
"""
from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import requests
from zenpy import Zenpy
from zenpy.lib.exception import APIException, ZenpyException

from connectors.calls import DeskCalls
from connectors.errors import ConnectorError
from connectors.forms import bot_ids
from connectors.http import DeskSession
from connectors.tokens import KeptToken
from connectors.view import View
from connectors.zendesk.oauth import bearer_of
from connectors.zendesk.payloads import view_of
from connectors.zendesk.settings import HOST_RULE, base_url, by_client

T = TypeVar("T")

# All that zenpy lets out when an answer is not what it hoped for; a list as an error's body ends in
# AttributeError, deep nesting in RecursionError. What it means is decided on the answer itself.
LIBRARY_ERRORS = (
    ZenpyException, APIException, requests.RequestException, ValueError, AttributeError, LookupError,
    TypeError, RuntimeError,
)  # fmt: skip

_PAGES_MAX = 100
_REASONS = ("description", "error_description", "message", "title")
_WHY_MAX = 300

# zenpy writes whole bodies to its debug log, and customers' words have no place in a log.
logging.getLogger("zenpy").setLevel(logging.WARNING)


class ZendeskClient(DeskCalls):
    host_rule = HOST_RULE
    address = staticmethod(base_url)
    library_errors = LIBRARY_ERRORS

    @staticmethod
    def words(body: bytes) -> str:
        return desks_words(body)

    def sign_in(self, session: DeskSession) -> None:
        session.bearer = self.bearer
        self._zenpy_on(session)  # puts the credentials on it, where there are others

    @cached_property
    def bearer(self) -> KeptToken | None:
        """The account's access token; None for a desk that signs in by other keys."""
        return bearer_of(self) if by_client(self.connection.settings) else None

    @property
    def view(self) -> View:
        return view_of(
            self.connection.desk,
            self.connection.state,
            bot_ids(self.connection.settings),
            self.agent_url("/agent/tickets/"),
        )

    def zenpy(self) -> Zenpy:
        """A fresh zenpy: its objects stay dirty across threads, and its cache answers with what was true
        minutes ago."""
        return self._zenpy_on(self.session)

    def _zenpy_on(self, session: DeskSession) -> Zenpy:
        settings = self.connection.settings
        credentials: dict[str, str] = {}
        if session.authorized:
            pass  # each call gets its token from the session
        elif settings.get("oauth_token"):
            credentials = {"oauth_token": settings["oauth_token"]}
        elif settings.get("email") and settings.get("api_token"):
            credentials = {"email": settings["email"], "token": settings["api_token"]}
        else:
            raise ConnectorError(
                "this desk has no credentials; enter the identifier and the secret of an OAuth client",
                permanent=True,
            )
        return Zenpy(
            subdomain=settings.get("subdomain"),
            session=session,
            timeout=(self.timeouts.connect, self.timeouts.read),
            disable_cache=True,
            **credentials,
        )

    def through_zenpy(self, call: Callable[[Zenpy], T]) -> T:
        """What `call` makes of a fresh zenpy. Raises ConnectorError, whatever zenpy raised."""
        session = self.begin()
        try:
            return call(self.zenpy())
        except LIBRARY_ERRORS as error:
            raise self.failure(session, error) from error

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Page after page along the desk's own links. A link that repeats ends it: pages may shift under a
        cursor."""
        page = self.raw("GET", path, params=params)
        seen: set[str] = set()
        while True:
            yield page
            link = next_link(page)
            if link is None or link in seen or len(seen) >= _PAGES_MAX:
                return
            seen.add(link)
            page = self.raw("GET", link)


def next_link(page: Mapping[str, Any]) -> str | None:
    meta = page.get("meta")
    if isinstance(meta, Mapping):
        link = (page.get("links") or {}).get("next") if meta.get("has_more") else None
    else:
        link = page.get("next_page")
    return link if isinstance(link, str) and link else None


def desks_words(body: bytes) -> str:
    """What the desk says about an error, for people: its description and details, never a page of HTML."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "no reason given"
    if not isinstance(value, dict):
        return "no reason given"
    words = [str(value[k]) for k in _REASONS if isinstance(value.get(k), str)]
    details = value.get("details")
    for entries in details.values() if isinstance(details, dict) else ():
        words += (
            [str(e["description"]) for e in entries if isinstance(e, dict) and "description" in e]
            if isinstance(entries, list)
            else []
        )
    error = value.get("error")
    if not words and isinstance(error, str):
        words = [error]
    elif not words and isinstance(error, dict):
        words = [str(error.get("title") or error.get("message") or "")]
    return "; ".join(w for w in words if w)[:_WHY_MAX] or "no reason given"
