"""What customers thought of it: the older ratings, or the newer survey, never both at once (Z48).

Source: REF satisfaction_ratings; REF survey responses. Which of the two a desk has is a switch.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import SECOND, to_iso
from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.api import Desk, admin_only, list_url
from connectors.zendesk.sandbox.nouns import SCORES, Rating
from connectors.zendesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("ratings", __name__)
    state = desk.state

    @bp.get("/satisfaction_ratings")
    def legacy() -> Response:
        admin_only()
        found = state.ratings if state.switches.csat == "ratings" else []
        since, score = int(request.args.get("start_time") or 0), request.args.get("score")
        found = [r for r in found if r.at_us >= since * SECOND and score in (None, r.score)]
        return jsonify(page(found, "satisfaction_ratings", rating, request.args, list_url(desk)))

    @bp.get("/guide/survey_responses")
    def surveys() -> Response:
        admin_only()
        if state.switches.csat != "surveys":
            raise answers.forbidden()
        since = int(request.args.get("filter[created_at_start]") or 0)
        tickets = {t.rpartition(":")[2] for t in request.args.getlist("filter[subject_zrns]")}
        found = [
            r
            for r in state.ratings
            if r.at_us >= since * SECOND and (not tickets or str(r.ticket_id) in tickets)
        ]
        return jsonify(page(found, "survey_responses", response, request.args, list_url(desk)))

    def rating(one: Rating) -> dict[str, Any]:
        ticket, moment = state.tickets[one.ticket_id], to_iso(one.at_us)
        return {
            "id": one.id,
            "url": f"{state.vendor_url}/api/v2/satisfaction_ratings/{one.id}.json",
            "score": one.score,
            "comment": one.comment,
            "reason": one.reason,
            "ticket_id": one.ticket_id,
            "requester_id": ticket.requester_id,
            "assignee_id": ticket.assignee_id,
            "group_id": ticket.group_id,
            "created_at": moment,
            "updated_at": moment,
        }

    def response(one: Rating) -> dict[str, Any]:
        moment = to_iso(one.at_us)
        said = [
            {
                "type": "rating_scale",
                "rating": SCORES[one.score],
                "rating_category": one.score,
                "created_at": moment,
                "updated_at": moment,
            }
        ]
        if one.comment:
            said.append(
                {"type": "open_ended", "value": one.comment, "created_at": moment, "updated_at": moment}
            )
        return {
            "id": f"01{one.id}",
            "survey_id": "01SURVEY",
            "survey_version": 1,
            "expires_at": to_iso(one.at_us + 28 * 86_400 * SECOND),
            "responder_id": state.tickets[one.ticket_id].requester_id,
            "subject_zrns": [f"zen:ticket:{one.ticket_id}"],
            "answers": said,
        }

    return bp
