"""What an admin of a Freshdesk is told when it cannot be connected."""
from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Account
from connectors.freshdesk.settings import host

NEW_KEY = "copy the API key from the profile page of the assistant's user"


def account_of(settings: Mapping[str, str]) -> Account:
    return Account(host(settings), NEW_KEY)
