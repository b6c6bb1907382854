"""The bytes of attachments that lie on the account's own host (F18); most links of the real desk lead to a
store of files elsewhere.

Source: copies of FD, "Attachments" (`attachment_url`).
"""
from __future__ import annotations

from flask import Blueprint, Response

from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.api import Desk


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("attachments", __name__)

    @bp.get("/helpdesk/attachments/<int:number>")
    def file(number: int) -> Response:
        found = desk.state.attachment(number)
        if found is None:
            raise answers.not_found()
        return Response(found.body, content_type=found.content_type)

    return bp
