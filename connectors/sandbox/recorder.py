"""The sandbox's memory of what was asked of it (X26): requests, state changes, and its own failures (X31)."""
from __future__ import annotations

import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

_MASKED = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(slots=True)
class SeenRequest:
    """One request as it came in, its path without `.json`. `status` is 0 while it runs, and for ever when the
    connection was cut."""

    n: int
    at_us: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int = 0
    fault: str | None = None


@dataclass(slots=True)
class Recorder:
    seen: list[SeenRequest] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def request(
        self, at_us: int, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> SeenRequest:
        with self._lock:
            seen = SeenRequest(
                len(self.seen) + 1,
                at_us,
                method,
                path,
                query,
                _mask(headers),
                body.decode("utf-8", "replace"),
            )
            self.seen.append(seen)
            return seen

    def change(self, at_us: int, kind: str, **what: Any) -> None:
        with self._lock:
            self.changes.append({"at_us": at_us, "kind": kind, **what})

    def failure(self, at_us: int, what: str, detail: str) -> None:
        """The sandbox lacks something it was asked for: a test that passes over it would prove nothing."""
        with self._lock:
            self.failures.append({"at_us": at_us, "what": what, "detail": detail})

    def requests(self, method: str | None = None, path: str | None = None) -> list[dict[str, Any]]:
        """Requests so far; `path` is a regular expression that must match somewhere in the path."""
        with self._lock:
            found = list(self.seen)
        return [
            asdict(r)
            for r in found
            if (method is None or r.method == method.upper()) and (path is None or re.search(path, r.path))
        ]


def _mask(headers: dict[str, str]) -> dict[str, str]:
    """Credentials are recorded by their kind only."""
    return {
        name: (value.split(" ")[0] + " ***" if name.lower() in _MASKED else value)
        for name, value in headers.items()
    }
