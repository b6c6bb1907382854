"""Calls to one desk over our HTTP session: one session per thread, thrown away when it has been idle, and one reading of every failure.

A connector's client builds on this; what it adds is its client library.
"""
from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from connectors.contract import Connection
from connectors.errors import ConnectorError
from connectors.http import DeskSession, Timeouts, desk_session
from connectors.limits import RateBudget

# A kept connection older than this may have been dropped on the way without a word; a write on it would end as "nobody knows".
_IDLE_SECONDS = 15.0


class DeskCalls:
    """Shared by a desk's readers and writers. `words` says what an error's body tells people, never quoting a page of HTML."""

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], int],
        budget: RateBudget,
        base_url: str,
        host_rule: re.Pattern[str],
        words: Callable[[bytes], str],
        *,
        sandbox_allowed: bool,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.base_url = base_url
        self.timeouts = timeouts or Timeouts()
        self._budget = budget
        self._host_rule = host_rule
        self._words = words
        self._sandbox_allowed = sandbox_allowed
        self._local = threading.local()

    def sign_in(self, session: DeskSession) -> None:
        """Put the desk's credentials on a new session. Raises ConnectorError(permanent=True) when there are none."""
        raise NotImplementedError

    @property
    def session(self) -> DeskSession:
        session: DeskSession | None = getattr(self._local, "session", None)
        if session is None:
            session = desk_session(
                self.base_url,
                self.connection.wire_url,
                host_rule=self._host_rule,
                user_agent="Candor",
                budget=self._budget,
                clock=self.clock,
                sandbox_allowed=self._sandbox_allowed,
                timeouts=self.timeouts,
            )
            self.sign_in(session)
            self._local.session, self._local.used = session, time.monotonic()
        return session

    def begin(self) -> DeskSession:
        """The session for a call that starts now: a new one when the old one has been idle."""
        now = time.monotonic()
        session: DeskSession | None = getattr(self._local, "session", None)
        if session is not None and now - self._local.used > _IDLE_SECONDS:
            session.close()
            self._local.session = None
        self._local.used = now
        return self.session

    def value(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer's JSON without any client library; {} for a 204. `path` begins with a slash or is a full link of the desk's own."""
        session = self.begin()
        url = path if path.startswith("https://") else self.base_url + path
        try:
            response = session.request(method, url, params=params, json=body, headers=headers)
            response.raise_for_status()
            return {} if response.status_code == 204 else response.json()
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise self.failure(session, error) from error

    def failure(self, session: DeskSession, error: Exception) -> ConnectorError:
        """The one reading of everything that can come out of a call, decided on the answer as it came."""
        last = session.last
        if last is None:
            return ConnectorError(f"the desk did not answer: {type(error).__name__}")
        status = last.status
        if 200 <= status < 300:
            return ConnectorError(f"the desk's answer could not be read: {type(error).__name__}", status=status)
        if 300 <= status < 400:
            return ConnectorError("the desk sent us to another address, which is never followed", status=status)
        if status in (401, 403):
            return ConnectorError(f"the desk refused our credentials or rights: {self._words(last.body)}", permanent=True, status=status)
        return ConnectorError(f"the desk answered {status}: {self._words(last.body)}", permanent=status < 500, status=status)
