"""Schedules, their holidays, and agents' availabilities (Z47).

Source: REF schedules; REF agent availability, a JSON:API document.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import to_iso
from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.api import Desk, list_url
from connectors.zendesk.sandbox.hours import Presence, Schedule
from connectors.zendesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("hours", __name__)
    state = desk.state

    def schedule_of(schedule_id: int) -> Schedule:
        if schedule_id not in state.schedules:
            raise answers.not_found()
        return state.schedules[schedule_id]

    @bp.get("/business_hours/schedules")
    def list_schedules() -> Response:
        return jsonify({"schedules": [s.shape() for s in state.schedules.values()]})

    @bp.get("/business_hours/schedules/<int:schedule_id>")
    def show(schedule_id: int) -> Response:
        return jsonify({"schedule": schedule_of(schedule_id).shape()})

    @bp.get("/business_hours/schedules/<int:schedule_id>/holidays")
    def holidays(schedule_id: int) -> Response:
        found = schedule_of(schedule_id).holidays
        return jsonify(
            {"holidays": [{"id": n, "name": name, "start_date": a, "end_date": b} for n, name, a, b in found]}
        )

    @bp.get("/agent_availabilities")
    def availabilities() -> Response:
        agents = sorted({p.agent_id for p in _asked_for(state.presences)})
        shown = page(agents, "data", agent, request.args, list_url(desk))
        named = {
            entry["id"]
            for entry in (c for a in shown["data"] for c in a["relationships"]["channels"]["data"])
        }
        shown["included"] = [c for p in state.presences if (c := channel(p))["id"] in named]
        return jsonify(shown)

    def agent(agent_id: int) -> dict[str, Any]:
        groups = [m.group_id for m in state.memberships.values() if m.user_id == agent_id]
        channels = [
            {"id": channel(p)["id"], "type": "channels"} for p in state.presences if p.agent_id == agent_id
        ]
        return {"id": f"agent_availabilities|{agent_id}", "type": "agent_availabilities",
                "attributes": {"agent_id": agent_id, "group_ids": groups, "skills": [], "version": 1},
                "relationships": {"channels": {"data": channels}}}

    def channel(one: Presence) -> dict[str, Any]:
        open_tickets = [
            t for t in state.tickets.values() if t.assignee_id == one.agent_id and t.status in ("new", "open")
        ]
        return {"id": f"agent_availabilities|{one.agent_id}|channels|{one.channel}", "type": "channels",
                "attributes": {"name": one.channel, "status": one.status, "updated_at": to_iso(one.at_us),
                               "work_item_count": len(open_tickets) if one.channel == "support" else 0}}

    return bp


def _asked_for(presences: list[Presence]) -> list[Presence]:
    """Those that `filter[channel_status]=channel:status` leaves."""
    wanted = request.args.get("filter[channel_status]")
    if wanted is None:
        return presences
    channel, _, status = wanted.partition(":")
    return [p for p in presences if (p.channel, p.status) == (channel, status)]
