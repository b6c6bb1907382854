"""Waking workers. A ring that is lost is harmless: the row is the truth and the sweep finds it."""
from __future__ import annotations

import threading

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class Bell:
    """Rings in a thread of its own, so that nobody who rings ever waits for the broker."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._thread: threading.Thread | None = None

    def __call__(self, *names: str) -> None:
        """Ask for the tasks (by their short names; none: process and deliver) soon; returns at once."""
        with self._lock:
            self._names.update(names or ("process", "deliver"))
            if self._thread is None or not self._thread.is_alive():
                # Started on first use: a thread made before a fork would not live in the child.
                self._thread = threading.Thread(target=self._run, name="ring", daemon=True)
                self._thread.start()
        self._wanted.set()

    def ring_now(self, name: str) -> None:
        """Publish one ring from this thread; a failure is logged and forgotten."""
        try:
            self._celery.send_task(f"candor.{name}", expires=60)
        except (OperationalError, RedisError,
        OSError) as error:  # kombu translates the driver's errors while connecting only
            log.warning("ring lost", task=name, error=type(error).__name__)

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            with self._lock:
                names, self._names = sorted(self._names), set()
            for name in names:
                self.ring_now(name)
