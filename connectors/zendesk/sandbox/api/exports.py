"""Incremental export of tickets by cursor (Z28, Z44).

Source: REF incremental_exports: admins only, the newest minute withheld, compares `generated_timestamp`, 10
requests a minute.
"""
from __future__ import annotations

import base64
import binascii

from flask import Blueprint, Response, jsonify, request

from connectors.clock import SECOND
from connectors.zendesk.sandbox import answers, shapes
from connectors.zendesk.sandbox.api import Desk, admin_only, list_url
from connectors.zendesk.sandbox.nouns import Ticket

_LARGEST_PAGE = 1000


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("exports", __name__)
    state = desk.state

    @bp.get("/incremental/tickets/cursor")
    def tickets() -> Response:
        admin_only()
        desk.limits.export()
        newest = state.clock() - int(state.switches.export_withheld * SECOND)
        after = _start(newest)
        size = min(int(request.args.get("per_page", _LARGEST_PAGE)), _LARGEST_PAGE)
        everything = [*state.tickets.values(), *state.deleted_tickets.values()]
        found = sorted((t for t in everything if _place(t) > after and t.generated_us <= newest), key=_place)
        shown = found[:size]
        repeats = state.switches.export_repeats
        cursor = _encode(after if repeats or not shown else _place(shown[-1]))
        body = {
            "tickets": [shapes.ticket(state, t) for t in shown],
            "after_cursor": cursor,
            "before_cursor": None,
            "before_url": None,
            "after_url": f"{list_url(desk)}?cursor={cursor}",
            "end_of_stream": len(found) <= size and not repeats,
        }
        if "users" in request.args.get("include", "").split(","):
            body["users"] = [
                shapes.user(state, state.users[u]) for u in sorted({t.requester_id for t in shown})
            ]
        return jsonify(body)

    def _start(newest: int) -> tuple[int, int]:
        cursor, start = request.args.get("cursor"), request.args.get("start_time")
        if cursor:
            return _decode(cursor)
        if start is None or not start.isdigit():
            raise answers.bad_request("start_time or cursor is required")
        if int(start) * SECOND > newest:
            raise answers.too_recent(state.switches.export_withheld)
        return int(start) - 1, 2**62

    return bp


def _place(ticket: Ticket) -> tuple[int, int]:
    return ticket.generated_us // SECOND, ticket.id


def _encode(place: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}.0||{place[1]}|".encode()).decode()


def _decode(cursor: str) -> tuple[int, int]:
    try:
        seconds, _, rest = base64.urlsafe_b64decode(cursor).decode().partition(".0||")
        return int(seconds), int(rest.removesuffix("|"))
    except (binascii.Error, ValueError):
        raise answers.bad_request("cursor is not one of this export") from None
