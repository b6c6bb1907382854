"""The customer's side: all tickets, writing a new one, and one ticket as its customer sees it."""
from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from connectors.sandbox.pages import showing
from connectors.sandbox.pages.side import Side

# How long (seconds of the desk's clock) a page that waits for an answer looks again by itself.
_LOOK_FOR_S = 90
_LIMITS = {"name": 100, "email": 200, "subject": 200, "text": 20_000}


def routes(side: Side) -> Blueprint:
    bp = Blueprint("customer", __name__)

    @bp.get("/")
    def index() -> str:
        return showing.page("index.html", tickets=side.lines())

    @bp.get("/new")
    def new() -> str:
        return showing.page("new.html", form={}, wrong={})

    @bp.post("/tickets")
    def create() -> Response | tuple[str, int]:
        form = {name: request.form.get(name, "").strip()[:limit] for name, limit in _LIMITS.items()}
        wrong = {name: "Please fill this in." for name, value in form.items() if not value}
        if "email" not in wrong and "@" not in form["email"]:
            wrong["email"] = "This needs an @, such as maya@example.com."
        elif "email" not in wrong and side.is_colleague(form["email"]):
            wrong["email"] = "This is a colleague's address: use a customer's."
        if wrong:
            return showing.page("new.html", form=form, wrong=wrong), 422
        ticket_id = side.acts.customer_ticket(**form)
        return redirect(url_for("customer.ticket", ticket_id=ticket_id, waiting=1), 303)

    @bp.get("/tickets/<int:ticket_id>")
    def ticket(ticket_id: int) -> str:
        line = side.line(ticket_id)
        if line is None:
            abort(404)
        messages = side.thread(ticket_id, with_notes=False)
        last = messages[-1] if messages else None
        unanswered = last is not None and last.side == "customer"
        young = last is not None and side.now_us() - last.at_us < _LOOK_FOR_S * 1_000_000
        return showing.page(
            "customer.html",
            ticket=line,
            messages=messages,
            waiting=bool(request.args.get("waiting")) and unanswered and young,
            acknowledged=side.acknowledged(ticket_id),
            followups=side.goes_on_in(ticket_id),
        )

    @bp.post("/tickets/<int:ticket_id>/reply")
    def reply(ticket_id: int) -> Response:
        if side.line(ticket_id) is None:
            abort(404)
        text = request.form.get("text", "").strip()[: _LIMITS["text"]]
        if text:
            side.acts.customer_comment(ticket_id, text)
        return redirect(
            url_for("customer.ticket", ticket_id=(side.goes_on_in(ticket_id) or [ticket_id])[-1], waiting=1),
            303,
        )

    return bp
