"""The pages of the sandbox Zendesk: the shared ones over its own tickets, and its help centre under `/hc`."""
from __future__ import annotations

from flask import Flask

from connectors.sandbox.pages import create_pages as create
from connectors.zendesk.sandbox.acts import Acts
from connectors.zendesk.sandbox.pages import help_centre
from connectors.zendesk.sandbox.pages.side import ZendeskSide


def create_pages(acts: Acts, company: str) -> Flask:
    return create(ZendeskSide(acts), company, "Zendesk", help_centre.routes(acts), "/hc")
