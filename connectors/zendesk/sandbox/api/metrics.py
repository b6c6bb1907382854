"""Ticket metrics and their events (Z45, Z46, Z54): minutes by the calendar, as opening hours are the
schedule's.

Source: REF ticket_metrics, ticket_metric_events. Unverified: that an API user's public comment stops the
first-reply clock.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import MINUTE, SECOND, to_iso
from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.api import Desk, admin_only, list_url
from connectors.zendesk.sandbox.nouns import Ticket
from connectors.zendesk.sandbox.paging import page
from connectors.zendesk.sandbox.state import State


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("metrics", __name__)
    state = desk.state

    @bp.get("/tickets/<int:ticket_id>/metrics")
    def of_ticket(ticket_id: int) -> Response:
        if ticket_id not in state.tickets:
            raise answers.not_found()
        return jsonify({"ticket_metric": metric(state, state.tickets[ticket_id])})

    @bp.get("/ticket_metrics")
    def every() -> Response:
        return jsonify(
            page(
                list(state.tickets.values()),
                "ticket_metrics",
                lambda t: metric(state, t),
                request.args,
                list_url(desk),
            )
        )

    @bp.get("/incremental/ticket_metric_events")
    def events() -> Response:
        admin_only()
        desk.limits.export()
        start = request.args.get("start_time", "")
        if not start.isdigit():
            raise answers.bad_request("start_time is required")
        both = [
            (t, t.id in state.deleted_tickets)
            for t in (*state.tickets.values(), *state.deleted_tickets.values())
        ]
        rows = sorted(
            (row for t, gone in both for row in _events(state, t, gone)),
            key=lambda row: (row["time"], row["id"]),
        )
        found = [row for row in rows if row["time"] >= to_iso(int(start) * SECOND)]
        return jsonify(
            {
                "ticket_metric_events": found,
                "count": len(found),
                "next_page": None,
                "end_of_stream": True,
                "end_time": state.clock() // SECOND,
            }
        )

    return bp


def first_reply(state: State, ticket: Ticket) -> int | None:
    """When an agent first answered in public; the assistant's own comment counts by the switch."""
    for comment in ticket.comments:
        by_api = comment.via.get("channel") == "api"
        if (
            comment.public
            and state.users[comment.author_id].is_staff
            and (state.switches.assistant_reply_counts or not by_api)
        ):
            return comment.at_us
    return None


def _solved(ticket: Ticket) -> int | None:
    done = [
        a.at_us
        for a in ticket.audits
        for e in a.events
        if e.get("field_name") == "status" and e.get("value") in ("solved", "closed")
    ]
    return done[-1] if done and ticket.status in ("solved", "closed") else None


def metric(state: State, t: Ticket) -> dict[str, Any]:
    reply, solved = first_reply(state, t), _solved(t)
    replies = sum(c.public and state.users[c.author_id].is_staff for c in t.comments)

    def minutes(until: int | None) -> dict[str, int | None]:
        value = None if until is None else (until - t.created_us) // MINUTE
        return {"calendar": value, "business": value}

    return {
        "url": f"{state.vendor_url}/api/v2/tickets/{t.id}/metrics.json",
        "id": t.id * 10 + 1,
        "ticket_id": t.id,
        "replies": replies,
        "group_stations": 1 if t.group_id else 0,
        "assignee_stations": 1 if t.assignee_id else 0,
        "reopens": 0,
        "reply_time_in_minutes": minutes(reply),
        "first_resolution_time_in_minutes": minutes(solved),
        "full_resolution_time_in_minutes": minutes(solved),
        "created_at": to_iso(t.created_us),
        "updated_at": to_iso(t.updated_us),
        "solved_at": to_iso(solved) if solved is not None else None,
        "status_updated_at": to_iso(t.updated_us),
    }


def _events(state: State, t: Ticket, gone: bool) -> list[dict[str, Any]]:
    rows = [
        ("reply_time", "activate", t.created_us, 0),
        ("reply_time", "fulfill", first_reply(state, t), 1),
        ("requester_wait_time", "activate", t.created_us, 2),
        ("requester_wait_time", "fulfill", _solved(t), 3),
    ]
    return [
        {
            "id": t.id * 10 + place,
            "ticket_id": t.id,
            "metric": name,
            "instance_id": 1,
            "type": kind,
            "time": to_iso(at),
            "deleted": gone,
        }
        for name, kind, at, place in rows
        if at is not None
    ]
