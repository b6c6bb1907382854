"""Access tokens that die: kept for all workers, renewed ahead of time by one of them while the others go on.

A connector says how a token is got (`mint`); where it is kept, and who may renew it now, is the store's.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

import structlog

from connectors.clock import SECOND
from connectors.errors import ConnectorError, NoToken

RENEW_AT = 0.8  # of a token's life
TURN = 30 * SECOND  # a renewal takes no longer (`http.TOTAL_SECONDS`): after that its turn is over by itself
LOOKS, LOOK_SECONDS = 40, 0.1  # at what another worker is about to keep, when there is no token to go on with
LATER_SECONDS = 5.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Token:
    """Times are microseconds of our own clock, from when the token was asked for: the desk's clock does not
    count. `scopes` are the ones the desk granted."""

    value: str = field(repr=False)
    since: int
    until: int
    scopes: tuple[str, ...] = ()

    def due(self, now: int) -> bool:
        return now >= self.since + (self.until - self.since) * RENEW_AT


class Bearer(Protocol):
    """Where a session's access token comes from. Raises ConnectorError: NoToken for now, permanent ones when
    the desk refuses to give any."""

    def token(self) -> str:
        """A token that lives, to our knowledge."""
        ...

    def another(self, refused: str) -> str:
        """One in place of a token the desk has refused."""
        ...


class TokenStore(Protocol):
    """Tokens by name (`token:<desk>:<anything>`), for all processes and hosts. Never raises: where it fails,
    a process gets a token of its own."""

    def read(self, name: str) -> Token | None: ...

    def keep(self, name: str, token: Token) -> None: ...

    def take_turn(self, name: str, holder: str, now: int, until: int) -> bool:
        """Whether this holder may renew the token now, and nobody else until then."""
        ...

    def end_turn(self, name: str, holder: str) -> None: ...

    def forget(self, name: str) -> None: ...


class MemoryTokenStore:
    """The tokens of one process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}
        self._turns: dict[str, tuple[str, int]] = {}

    def read(self, name: str) -> Token | None:
        return self._tokens.get(name)

    def keep(self, name: str, token: Token) -> None:
        self._tokens[name] = token

    def take_turn(self, name: str, holder: str, now: int, until: int) -> bool:
        with self._lock:
            if now < self._turns.get(name, ("", 0))[1] <= now + TURN:
                return False
            self._turns[name] = holder, until
            return True

    def end_turn(self, name: str, holder: str) -> None:
        with self._lock:
            if self._turns.get(name, ("", 0))[0] == holder:
                del self._turns[name]

    def forget(self, name: str) -> None:
        self._tokens.pop(name, None)


class KeptToken:
    """Fulfils `Bearer`; one per desk and client, shared by its threads."""

    def __init__(
        self,
        store: TokenStore,
        name: str,
        mint: Callable[[], Token],
        clock: Callable[[], int],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._store, self._name, self._mint, self._clock, self._pause = store, name, mint, clock, pause
        self._known: Token | None = None
        self._look_again_at = 0  # while another renews a token that still lives

    def token(self) -> str:
        known, now = self._known, self._clock()
        if known is None or (known.due(now) and not now < self._look_again_at <= now + SECOND):
            known = self._known = self._renewed("")
        return known.value

    def another(self, refused: str) -> str:
        self._known = None
        self._known = known = self._renewed(refused)
        return known.value

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the desk granted with the present token."""
        self.token()
        known = self._known
        return () if known is None else known.scopes

    def _renewed(self, refused: str) -> Token:
        """What another has renewed meanwhile; else ours; else the old one while another renews it."""
        for _ in range(LOOKS):
            now = self._clock()
            kept = self._living(refused, now)
            if kept is not None and not kept.due(now):
                return kept
            holder = uuid4().hex  # per turn: two threads of one process are two
            if self._store.take_turn(self._name, holder, now, now + TURN):
                return self._in_turn(refused, holder)
            if kept is not None:
                self._look_again_at = now + SECOND
                return kept
            self._pause(LOOK_SECONDS)
        raise NoToken("another worker is about to renew the access token", LATER_SECONDS)

    def _living(self, refused: str, now: int) -> Token | None:
        kept = self._store.read(self._name)
        return None if kept is None or kept.value == refused or now >= kept.until else kept

    def _in_turn(self, refused: str, holder: str) -> Token:
        now = self._clock()
        kept = self._living(refused, now)
        if kept is not None and not kept.due(now):
            self._store.end_turn(self._name, holder)  # somebody was faster, between our look and our turn
            return kept
        try:
            fresh = self._mint()
        except ConnectorError as error:
            if kept is None:
                self._store.end_turn(self._name, holder)
                raise
            # Our turn is left to end by itself: nobody asks again at once, and the old token goes on.
            desk = self._name.split(":")[1]
            log.warning(
                "access token not renewed", desk=desk, status=error.status, error=type(error).__name__
            )
            self._look_again_at = now + SECOND
            return kept
        except BaseException:
            self._store.end_turn(self._name, holder)
            raise
        self._store.keep(self._name, fresh)
        self._store.end_turn(self._name, holder)
        return fresh
