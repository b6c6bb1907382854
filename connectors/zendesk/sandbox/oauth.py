"""OAuth clients of the account and the access tokens they are given (client credentials, Z50).

Source: developer.zendesk.com, ticketing/oauth/grant_type_tokens; oauth-migration: a token lives 30 minutes
unless told otherwise, 48 hours at most. Which scopes a refused call lacks is told by name.
"""
from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.clock import SECOND
from connectors.zendesk.sandbox import answers

SHORTEST, LONGEST = 30 * 60, 48 * 3600  # seconds
CLIENT = "candor_assistant"


@dataclass(slots=True)
class OAuthClient:
    """`user_id` owns the client: its tokens act as that user. `scopes` are the most a token can have."""

    identifier: str
    secret: str
    user_id: int
    scopes: frozenset[str] = frozenset({"read", "write"})


@dataclass(frozen=True, slots=True)
class Issued:
    """An access token; times are of the desk's clock."""

    client: str
    user_id: int
    scopes: frozenset[str]
    until_us: int


class OAuth:
    """Called with the state's lock held."""

    def __init__(self, clock: Callable[[], int], seed: int) -> None:
        self._clock, self._seed, self._made = clock, seed, 0
        self.clients: dict[str, OAuthClient] = {}
        self.tokens: dict[str, Issued] = {}
        self.minted = 0

    def add(self, identifier: str, user_id: int) -> OAuthClient:
        made = OAuthClient(identifier, self.secret(), user_id)
        self.clients[identifier] = made
        return made

    def issue(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a token request. Raises Refusal 400 or 401, as RFC 6749 names what is wrong."""
        if asked.get("grant_type") != "client_credentials":
            raise answers.oauth(400, "unsupported_grant_type", "This grant type is not supported here")
        client = self.clients.get(str(asked.get("client_id")))
        secret = str(asked.get("client_secret"))
        if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
            raise answers.oauth(401, "invalid_client", "Client authentication failed")
        wanted = frozenset(str(asked.get("scope") or "").split())
        beyond = sorted(wanted - client.scopes)
        if beyond or not wanted:
            why = f"The requested scope is invalid, unknown, or malformed: {' '.join(beyond)}"
            raise answers.oauth(400, "invalid_scope", why)
        seconds = asked.get("expires_in", SHORTEST)
        if not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
            raise answers.oauth(400, "invalid_request", f"expires_in must be from {SHORTEST} to {LONGEST}")
        token = self.secret()
        until = self._clock() + seconds * SECOND
        self.tokens[token] = Issued(client.identifier, client.user_id, wanted, until)
        self.minted += 1
        said = {"access_token": token, "token_type": "bearer", "scope": " ".join(sorted(wanted))}
        return said | ({"expires_in": seconds} if "expires_in" in asked else {})

    def living(self, token: str) -> Issued | None:
        found = self.tokens.get(token)
        return None if found is None or self._clock() >= found.until_us else found

    def secret(self) -> str:
        """Another one out of the seed, which leaves the desk's ids as they are without OAuth (X28)."""
        self._made += 1
        return hashlib.sha256(f"oauth-{self._seed}-{self._made}".encode()).hexdigest()

    def client(self, identifier: str) -> OAuthClient:
        if identifier not in self.clients:
            raise LookupError(f"no OAuth client {identifier!r}; there are {', '.join(self.clients)}")
        return self.clients[identifier]
