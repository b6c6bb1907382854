"""Where all workers see each desk's rate budget: in Redis, else in the database, else each for itself. Never
raises, never waits long."""
from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, WatchError
from redis.retry import Retry

from app.store.database import StoreBusy
from app.store.paces import DatabasePaceStore
from connectors.limits import MemoryPaceStore

log = structlog.get_logger(__name__)
T = TypeVar("T")
ANSWER_SECONDS = 0.3  # Redis is beside us: one that needs longer stands still
AWAY_SECONDS = 15.0  # before a Redis that did not answer is asked again
KEPT_SECONDS = 3600  # a pace nobody asked for is forgotten: it is learned again within a minute
TRIES = 50  # when others write at the same moment


class RedisPaceStore:
    """One text per desk, written when nobody else has written meanwhile. Raises RedisError."""

    def __init__(self, url: str) -> None:
        # Celery's way to write a socket, and the driver's.
        self._url = (
            "unix://" + url.removeprefix("redis+socket://") if url.startswith("redis+socket://") else url
        )
        self._clients: dict[int, Redis] = {}

    def change(self, name: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        for _ in range(TRIES):
            with self._redis().pipeline() as pipe:
                try:
                    pipe.watch(name)
                    found = pipe.get(name)
                    after, answer = change(found.decode() if isinstance(found, bytes) else None)
                    if after is not None:
                        pipe.multi()
                        pipe.set(name, after, ex=KEPT_SECONDS)
                        pipe.execute()
                    return answer
                except WatchError:
                    continue
        raise RedisError(f"others wrote {TRIES} times while we did")

    def read(self, name: str) -> str | None:
        found = self._redis().get(name)
        return found.decode() if isinstance(found, bytes) else None

    def _redis(self) -> Redis:
        # One a process, as a connection made before a fork must not be used after it; and one for all its
        # threads, as a client nobody holds any more closes its connections, also those in use. No lock: a
        # fork could leave it held for ever.
        found = self._clients.get(os.getpid())
        return found or self._clients.setdefault(
            os.getpid(),
            Redis.from_url(
                self._url,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 0),
            ),
        )


class SharedPaceStore:
    """Redis when it is there, the database without it. What is known is lost with either, and learned again
    from the next answers."""

    def __init__(self, redis: RedisPaceStore | None, database: DatabasePaceStore) -> None:
        self._redis, self._database, self._own = redis, database, MemoryPaceStore()
        self._away_until = 0.0

    def change(self, name: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        redis = self._present()
        if redis is not None:
            try:
                return redis.change(name, change)
            except (RedisError, OSError) as error:
                self._gone(error)
        try:
            return self._database.change(name, change)
        except StoreBusy as error:
            log.warning("the rate budget could not be shared", error=str(error))
            return self._own.change(name, change)

    def read(self, name: str) -> str | None:
        redis = self._present()
        if redis is not None:
            try:
                return redis.read(name)
            except (RedisError, OSError) as error:
                self._gone(error)
        try:
            return self._database.read(name)
        except StoreBusy as error:
            log.warning("the rate budget could not be shared", error=str(error))
            return self._own.read(name)

    def _present(self) -> RedisPaceStore | None:
        return self._redis if time.monotonic() >= self._away_until else None

    def _gone(self, error: Exception) -> None:
        self._away_until = time.monotonic() + AWAY_SECONDS
        log.warning(
            "redis does not answer: the rate budget is kept in the database meanwhile",
            error=type(error).__name__,
        )
