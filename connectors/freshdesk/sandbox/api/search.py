"""Search of tickets (F13) and of articles.

Source: copies of FD, "Filter Tickets": the query in double quotes, at most 512 characters, 30 rows a page,
ten pages.
"""
from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.freshdesk.sandbox import answers, search_index, shapes
from connectors.freshdesk.sandbox.api import Desk
from connectors.freshdesk.sandbox.paging import whole
from connectors.freshdesk.sandbox.query import BadQuery

_ROWS, _PAGES, _LONGEST = 30, 10, 512


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("search", __name__)
    state = desk.state

    @bp.get("/search/tickets")
    def tickets() -> Response:
        query, number = request.args.get("query", ""), whole(request.args, "page", 1, _PAGES)
        if len(query) < 2 or not (query.startswith('"') and query.endswith('"')):
            raise answers.invalid(("query", "Query should be inside double quotes", "invalid_value"))
        if len(query) - 2 > _LONGEST:
            raise answers.invalid(
                (
                    "query",
                    f"Has {len(query) - 2} characters, it can have maximum of {_LONGEST}",
                    "invalid_value",
                )
            )
        try:
            found = search_index.find(state, query[1:-1])
        except BadQuery as error:
            raise answers.invalid(("query", str(error), "invalid_value")) from error
        rows = [state.tickets[i] for i in found[(number - 1) * _ROWS:number * _ROWS] if i in state.tickets]
        return jsonify({"total": len(found), "results": [shapes.ticket(state, t, whole=False) for t in rows]})

    @bp.get("/search/solutions")
    def solutions() -> Response:
        term = request.args.get("term", "").lower()
        found = [a for a in state.articles.values() if term and term in f"{a.title} {a.description}".lower()]
        return jsonify([shapes.article(state, a) for a in found])

    return bp
