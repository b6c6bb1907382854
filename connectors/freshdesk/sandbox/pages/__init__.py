"""The pages of the sandbox Freshdesk: the shared ones over its own tickets, and its help centre under
`/support/solutions`."""
from __future__ import annotations

from flask import Flask, redirect, url_for
from werkzeug.wrappers import Response

from connectors.freshdesk.sandbox.acts import Acts
from connectors.freshdesk.sandbox.pages import help_centre
from connectors.freshdesk.sandbox.pages.side import FreshdeskSide
from connectors.sandbox.pages import create_pages as create


def create_pages(acts: Acts, company: str) -> Flask:
    app = create(FreshdeskSide(acts), company, "Freshdesk", help_centre.routes(acts), "/support/solutions")

    @app.get("/a/tickets/<int:ticket_id>")
    def where_agents_open_it(ticket_id: int) -> Response:
        return redirect(url_for("agent.ticket", ticket_id=ticket_id))

    return app
