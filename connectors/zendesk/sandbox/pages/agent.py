"""The agent's side: one ticket with everything, and what an agent does there by hand."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from connectors.zendesk.sandbox.acts import Acts
from connectors.zendesk.sandbox.answers import Refusal
from connectors.zendesk.sandbox.nouns import Ticket
from connectors.zendesk.sandbox.pages import showing

_TEXT_LIMIT = 20_000


def routes(acts: Acts) -> Blueprint:
    bp = Blueprint("agent", __name__)
    state = acts.state

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
        if ticket_id not in state.tickets:
            abort(404)
        try:
            act()
        except (Refusal, LookupError) as error:
            return shown(ticket_id, wrong=_sentence(error)), 422
        return redirect(url_for("agent.ticket", ticket_id=ticket_id, agent=chosen_agent()), 303)

    def chosen_agent() -> str:
        """The agent one plays; who is not on the list is the first of it."""
        people = [u.name for u in state.users.values() if u.role == "agent"]
        wanted = request.values.get("agent", "")
        return wanted if wanted in people else people[0]

    def shown(ticket_id: int, wrong: str = "") -> str:
        with state.lock:
            if ticket_id not in state.tickets:
                abort(404)
            found = state.tickets[ticket_id]
            assignee = state.users[found.assignee_id].name if found.assignee_id else "nobody"
            return showing.page(
                "agent.html", ticket=showing.line(state, found), messages=showing.thread(state, found, with_notes=True), tags=found.tags,
                assignee=assignee, priority=found.priority, customer=state.users[found.requester_id], fields=_fields(found),
                choices=[f for f in state.fields.values() if f.type == "tagger"], chosen=found.custom_fields, wrong=wrong,
                agents=[u.name for u in state.users.values() if u.role == "agent"], playing=chosen_agent(), events=_events(found),
            )

    def _fields(found: Ticket) -> list[tuple[str, str]]:
        """Custom fields with a value; a drop-down shows its words."""
        listed = []
        for field in state.fields.values():
            value = found.custom_fields.get(field.id)
            if field.removable and field.type != "tagger" and value not in (None, ""):
                listed.append((field.title, str(value)))
        return listed

    def _events(found: Ticket) -> list[dict[str, Any]]:
        """The history in few words, newest first."""
        rows = []
        for audit in reversed(found.audits):
            what = [_words(event) for event in audit.events if event["type"] in ("Change", "Comment", "Notification")]
            if what:
                rows.append({"at_us": audit.at_us, "who": state.users[audit.author_id].name, "what": "; ".join(what)})
        return rows[:20]

    def _words(event: dict[str, Any]) -> str:
        if event["type"] == "Comment":
            return "replied" if event["public"] else "wrote a note"
        if event["type"] == "Notification":
            return "mail sent by a rule"
        name = event["field_name"]
        title = state.fields[int(name)].title if name.isdigit() and int(name) in state.fields else name.replace("_id", "")
        value = event["value"]
        if name == "group_id" and str(value).isdigit() and int(value) in state.groups:
            value = state.groups[int(value)].name
        if name in ("assignee_id", "requester_id") and str(value).isdigit() and int(value) in state.users:
            value = state.users[int(value)].name
        return f"{title} → {', '.join(value) if isinstance(value, list) else value if value is not None else 'empty'}"

    return bp


def _sentence(error: Exception) -> str:
    """What the desk said, for the person at the page."""
    if isinstance(error, Refusal) and isinstance(error.body, dict):
        details = error.body.get("details") or {}
        said = [entry["description"] for entries in details.values() for entry in entries]
        return "; ".join(said) or str(error.body.get("description", ""))
    return str(error)
