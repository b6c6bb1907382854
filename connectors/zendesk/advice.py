"""What an admin of a Zendesk is told when it cannot be connected."""
from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Account
from connectors.zendesk.settings import host

NEW_KEY = (
    "make a new API token under Admin Center > Apps and integrations > APIs, with the e-mail of the "
    "user it is for"
)


def account_of(settings: Mapping[str, str]) -> Account:
    return Account(host(settings), NEW_KEY)
