"""Groups and who is in them (Z51).

Source: REF groups, group_memberships.
"""
from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.zendesk.sandbox import answers, shapes
from connectors.zendesk.sandbox.api import Desk, admin_only, list_url, sent
from connectors.zendesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("groups", __name__)
    state = desk.state

    @bp.get("/groups")
    @bp.get("/groups/assignable")
    def list_groups() -> Response:
        return jsonify(
            page(
                list(state.groups.values()),
                "groups",
                lambda x: shapes.group(state, x),
                request.args,
                list_url(desk),
            )
        )

    @bp.get("/groups/<int:group_id>")
    def show(group_id: int) -> Response:
        if group_id not in state.groups:
            raise answers.not_found()
        return jsonify({"group": shapes.group(state, state.groups[group_id])})

    @bp.post("/groups")
    def create() -> tuple[Response, int]:
        admin_only()
        name = str(sent("group").get("name") or "")
        if not name:
            raise answers.invalid(name="Name: cannot be blank")
        return jsonify({"group": shapes.group(state, state.add_group(name))}), 201

    @bp.get("/group_memberships")
    def list_memberships() -> Response:
        found = list(state.memberships.values())
        return jsonify(
            page(
                found,
                "group_memberships",
                lambda m: shapes.membership(state, m),
                request.args,
                list_url(desk),
            )
        )

    @bp.get("/groups/<int:group_id>/memberships")
    def memberships_of(group_id: int) -> Response:
        found = [m for m in state.memberships.values() if m.group_id == group_id]
        return jsonify(
            page(
                found,
                "group_memberships",
                lambda m: shapes.membership(state, m),
                request.args,
                list_url(desk),
            )
        )

    @bp.post("/group_memberships")
    def join() -> tuple[Response, int]:
        admin_only()
        wanted = sent("group_membership")
        user_id, group_id = int(wanted.get("user_id") or 0), int(wanted.get("group_id") or 0)
        if user_id not in state.users or group_id not in state.groups:
            raise answers.invalid(base="User or group is not valid")
        return jsonify(
            {"group_membership": shapes.membership(state, state.add_membership(user_id, group_id))}
        ), 201

    return bp
