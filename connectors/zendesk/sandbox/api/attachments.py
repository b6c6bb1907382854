"""The bytes of attachments, on the account's own host and outside `/api/v2` (Z50). As with private
attachments, credentials are asked for.

Source: REF ticket_attachments (`content_url`).
"""
from __future__ import annotations

from flask import Blueprint, Response

from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.api import Desk


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("attachments", __name__)

    @bp.get("/attachments/token/<int:number>/")
    def file(number: int) -> Response:
        found = desk.state.attachment(number)
        if found is None:
            raise answers.not_found()
        return Response(found.body, content_type=found.content_type)

    return bp
