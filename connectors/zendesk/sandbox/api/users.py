"""Users and their identities (Z38).

Source: REF users, user_identities.
"""
from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from connectors.zendesk.sandbox import answers, shapes
from connectors.zendesk.sandbox.api import Desk, list_url
from connectors.zendesk.sandbox.nouns import User
from connectors.zendesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("users", __name__)
    state = desk.state

    def user_of(user_id: int) -> User:
        if user_id not in state.users:
            raise answers.not_found()
        return state.users[user_id]

    def listed(found: list[User]) -> Response:
        return jsonify(page(found, "users", lambda u: shapes.user(state, u), request.args, list_url(desk)))

    @bp.get("/users/me")
    def me() -> Response:
        return jsonify({"user": shapes.user(state, g.user)})

    @bp.get("/users")
    def list_users() -> Response:
        roles = request.args.getlist("role[]") or request.args.getlist("role")
        return listed([u for u in state.users.values() if not roles or u.role in roles])

    @bp.get("/users/show_many")
    def show_many() -> Response:
        ids = {int(i) for i in request.args.get("ids", "").split(",") if i.strip().isdigit()}
        if len(ids) > 100:
            raise answers.too_many_values(100)
        return listed([u for u in state.users.values() if u.id in ids])

    @bp.get("/users/search")
    def search() -> Response:
        words = request.args.get("query", "").removeprefix("email:").strip('"').lower()
        return listed(
            [
                u
                for u in state.users.values()
                if words and (words in u.name.lower() or words == (u.email or "").lower())
            ]
        )

    @bp.get("/users/<int:user_id>")
    def show(user_id: int) -> Response:
        return jsonify({"user": shapes.user(state, user_of(user_id))})

    @bp.get("/users/<int:user_id>/identities")
    def identities(user_id: int) -> Response:
        user = user_of(user_id)
        found = [user] if user.email else []
        return jsonify(
            page(found, "identities", lambda u: shapes.identity(state, u), request.args, list_url(desk))
        )

    @bp.get("/users/<int:user_id>/group_memberships")
    def memberships(user_id: int) -> Response:
        found = [m for m in state.memberships.values() if m.user_id == user_of(user_id).id]
        return jsonify(
            page(
                found,
                "group_memberships",
                lambda m: shapes.membership(state, m),
                request.args,
                list_url(desk),
            )
        )

    @bp.get("/users/<int:user_id>/tickets/requested")
    def requested(user_id: int) -> Response:
        found = [t for t in state.tickets.values() if t.requester_id == user_of(user_id).id]
        return jsonify(
            page(found, "tickets", lambda t: shapes.ticket(state, t), request.args, list_url(desk))
        )

    return bp
