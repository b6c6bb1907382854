"""What an admin of a Zendesk is told when it cannot be connected, or when its keys come to an end."""
from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Account
from connectors.zendesk.settings import SCOPES, TOKENS_END, WHERE, by_client, host

NEW_KEY = (
    f"signed in as the assistant's user, make a confidential OAuth client under {WHERE}, allow it the "
    f"scopes {SCOPES}, and give its identifier and secret"
)
SAME_CLIENT = f"look the OAuth client up under {WHERE}, make it a new secret there, and give that"


def account_of(settings: Mapping[str, str]) -> Account:
    """Who has an OAuth client already is sent to it; who has an API token is told of its end."""
    ending = TOKENS_END if settings.get("api_token") else None
    return Account(host(settings), SAME_CLIENT if by_client(settings) else NEW_KEY, ending)
