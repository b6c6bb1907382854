"""Zendesk's limits, as its documents tell them: an account's, the Help Center's beside it, and those of
single endpoints.

Source: REF introduction/rate-limits; REF tickets ("Update ticket": 100 a minute and account, 300 with the
high-volume add-on; 30 in ten minutes for one user and ticket); REF incremental exports (10, or 30). No header
tells of the account's limit of updates, so it stands here. An endpoint's own limit is told as
`zendesk-ratelimit-…: total=100; remaining=99; resets=41` (recorded in 2024; `zendesk-rate-limit-…` in 2023).
"""
from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.clock import SECOND
from connectors.headers import number
from connectors.limits import WINDOW, Rules
from connectors.pace import ACCOUNT, Call, Seen

HIGH_VOLUME = 2_500  # calls a minute; an account with this many has the add-on
UPDATES, UPDATES_HIGH = 100, 300
EXPORTS, EXPORTS_HIGH = 10, 30
_OF_TICKET = ("zendesk-ratelimit-per-ticket-updates", "zendesk-rate-limit-per-ticket-updates")
_UPDATE = re.compile(r"/api/v2/tickets/([0-9]+)(?:/tags)?(?:\.json)?")


def call_of(method: str, path: str, query: str) -> Call:
    if "/help_center/" in path:
        return Call(("help_center", "help_center:" + method))
    updated = _UPDATE.fullmatch(path)
    if updated and method != "GET":
        return Call((ACCOUNT, "updates", f"ticket:{updated[1]}"))
    if path.startswith("/api/v2/incremental/"):
        return Call((ACCOUNT, "exports"))
    if path == "/oauth/tokens":
        return Call(("oauth",))  # no part of the API: nothing tells of a limit
    # The noun alone: a limit of search, of views or of webhooks is its own.
    noun = path.removeprefix("/api/v2/").partition("/")[0].removesuffix(".json")
    return Call((ACCOUNT, noun))


def known(account: int | None) -> Mapping[str, int]:
    high = account is not None and account >= HIGH_VOLUME
    return {"updates": UPDATES_HIGH if high else UPDATES, "exports": EXPORTS_HIGH if high else EXPORTS}


def of_ticket(named: Mapping[str, str], call: Call, now: int) -> Mapping[str, Seen]:
    """What is left of the one ticket's limit of updates. Of the endpoints' own limits only this one is
    counted here."""
    ticket = next((bucket for bucket in call.buckets if bucket.startswith("ticket:")), None)
    told = next((named[name] for name in _OF_TICKET if name in named), None)
    if ticket is None or told is None:
        return {}
    parts = dict(part.strip().split("=", 1) for part in told.split(";") if "=" in part)
    left, resets = number(parts.get("remaining")), number(parts.get("resets"))
    if left is None:
        return {}
    return {ticket: Seen(None, int(left), now + int((WINDOW if resets is None else resets) * SECOND))}


RULES = Rules(call_of, known, writes=("updates",), more=of_ticket)
