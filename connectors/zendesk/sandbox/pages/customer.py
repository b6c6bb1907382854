"""The customer's side: all tickets, writing a new one, and one ticket as its customer sees it."""
from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from connectors.zendesk.sandbox.acts import Acts
from connectors.zendesk.sandbox.pages import showing

# How long (seconds of the desk's clock) a page that waits for an answer looks again by itself.
_LOOK_FOR_S = 90
_LIMITS = {"name": 100, "email": 200, "subject": 200, "text": 20_000}


def routes(acts: Acts) -> Blueprint:
    bp = Blueprint("customer", __name__)
    state = acts.state

    @bp.get("/")
    def index() -> str:
        with state.lock:
            lines = [showing.line(state, t) for t in sorted(state.tickets.values(), key=lambda t: t.id, reverse=True)]
        return showing.page("index.html", tickets=lines)

    @bp.get("/new")
    def new() -> str:
        return showing.page("new.html", form={}, wrong={})

    @bp.post("/tickets")
    def create() -> Response | tuple[str, int]:
        form = {name: request.form.get(name, "").strip()[:limit] for name, limit in _LIMITS.items()}
        wrong = {name: "Please fill this in." for name, value in form.items() if not value}
        if "email" not in wrong and "@" not in form["email"]:
            wrong["email"] = "This needs an @, such as maya@example.com."
        elif "email" not in wrong and (known := state.user_by_email(form["email"])) is not None and known.is_staff:
            wrong["email"] = "This is a colleague's address: use a customer's."
        if wrong:
            return showing.page("new.html", form=form, wrong=wrong), 422
        ticket_id = acts.customer_ticket(**form)
        return redirect(url_for("customer.ticket", ticket_id=ticket_id, waiting=1), 303)

    @bp.get("/tickets/<int:ticket_id>")
    def ticket(ticket_id: int) -> str:
        with state.lock:
            if ticket_id not in state.tickets:
                abort(404)
            found = state.tickets[ticket_id]
            messages = showing.thread(state, found, with_notes=False)
            last = messages[-1] if messages else None
            unanswered = last is not None and last["side"] == "customer"
            young = last is not None and state.clock() - last["at_us"] < _LOOK_FOR_S * 1_000_000
            acknowledged = [m for m in state.mails if m["ticket"] == ticket_id and m["kind"] == "acknowledgement"]
            followups = list(found.followup_ids)
            line = showing.line(state, found)
        waiting = bool(request.args.get("waiting")) and unanswered and young
        return showing.page(
            "customer.html", ticket=line, messages=messages, waiting=waiting, acknowledged=acknowledged, followups=followups,
        )

    @bp.post("/tickets/<int:ticket_id>/reply")
    def reply(ticket_id: int) -> Response:
        if ticket_id not in state.tickets:
            abort(404)
        text = request.form.get("text", "").strip()[: _LIMITS["text"]]
        if text:
            acts.customer_comment(ticket_id, text)
        with state.lock:
            followups = state.tickets[ticket_id].followup_ids
            shown = followups[-1] if state.tickets[ticket_id].status == "closed" and followups else ticket_id
        return redirect(url_for("customer.ticket", ticket_id=shown, waiting=1), 303)

    return bp
