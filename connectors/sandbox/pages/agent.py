"""The agent's side: one ticket with everything, and what an agent does there by hand."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from connectors.sandbox.answers import Refusal
from connectors.sandbox.pages import showing
from connectors.sandbox.pages.side import Side

_TEXT_LIMIT = 20_000


def routes(side: Side) -> Blueprint:
    bp = Blueprint("agent", __name__)
    acts = side.acts

    @bp.get("/tickets/<int:ticket_id>")
    def ticket(ticket_id: int) -> str:
        return shown(ticket_id)

    @bp.post("/tickets/<int:ticket_id>/reply")
    def reply(ticket_id: int) -> Response | tuple[str, int]:
        text = request.form.get("text", "").strip()[:_TEXT_LIMIT]
        verb = acts.agent_note if request.form.get("kind") == "note" else acts.agent_reply
        return done(ticket_id, lambda: verb(ticket_id, text, agent=chosen_agent()) if text else None)

    @bp.post("/tickets/<int:ticket_id>/solve")
    def solve(ticket_id: int) -> Response | tuple[str, int]:
        return done(ticket_id, lambda: acts.solve(ticket_id, agent=chosen_agent()))

    @bp.post("/tickets/<int:ticket_id>/field")
    def set_field(ticket_id: int) -> Response | tuple[str, int]:
        field, value = request.form.get("field", ""), request.form.get("value") or None
        return done(ticket_id, lambda: acts.set_field(ticket_id, field, value, agent=chosen_agent()))

    @bp.post("/tickets/<int:ticket_id>/take")
    def take(ticket_id: int) -> Response | tuple[str, int]:
        return done(ticket_id, lambda: acts.assign(ticket_id, chosen_agent()))

    def done(ticket_id: int, act: Any) -> Response | tuple[str, int]:
        if side.line(ticket_id) is None:
            abort(404)
        try:
            act()
        except (Refusal, LookupError) as error:
            return shown(ticket_id, wrong=side.sentence(error)), 422
        return redirect(url_for("agent.ticket", ticket_id=ticket_id, agent=chosen_agent()), 303)

    def chosen_agent() -> str:
        """The agent one plays; who is not on the list is the first of it."""
        people = side.agents()
        wanted = request.values.get("agent", "")
        return wanted if wanted in people else people[0]

    def shown(ticket_id: int, wrong: str = "") -> str:
        found = side.line(ticket_id)
        if found is None:
            abort(404)
        return showing.page(
            "agent.html",
            ticket=found,
            messages=side.thread(ticket_id, with_notes=True),
            beside=side.details(ticket_id),
            wrong=wrong,
            agents=side.agents(),
            playing=chosen_agent(),
        )

    return bp
