"""Where access tokens are given, outside `/api/v2` and before anybody is signed in (Z50)."""
from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.zendesk.sandbox.api import Desk


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("oauth", __name__)

    @bp.post("/oauth/tokens")
    def give() -> Response:
        asked = request.get_json(silent=True)
        return jsonify(desk.keys.oauth.issue(asked if isinstance(asked, dict) else {}))

    return bp
