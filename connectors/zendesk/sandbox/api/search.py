"""Search and its count (Z42).

Source: REF search: at most 1,000 rows, a page past that is 422; `count` is the true total; the index lags.
"""
from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.zendesk.sandbox import answers, search_index, shapes
from connectors.zendesk.sandbox.api import Desk, list_url
from connectors.zendesk.sandbox.paging import page

_WALL = 1000


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("search", __name__)
    state = desk.state

    @bp.get("/search/count")
    def count() -> Response:
        return jsonify({"count": len(search_index.find(state, request.args.get("query", "")))})

    @bp.get("/search")
    def search() -> Response:
        found = search_index.find(state, request.args.get("query", ""))
        number, size = int(request.args.get("page", "1")), min(int(request.args.get("per_page", "100")), 100)
        if number * size > _WALL:
            raise answers.beyond_search_wall()
        shown = [state.tickets[i] for i in found if i in state.tickets]
        body = page(
            shown,
            "results",
            lambda t: {**shapes.ticket(state, t), "result_type": "ticket"},
            request.args,
            list_url(desk),
        )
        return jsonify({**body, "count": len(found), "facets": None})

    return bp
