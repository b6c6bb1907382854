"""A lease that is renewed while work goes on, so that a short lease can tell a dead worker from a slow one."""
from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

import structlog

LEASE_US = 15_000_000
RENEW_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Heartbeat:
    """Calls `renew` every few seconds until the block ends. `renew` returns False when the lease is lost; `lost` then says so.

    Work that has lost its lease must not write: every state write carries the fence, and fails.
    """

    def __init__(self, renew: Callable[[], bool], every: float = RENEW_SECONDS) -> None:
        self._renew, self._every = renew, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.lost = False

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                held = self._renew()
            except Exception as error:
                # A renewal that cannot be written leaves the lease to run out; the fence then keeps us from writing.
                log.warning("lease not renewed", error=type(error).__name__)
                continue
            if not held:
                self.lost = True
                return
