"""Zendesk's limits, as its documents tell them: an account's, the Help Center's beside it, and those of single endpoints.

Source: REF introduction/rate-limits; REF tickets ("Update ticket": 100 a minute and account, 300 with the high-volume add-on; 30 in ten
minutes for one user and ticket); REF incremental exports (10, or 30). No header tells of the account's limit of updates, so it stands here.
"""
from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.limits import Rules
from connectors.pace import ACCOUNT, Call

HIGH_VOLUME = 2_500  # calls a minute; an account with this many has the add-on
UPDATES, UPDATES_HIGH = 100, 300
EXPORTS, EXPORTS_HIGH = 10, 30
_UPDATE = re.compile(r"/api/v2/tickets/([0-9]+)(?:/tags)?(?:\.json)?")


def call_of(method: str, path: str, query: str) -> Call:
    if "/help_center/" in path:
        return Call(("help_center", "help_center:" + method))
    updated = _UPDATE.fullmatch(path)
    if updated and method != "GET":
        return Call((ACCOUNT, "updates", f"ticket:{updated[1]}"))
    if path.startswith("/api/v2/incremental/"):
        return Call((ACCOUNT, "exports"))
    # The noun alone: a limit of search, of views or of webhooks is its own.
    noun = path.removeprefix("/api/v2/").partition("/")[0].removesuffix(".json")
    return Call((ACCOUNT, noun))


def known(account: int | None) -> Mapping[str, int]:
    high = account is not None and account >= HIGH_VOLUME
    return {"updates": UPDATES_HIGH if high else UPDATES, "exports": EXPORTS_HIGH if high else EXPORTS}


RULES = Rules(call_of, known, writes=("updates",))
