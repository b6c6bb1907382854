"""Agents, contacts and groups (F18).

Source: FD, "Agents", "Contacts", "Groups".
"""
from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from connectors.freshdesk.sandbox import answers, shapes
from connectors.freshdesk.sandbox.api import Desk, admin_only, list_url, sent
from connectors.freshdesk.sandbox.nouns import Group, Person
from connectors.freshdesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("people", __name__)
    state = desk.state

    def person_of(person_id: int, *, staff: bool) -> Person:
        found = state.people.get(person_id)
        if found is None or found.staff != staff:
            raise answers.not_found()
        return found

    def group_of(group_id: int) -> Group:
        if group_id not in state.groups:
            raise answers.not_found()
        return state.groups[group_id]

    @bp.get("/agents")
    def agents() -> Response:
        email = request.args.get("email")
        return page(
            [p for p in state.agents() if email in (None, p.email)],
            shapes.agent,
            request.args,
            list_url(desk),
        )

    @bp.get("/agents/me")
    def me() -> Response:
        return jsonify(shapes.agent(g.agent))

    @bp.get("/agents/<int:agent_id>")
    def agent(agent_id: int) -> Response:
        return jsonify(shapes.agent(person_of(agent_id, staff=True)))

    @bp.get("/contacts")
    def contacts() -> Response:
        email = request.args.get("email")
        found = [p for p in state.people.values() if not p.staff and email in (None, p.email)]
        return page(found, shapes.contact, request.args, list_url(desk))

    @bp.get("/contacts/<int:contact_id>")
    def contact(contact_id: int) -> Response:
        return jsonify(shapes.contact(person_of(contact_id, staff=False)))

    @bp.get("/groups")
    def groups() -> Response:
        return page(
            list(state.groups.values()), lambda one: shapes.group(state, one), request.args, list_url(desk)
        )

    @bp.get("/groups/<int:group_id>")
    def group(group_id: int) -> Response:
        return jsonify(shapes.group(state, group_of(group_id)))

    @bp.post("/groups")
    def create_group() -> tuple[Response, int]:
        admin_only()
        wanted = sent()
        if not wanted.get("name"):
            raise answers.invalid(("name", "It should be a/an String", "missing_field"))
        if wanted["name"] in {one.name for one in state.groups.values()}:
            raise answers.conflict("name", "It should be a unique value")
        made = state.add_group(str(wanted["name"]))
        for agent_id in wanted.get("agent_ids") or []:
            person_of(int(agent_id), staff=True).group_ids.append(made.id)
        return jsonify(shapes.group(state, made)), 201

    return bp
