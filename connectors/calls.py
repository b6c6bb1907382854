"""Calls to one desk over our HTTP session: one session per thread, thrown away when it has been idle, and one
reading of every failure.

A connector's client builds on this; what it adds is its client library.
"""
from __future__ import annotations

import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import requests

from connectors.contract import Connection
from connectors.errors import ConnectorError
from connectors.files import FILE_MAX
from connectors.http import DeskSession, Timeouts, desk_session
from connectors.limits import RateBudget
from connectors.tokens import MemoryTokenStore, TokenStore
from connectors.view import View

# A kept connection older than this may have been dropped on the way without a word; a write on it would end
# as "nobody knows".
_IDLE_SECONDS = 15.0


class DeskCalls(ABC):
    """Shared by a desk's readers and writers. Each thread gets its own session; nothing of a client library
    outlives one use."""

    host_rule: ClassVar[re.Pattern[str]]  # the whole host, from end to end
    api_root: ClassVar[str] = ""  # before every path that is not a full link
    # All that the client library lets out: what it means is decided on the answer itself.
    library_errors: ClassVar[tuple[type[Exception], ...]] = (requests.RequestException, ValueError)

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], int],
        budget: RateBudget,
        *,
        sandbox_allowed: bool,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.base_url = self.address(connection.settings)
        self.timeouts = timeouts or Timeouts()
        # The connector puts the store in its place that all its workers share.
        self.tokens: TokenStore = MemoryTokenStore()
        self._budget = budget
        self._sandbox_allowed = sandbox_allowed
        self._local = threading.local()

    @staticmethod
    @abstractmethod
    def address(settings: Mapping[str, str]) -> str:
        """The account's https address; the HTTP session checks its host again before it lets anything out."""

    @staticmethod
    @abstractmethod
    def words(body: bytes) -> str:
        """What an error's body tells people, never quoting a page of HTML."""

    @abstractmethod
    def sign_in(self, session: DeskSession) -> None:
        """Put the desk's credentials on a new session. Raises ConnectorError(permanent=True) when there are
        none."""

    @property
    @abstractmethod
    def view(self) -> View:
        """What is known about the desk."""

    def agent_url(self, path: str) -> str:
        """Where an agent opens a ticket, up to its id; a sandbox desk has one small page in place of the
        agents' workspace."""
        wire = self.connection.wire_url
        return f"{self.base_url}{path}" if wire is None else f"{wire.rstrip('/')}/sandbox/agent/tickets/"

    @property
    def desk_now(self) -> int:
        """The desk's own clock in its last answer; ours where it sent none."""
        last = self.session.last
        return last.date if last is not None and last.date is not None else self.clock()

    @property
    def session(self) -> DeskSession:
        session: DeskSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self.unsigned_session()
            self.sign_in(session)
            self._local.session, self._local.used = session, time.monotonic()
        return session

    def unsigned_session(self) -> DeskSession:
        """A new session to the account without any credentials."""
        return desk_session(
            self.base_url,
            self.connection.wire_url,
            host_rule=self.host_rule,
            user_agent="Candor",
            budget=self._budget,
            clock=self.clock,
            sandbox_allowed=self._sandbox_allowed,
            timeouts=self.timeouts,
        )

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
        """The answer's JSON without any client library; {} for a 204. `path` begins with a slash or is a full
        link of the desk's own."""
        session = self.begin()
        url = path if path.startswith("https://") else self.base_url + self.api_root + path
        try:
            response = session.request(method, url, params=params, json=body, headers=headers)
            response.raise_for_status()
            return {} if response.status_code == 204 else response.json()
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise self.failure(session, error) from error

    def raw(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON object; like `value` otherwise. Raises ConnectorError when it is not an
        object."""
        value = self.value(method, path, params=params, body=body, headers=headers)
        if not isinstance(value, dict):
            raise ConnectorError("the desk's answer has another form than its documents say", status=200)
        return value

    def file(self, url: str) -> bytes:
        """The bytes of a file of the account's own host. Raises ConnectorError for every other host, unasked,
        and for a larger file.

        A link that leads on to another host is not followed either: our credentials are for this account
        alone.
        """
        if not url.startswith(f"{self.base_url}/"):
            raise ConnectorError(
                "the file lies on another host, where nothing of ours may go", permanent=True
            )
        session = self.begin()
        session.file_cap = FILE_MAX
        try:
            response = session.get(url)
            response.raise_for_status()
            if response.status_code != 200:
                raise self.failure(session, ValueError("no file"))
            return bytes(response.content)
        except requests.RequestException as error:
            raise self.failure(session, error) from error
        finally:
            session.file_cap = None

    def failure(self, session: DeskSession, error: Exception) -> ConnectorError:
        """The one reading of everything that can come out of a call, decided on the answer as it came."""
        last = session.last
        if last is None:
            return ConnectorError(f"the desk did not answer: {type(error).__name__}")
        status = last.status
        if 200 <= status < 300:
            return ConnectorError(
                f"the desk's answer could not be read: {type(error).__name__}", status=status
            )
        if 300 <= status < 400:
            return ConnectorError(
                "the desk sent us to another address, which is never followed", status=status
            )
        if status in (401, 403):
            return ConnectorError(
                f"the desk refused our credentials or rights: {self.words(last.body)}",
                permanent=True,
                status=status,
            )
        return ConnectorError(
            f"the desk answered {status}: {self.words(last.body)}", permanent=status < 500, status=status
        )
