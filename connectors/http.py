"""The one HTTP session towards a desk. It never retries (but see L11), never follows a redirect, never waits,
and never speaks to another host.

The rules carry the names of their tests: L1 where it is mounted, L2 every other host is refused, L3 no
retries, L4 time-outs and a total deadline, L5 a 429 becomes `RateLimited` before a client library sees it, L6
rate headers go to the budget, L7 a line in the log, L8 the address on the wire may be swapped for a loopback
one, L9 a call the budget has no room for does not go out, L10 no string of an answer holds what UTF-8 or a
database cannot carry, L11 an access token that was refused is renewed and the refused call made once more.
"""
from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import structlog
from requests.adapters import BaseAdapter, HTTPAdapter

from connectors.clean import carriable_json
from connectors.clock import SECOND
from connectors.errors import ConnectorError, DeskResting, NoToken, RateLimited
from connectors.headers import http_date
from connectors.limits import SHORTEST_WAIT, RateBudget
from connectors.pace import Call
from connectors.tokens import Bearer
from connectors.wire import Deadline, DeskPools, is_loopback

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 20.0
TOKEN_SECONDS = 4  # that a write waits for an access token before it is put off
# Bytes, after decompression. A ticket that cannot be read reaches nobody, and desks say a message three times
# over (text, HTML, plain), with six bytes a letter: a megabyte that somebody pasted must fit.
BODY_CAP = 24 * 1024 * 1024

# An id inside a path: digits, or a ULID. Logged and counted paths carry a name in its place.
_ID = re.compile(r"(?<=/)(?:[0-9]+|[0-9A-HJKMNP-TV-Z]{26})(?=[./]|$)")
_CALLS_KEPT = 2_000
# A part of a path that may stand in the log: a vendor's word or an id. An address or a name somebody typed
# has other characters.
_PLAIN_PART = re.compile(r"[A-Za-z0-9._\-]{0,40}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/=+\-]{1,100}")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, of silence while reading, for the whole call."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    total: float = TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class Exchange:
    """The last answer as it came, whatever a client library made of it. `date` is the desk's own clock, None
    when it sent none."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    date: int | None


class AnswerTooBig(requests.RequestException):
    """The answer's body is over the cap; it was not read further."""


class DeskSession(requests.Session):
    """A requests.Session with a memory: `last` is the last answer, `calls` the (method, path template) of
    each call, newest last.

    One per desk and thread: client libraries put their credentials on it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.last: Exchange | None = None
        self.calls: deque[tuple[str, str]] = deque(maxlen=_CALLS_KEPT)
        # bytes of a file that is being read, as it is; None while JSON is expected
        self.file_cap: int | None = None
        # where each call's access token comes from; None when the session carries credentials of its own
        self.bearer: Bearer | None = None

    @property
    def authorized(self) -> bool:
        """Client libraries look here before they put credentials of their own on the session."""
        return self.bearer is not None


def desk_session(
    base_url: str,
    wire_url: str | None = None,
    *,
    host_rule: re.Pattern[str],
    user_agent: str,
    budget: RateBudget,
    clock: Callable[[], int],
    sandbox_allowed: bool = False,
    timeouts: Timeouts | None = None,
) -> DeskSession:
    """A session that reaches `base_url` and nothing else.

    `base_url` is the vendor's https address; its host must match `host_rule` from end to end. `wire_url`
    sends the same requests to a sandbox desk on loopback, and is refused unless the caller's Settings allow
    sandbox desks. Raises ConnectorError(permanent=True) for both.
    """
    host = _checked_host(base_url, host_rule)
    wire = None if wire_url is None else _checked_wire(wire_url, sandbox_allowed)
    session = DeskSession()
    session.trust_env = False  # no proxies, no .netrc: credentials come from the desk's row only
    session.max_redirects = 0  # a PUT answered by 302 would be repeated as a GET and look like a success
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = user_agent
    adapter = _DeskAdapter(session, wire, budget, timeouts or Timeouts(), clock)
    refusing = _RefusingAdapter(host)
    session.mount("https://", refusing)
    session.mount("http://", refusing)
    # With the last slash, or `https://host.evil.tld` would match; and with the port, which a desk may put
    # into its own links.
    session.mount(f"https://{host}/", adapter)
    session.mount(f"https://{host}:443/", adapter)
    return session


def _checked_host(base_url: str, rule: re.Pattern[str]) -> str:
    parts = urlsplit(base_url)
    host = parts.netloc
    # Compared as a whole as well: urlsplit drops line ends and control characters without a word.
    if not rule.fullmatch(host) or base_url not in (f"https://{host}", f"https://{host}/"):
        raise ConnectorError(
            "this is not the address of a desk of this kind; check the desk's settings", permanent=True
        )
    return host


def _checked_wire(wire_url: str, allowed: bool) -> tuple[str, str]:
    if not allowed:
        why = (
            "this desk is a sandbox desk, and sandbox desks are not allowed here; set "
            "CANDOR_SANDBOX_DESKS=yes to allow them"
        )
        raise ConnectorError(why, permanent=True)
    parts = urlsplit(wire_url)
    name = parts.hostname or ""
    try:
        loopback = name == "localhost" or is_loopback(name)
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback or parts.username or parts.path not in ("", "/"):
        raise ConnectorError("a sandbox desk's address must be http:// on a loopback address", permanent=True)
    return parts.scheme, parts.netloc


class _RefusingAdapter(BaseAdapter):
    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        other = urlsplit(request.url or "").hostname
        raise ConnectorError(
            f"refused to call {other}: this connection speaks to {self._host} only", permanent=True
        )

    def close(self) -> None:
        pass


class _DeskAdapter(HTTPAdapter):
    def __init__(
        self,
        session: DeskSession,
        wire: tuple[str, str] | None,
        budget: RateBudget,
        timeouts: Timeouts,
        clock: Callable[[], int],
    ) -> None:
        super().__init__(max_retries=0)
        self._session = session
        self._wire = wire
        self._budget = budget
        self._timeouts = timeouts
        self._clock = clock

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        self.poolmanager = DeskPools(num_pools=connections, maxsize=maxsize, block=block, **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        bearer = self._session.bearer
        if bearer is None:
            return self._send_once(request, *args, **kwargs)
        self._session.last = None
        began = self._clock()
        token = bearer.token()
        self._in_time(request, began)
        response = self._send_once(_carrying(request, token), *args, **kwargs)
        if response.status_code != 401:
            return response
        # A refused call did nothing, a write no more than a read: with another token it is made once more.
        token = bearer.another(token)
        self._in_time(request, began)
        return self._send_once(_carrying(request, token), *args, **kwargs)

    def _in_time(self, request: requests.PreparedRequest, began: int) -> None:
        """A write goes out when its caller meant it to, or not at all: by the time a token came, or we were
        woken up, another worker may be at it. Raises NoToken."""
        if request.method not in ("GET", "HEAD") and self._clock() - began > TOKEN_SECONDS * SECOND:
            raise NoToken("the access token came too late for this write", SHORTEST_WAIT)

    def _send_once(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        vendor_url = request.url or ""
        parts = urlsplit(vendor_url)
        path = parts.path
        method = request.method or "GET"
        template = _ID.sub("{id}", path)
        self._session.last = None
        call = self._budget.call(method, path, parts.query)
        self._hold_back(call, method, path)
        self._session.calls.append((method, template))
        kwargs["timeout"] = kwargs.get("timeout") or (self._timeouts.connect, self._timeouts.read)
        kwargs["stream"] = True  # the body is read below, within the deadline and the cap
        started = time.monotonic()
        # An error that is none of requests' own is told as well: the call went out.
        outcome: dict[str, object] = {"status": "failed"}
        try:
            request.url = self._on_the_wire(vendor_url)
            response = self._within_deadline(request, *args, **kwargs)
            outcome = {"status": response.status_code, "request_id": _request_id(response.headers)}
        except requests.RequestException as error:
            outcome = {"status": type(error).__name__}
            if not isinstance(error, AnswerTooBig):
                self._budget.failed(self._clock())
            raise
        finally:
            # Client libraries look at the address to decide what they received.
            request.url = vendor_url
            took = round((time.monotonic() - started) * 1000)
            log.debug(
                "desk call", host=parts.hostname, method=method, path=path_for_log(path), **outcome, ms=took
            )
        response.url = vendor_url
        self._learn(response, method, path, call)
        return response

    def _hold_back(self, call: Call, method: str, path: str) -> None:
        """Raises RateLimited when the desk would refuse the call, or is better left alone; nothing went out
        then, and nobody waits here."""
        now = self._clock()
        wait = self._budget.admit(call, now)
        if wait <= 0:
            return
        resting = self._budget.resting(now)
        log.debug("desk call held back", method=method, path=path_for_log(path), seconds=round(wait))
        raise (DeskResting if resting > 0 else RateLimited)(max(wait, SHORTEST_WAIT))

    def _on_the_wire(self, vendor_url: str) -> str:
        if self._wire is None:
            return vendor_url
        parts = urlsplit(vendor_url)
        return urlunsplit((*self._wire, parts.path, parts.query, ""))

    def _within_deadline(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        deadline = Deadline(self._timeouts.total)
        try:
            with deadline:
                response = super().send(request, *args, **kwargs)
                _read_body(response, self._session.file_cap)
        except requests.RequestException as error:
            if deadline.passed:
                raise self._too_late(request) from error
            raise
        if deadline.passed:
            # A head that was cut off reads like a whole one, with an empty body after it.
            raise self._too_late(request)
        return response

    def _too_late(self, request: requests.PreparedRequest) -> requests.ReadTimeout:
        return requests.ReadTimeout(
            f"no complete answer within {self._timeouts.total:.0f} s", request=request
        )

    def _learn(self, response: requests.Response, method: str, path: str, call: Call) -> None:
        headers = dict(response.headers)
        now = self._clock()
        body = response.content
        self._session.last = Exchange(
            method, path, response.status_code, headers, body, http_date(response.headers.get("Date"))
        )
        if response.status_code == 429:
            raise RateLimited(self._budget.refused(headers, now, call))
        if response.status_code >= 500:
            self._budget.failed(now)
        else:
            self._budget.seen(headers, now, call)


def _carrying(request: requests.PreparedRequest, token: str) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {token}"
    return request


def path_for_log(path: str) -> str:
    """The path with "…" for every part that may be somebody's words; what is asked for after a `?` is never
    part of it."""
    return "/".join(
        part if _PLAIN_PART.fullmatch(part) else "…" for part in path.partition("?")[0].split("/")
    )


def _request_id(headers: Mapping[str, str]) -> str | None:
    """What the desk calls this request, for its support; None where it does not say, or says something
    else."""
    said = headers.get("X-Request-Id", "")
    return said if _REQUEST_ID.fullmatch(said) else None


def _read_body(response: requests.Response, file_cap: int | None) -> None:
    cap = BODY_CAP if file_cap is None else file_cap
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(65_536):
        size += len(part)
        if size > cap:
            response.close()
            raise AnswerTooBig(f"the answer is larger than {cap} bytes", request=response.request)
        parts.append(part)
    if file_cap is not None and response.ok:
        response._content = b"".join(parts)
        return
    # Before anybody parses it: what client libraries make of the answer is as clean as what we make of it.
    # JSON is UTF-8 (RFC 8259); what is neither is some page of an error, and only its status is used.
    body = carriable_json(b"".join(parts).decode("utf-8", "replace")).encode()
    response._content = body  # where requests itself keeps a body that was read
