"""Satisfaction ratings (F16).

Source: copies of FD, "Surveys". The recorded samples have numbers; a third-party page has words, which a
switch shows.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from connectors.clock import from_iso, to_iso
from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.api import Desk, list_url
from connectors.freshdesk.sandbox.nouns import SCORES, Rating
from connectors.freshdesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("ratings", __name__)
    state = desk.state

    def shape(one: Rating) -> dict[str, Any]:
        ticket, moment = state.tickets[one.ticket_id], to_iso(one.at_us)
        score: int | str = SCORES[one.score] if state.switches.rating_words else one.score
        return {
            "id": one.id,
            "survey_id": 1,
            "user_id": ticket.requester_id,
            "agent_id": ticket.responder_id,
            "group_id": ticket.group_id,
            "ticket_id": one.ticket_id,
            "feedback": one.feedback,
            "ratings": {"default_question": score},
            "created_at": moment,
            "updated_at": moment,
        }

    @bp.get("/surveys/satisfaction_ratings")
    def every() -> Response:
        since = from_iso(request.args["created_since"]) if "created_since" in request.args else 0
        return page([r for r in state.ratings if r.at_us >= since], shape, request.args, list_url(desk))

    @bp.get("/tickets/<int:ticket_id>/satisfaction_ratings")
    def of_ticket(ticket_id: int) -> Response:
        if ticket_id not in state.tickets:
            raise answers.not_found()
        return page(
            [r for r in state.ratings if r.ticket_id == ticket_id], shape, request.args, list_url(desk)
        )

    return bp
