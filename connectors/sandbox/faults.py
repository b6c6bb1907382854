"""Faults on request: which requests they meet, and what becomes of them (X1–X5, X7–X11), and people who act
in between (X18)."""
from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

_HTML_ERROR = (
    "<html><head><title>Service unavailable</title></head><body><h1>We'll be back soon</h1></body></html>"
)
_HTML_LOGIN = (
    "<html><head><title>Sign in</title></head><body><form action='/access/login'><input "
    "name='user'></form></body></html>"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: answer | cut | hang | drip | truncate | delay. With `commit` the request is carried out first.

    Meets requests of `method` whose path the regular expression `path` finds, from the `nth` on (1: the
    next), `count` times. `seconds` (real ones) bound hang, drip and delay; `status`, `headers`, `body` belong
    to `answer`.
    """

    kind: str
    method: str | None = None
    path: str = ""
    nth: int = 1
    count: int = 1
    commit: bool = False
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 30.0
    name: str = ""


# The fault modes by their ids; a caller adds where they strike, a desk the bodies of its own refusals.
PRESETS: dict[str, Fault] = {
    "X1": Fault("cut", commit=True),
    "X2": Fault("delay", commit=True),
    "X3": Fault("answer", commit=True, status=503, body=_HTML_ERROR, headers={"Content-Type": "text/html"}),
    "X4": Fault("answer", status=503, body=_HTML_ERROR, headers={"Content-Type": "text/html"}),
    "X5": Fault("answer", status=429, headers={"Retry-After": "1"}),
    "X7-hang": Fault("hang"),
    "X7-drip": Fault("drip"),
    "X8-truncated": Fault("truncate", commit=True),
    "X8-list": Fault("answer", status=200, body="[]"),
    "X8-login": Fault("answer", status=200, body=_HTML_LOGIN, headers={"Content-Type": "text/html"}),
    "X9": Fault("answer", status=500),
    "X10": Fault("answer", status=401, count=1_000_000),
    "X11": Fault("answer", status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
}


def with_bodies(**bodies: str) -> dict[str, Fault]:
    """The fault modes with a desk's own words for some of them."""
    return {name: replace(fault, body=bodies.get(name, fault.body)) for name, fault in PRESETS.items()}


def preset(presets: dict[str, Fault], name: str, **changes: Any) -> Fault:
    """A fault mode by its id, e.g. `preset(PRESETS, "X5", headers={"Retry-After": "1.5"})`. Raises
    LookupError, TypeError."""
    if name not in presets:
        raise LookupError(f"no fault {name!r}; there are {', '.join(presets)}")
    return replace(presets[name], name=name, **changes)


@dataclass(slots=True)
class _Armed:
    fault: Fault
    met: int = 0
    done: int = 0


class Faults:
    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._between: list[tuple[str, str, Callable[[], None]]] = []
        self._lock = threading.Lock()

    def arm(self, fault: Fault) -> None:
        with self._lock:
            self._armed.append(_Armed(fault))

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()
            self._between.clear()

    def before(self, method: str, path: str, act: Callable[[], None]) -> None:
        """Run `act` once, just before the next such request is carried out: a person who is faster (X18)."""
        with self._lock:
            self._between.append((method.upper(), path, act))

    def meet(self, method: str, path: str) -> Fault | None:
        """The fault this request runs into, if any."""
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if (
                    (fault.method in (None, method))
                    and re.search(fault.path, path)
                    and armed.done < fault.count
                ):
                    armed.met += 1
                    if armed.met >= fault.nth:
                        armed.done += 1
                        return fault
            return None

    def people_first(self, method: str, path: str) -> None:
        with self._lock:
            now = [entry for entry in self._between if entry[0] == method and re.search(entry[1], path)]
            self._between = [entry for entry in self._between if entry not in now]
        for _, _, act in now:
            act()

    def waiting(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "name": a.fault.name or a.fault.kind,
                    "path": a.fault.path,
                    "method": a.fault.method,
                    "done": a.done,
                    "count": a.fault.count,
                }
                for a in self._armed
            ]
