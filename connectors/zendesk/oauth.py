"""A Zendesk's access tokens by OAuth client credentials: how one is got, and what its scopes must be.

Source: developer.zendesk.com, ticketing/oauth/grant_type_tokens. The grant gives no refresh token: the same
call is made again. Seen in other people's clients: an answer names `expires_in` only when it was asked for.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import requests

from connectors.clock import SECOND
from connectors.errors import ConnectorError, NoToken
from connectors.tokens import KeptToken, Token
from connectors.zendesk.settings import WHERE, host, scopes_of, token_seconds

if TYPE_CHECKING:
    from connectors.zendesk.client import ZendeskClient

# Audits, fields and groups have no scope of their own: both must be the global ones.
NEEDED = ("read", "write")
SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 48 * 3600  # what Zendesk gives
_PATH = "/oauth/tokens"
_LATER = 30.0  # seconds, after an answer that says nothing about us
_PLAIN = re.compile(r"[\x21-\x7e]{1,8192}")  # what fits into a header


def bearer_of(client: ZendeskClient) -> KeptToken:
    """The account's token, the same one for every worker that knows this client, secret and scopes."""
    name = token_name(client.connection.desk, client.connection.settings)
    return KeptToken(client.tokens, name, lambda: _mint(client), client.clock)


def token_name(desk: str, settings: Mapping[str, str]) -> str:
    """Where the token is kept: another secret or scope has another one, so that nobody goes on with, or
    waits for, what an earlier `connect` was given."""
    parts = (host(settings), settings.get("client_id", ""), settings.get("client_secret", ""))
    told = "\0".join((*parts, " ".join(scopes_of(settings)), str(token_seconds(settings))))
    return f"token:{desk}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def missing(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes we need and these do not hold, by name."""
    there = set(scopes)
    return tuple(name for name in NEEDED if name not in there)


def scopes_missing(names: Iterable[str]) -> ConnectorError:
    listed = ", ".join(names)
    return ConnectorError(
        f"the OAuth client lacks the scope {listed}",
        permanent=True,
        status=403,
        todo=f"allow it under {WHERE}, name it in --scopes, then connect again",
    )


def _mint(client: ZendeskClient) -> Token:
    """A new token. Raises NoToken when the desk cannot give one now, ConnectorError(permanent=True) with 401
    or 403 when it refuses."""
    settings, asked = client.connection.settings, client.clock()
    body = {
        "grant_type": "client_credentials",
        "client_id": settings["client_id"],
        "client_secret": settings["client_secret"],
        "scope": " ".join(scopes_of(settings)),
        "expires_in": token_seconds(settings),
    }
    # A session of its own: the one that waits for the token must not remember this answer.
    with client.unsigned_session() as session:
        try:
            response = session.post(client.base_url + _PATH, json=body)
        except requests.RequestException as error:
            raise NoToken(f"the desk gave no access token: {type(error).__name__}", _LATER) from error
        if response.status_code != 200:
            raise _refused(response, client, scopes_of(settings))
        return _token_of(response, asked, settings)


def _refused(
    response: requests.Response, client: ZendeskClient, asked: tuple[str, ...]
) -> ConnectorError:
    status, said = response.status_code, _object(response)
    if said.get("error") == "invalid_scope":
        return scopes_missing([s for s in asked if s in str(said.get("error_description"))] or asked)
    if status in (400, 401, 403):
        # Desks quote what they were sent, and this sentence stands on a page.
        words = client.words(response.content).replace(client.connection.settings["client_secret"], "…")
        return ConnectorError(
            f"the desk refused the OAuth client and its secret: {words}",
            permanent=True,
            status=401,
        )
    # Never its own status: a 404 of this address is not one of the ticket that waits for the token.
    return NoToken(f"{client.base_url} answered {status} when asked for an access token", _LATER)


def _token_of(response: requests.Response, asked: int, settings: Mapping[str, str]) -> Token:
    said = _object(response)
    value, seconds, scope = said.get("access_token"), said.get("expires_in"), said.get("scope")
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise NoToken("the desk's answer holds no access token", _LATER)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not seconds > 0:
        seconds = SHORTEST_SECONDS
    until = asked + int(min(seconds, LONGEST_SECONDS) * SECOND)
    granted = tuple(scope.split()) if isinstance(scope, str) else scopes_of(settings)
    return Token(value, asked, until, granted)


def _object(response: requests.Response) -> dict[str, Any]:
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
