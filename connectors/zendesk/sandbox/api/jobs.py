"""Many tickets in one call, and the job that does it (Z32).

Source: REF tickets (update many), job_statuses.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import DAY
from connectors.sandbox.answers import Refusal
from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.api import Desk, actor
from connectors.zendesk.sandbox.nouns import Actor

_MANY, _JOBS, _LIFE = 100, 30, DAY


@dataclass(slots=True)
class Job:
    """Done the first time it is asked for, as if it had been queued until then."""

    id: str
    at_us: int
    who: Actor
    wanted: list[tuple[int, dict[str, Any]]]
    results: list[dict[str, Any]] | None = None


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("jobs", __name__)
    state = desk.state
    jobs: dict[str, Job] = {}

    def form(job: Job) -> dict[str, Any]:
        done = job.results is not None
        return {
            "id": job.id,
            "job_type": "Bulk Update Ticket",
            "url": f"{state.vendor_url}/api/v2/job_statuses/{job.id}.json",
            "total": len(job.wanted),
            "progress": len(job.wanted) if done else None,
            "status": "completed" if done else "queued",
            "message": "Completed" if done else None,
            "results": job.results,
        }

    @bp.put("/tickets/update_many")
    def update_many() -> Response:
        body = request.get_json(silent=True) or {}
        if request.args.get("ids"):
            wanted = [
                (int(i), dict(body.get("ticket") or {}))
                for i in request.args["ids"].split(",")
                if i.strip().isdigit()
            ]
        else:
            wanted = [
                (int(t["id"]), {k: v for k, v in t.items() if k != "id"}) for t in body.get("tickets") or []
            ]
        if len(wanted) > _MANY:
            raise answers.too_many_values(_MANY)
        waiting = [j for j in jobs.values() if j.results is None and state.clock() - j.at_us < _LIFE]
        if len(waiting) >= _JOBS:
            said = {"error": "TooManyJobs", "description": f"At most {_JOBS} jobs may be queued or running"}
            raise Refusal(429, said, {"Retry-After": "60"})
        made = Job(f"V3-{state.ids.ulid(state.clock())}", state.clock(), actor(), wanted)
        jobs[made.id] = made
        return jsonify({"job_status": form(made)})

    @bp.get("/job_statuses/<job_id>")
    def show(job_id: str) -> Response:
        job = jobs.get(job_id)
        if job is None or state.clock() - job.at_us >= _LIFE:
            raise answers.not_found()
        if job.results is None:
            job.results = [_one(desk, job.who, number, changes) for number, changes in job.wanted]
        return jsonify({"job_status": form(job)})

    return bp


def _one(desk: Desk, who: Actor, number: int, changes: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": number, "action": "update"}
    ticket = desk.state.tickets.get(number)
    if ticket is None:
        return row | {"success": False, "status": "Failed", "error": "TicketNotFound"}
    try:
        desk.tickets.update(who, ticket, changes)
    except Refusal as refusal:
        said = refusal.body if isinstance(refusal.body, dict) else {}
        return row | {
            "success": False,
            "status": "Failed",
            "error": said.get("error", "Refused"),
            "details": said.get("description", ""),
        }
    return row | {"success": True, "status": "Updated"}
