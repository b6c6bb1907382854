"""What each desk's memory has in common: one lock, one clock, one record. Every API call and every person's
act holds the lock."""
from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from connectors.clock import SECOND
from connectors.sandbox.attachments import Attachment
from connectors.sandbox.recorder import Recorder
from connectors.sandbox.switches import SwitchBoard


class ShiftableClock:
    """The clock the sandbox was given, plus what a test has advanced it by."""

    def __init__(self, base: Callable[[], int]) -> None:
        self._base = base
        self._shift_us = 0

    def __call__(self) -> int:
        return self._base() + self._shift_us

    def advance(self, seconds: float) -> None:
        self._shift_us += int(seconds * SECOND)


class BaseState:
    """`account` is the desk's name in the vendor's URLs."""

    switches: SwitchBoard

    def __init__(self, account: str, clock: Callable[[], int]) -> None:
        self.lock = threading.RLock()
        self.account = account
        self.clock = ShiftableClock(clock)
        self.recorder = Recorder()
        self.page_url = ""  # where people's pages and articles are served; known once the server runs
        # by the message they came with; a ticket's opening text by minus its id
        self.attachments: dict[int, list[Attachment]] = {}
        self.mails: list[dict[str, Any]] = []  # none leaves the machine

    def attachment(self, number: int) -> Attachment | None:
        """The file of this number, where the desk's own host serves it."""
        found = (file for files in self.attachments.values() for file in files)
        return next((file for file in found if file.id == number and not file.elsewhere), None)
