"""When a worker last looked at a ticket before it replied, by the desk's own record of requests.

Each worker's calls carry its name (`house_app`), so that nobody else's look stands for it.
"""
from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import requests

from tests.chaos.people import Looked, Said

CALLER = "X-Chaos-Caller"
_TICKET = re.compile(r"/tickets/(\d+)(/conversations)?$")
_REPLY = re.compile(r"/tickets/(\d+)/reply$")


def name_the_caller(session: type[requests.Session]) -> None:
    """Every request that a session of this class prepares names its process and thread from now on."""
    prepare = session.prepare_request

    def named(self: requests.Session, request: requests.Request) -> requests.PreparedRequest:
        prepared = prepare(self, request)
        prepared.headers[CALLER] = f"{os.getpid()}.{threading.get_ident()}"
        return prepared

    session.prepare_request = named  # type: ignore[method-assign]


def looked(seen: Iterable[Mapping[str, Any]], ticket: int) -> Looked:
    """Of one ticket at a Freshdesk. Replies are in the ticket's conversations as well; whom it is assigned
    to, its status and its next step are in the ticket alone."""
    mine = [r for r in seen if f"/tickets/{ticket}" in r["path"]]
    calls = [r for r in mine if r["method"] == "POST" and _number(_REPLY, r) == ticket]
    reads = [r for r in mine if r["method"] == "GET" and r["status"] == 200 and _number(_TICKET, r) == ticket]

    def last(reply: Said, kind: str) -> int | None:
        # `at` is to the second: a call that came within it may be the one.
        made = [c for c in calls if reply.marker and reply.marker in c["body"]
                and c["at_us"] < reply.at + 1_000_000]
        if not made:
            return None
        call = max(made, key=lambda c: c["at_us"])
        times = [r["at_us"] for r in reads if _caller(r) == _caller(call) and r["at_us"] <= call["at_us"]
                and (kind == "reply" or r["path"].endswith(f"/tickets/{ticket}"))]
        return max(times, default=None)

    return last


def _number(form: re.Pattern[str], request: Mapping[str, Any]) -> int | None:
    found = form.search(request["path"])
    return int(found[1]) if found else None


def _caller(request: Mapping[str, Any]) -> str:
    return next((v for k, v in request["headers"].items() if k.lower() == CALLER.lower()), "")
