"""What an admin is told when a desk cannot be connected: one sentence with what to do, for the command and
for the desk's page."""
from __future__ import annotations

from collections.abc import Mapping

from marshmallow import ValidationError

from connectors import registry
from connectors.contract import Account
from connectors.errors import ConnectorError


def advice(error: ConnectorError, account: Account) -> str:
    """The desk's own words and what to do about them. Quotes no key."""
    address = account.address
    said = str(error).rstrip(". ")
    if error.todo is not None:
        return f"{said}. What to do: {error.todo}"
    match error.status:
        case None:
            todo = f"check that {address} is the desk's address and that this machine may reach it"
        case 401:
            todo = f"the key is wrong or was revoked: {account.new_key}, then connect again"
        case 403:
            todo = "the key's user lacks a right or the plan lacks the feature: connect with an admin's key"
        case 402:
            todo = (
                f"the account at {address} is suspended or over what its plan includes: see its billing "
                f"page, then connect again"
            )
        case 404:
            todo = f"check the subdomain: is {address} the desk's address, and does its plan include an API"
        case 429:
            todo = (
                "the account is over its rate limit: wait for the time it names, then connect again; "
                "what was made until then is found"
            )
        case status if status >= 500:
            todo = "the desk is in trouble: connect again in some minutes; what was made until then is found"
        case _:
            todo = "put right what it names, then connect again; what was made until then is found"
    return f"{said}. What to do: {todo}"


def checked(kind: str, settings: Mapping[str, str]) -> None:
    """Hold the settings against the connector's own form, before anything is stored or called. Raises
    ValueError naming each field."""
    try:
        registry.settings_schema(kind)().load(dict(settings))
    except ValidationError as error:
        wrong = error.messages if isinstance(error.messages, dict) else {"settings": error.messages}
        raise ValueError(
            "; ".join(
                f"{str(name).replace('_', '-')}: {_first(words)}" for name, words in sorted(wrong.items())
            )
        ) from error


def _first(words: object) -> str:
    return str(words[0]) if isinstance(words, list) and words else str(words)
