"""Who is calling: `email/token:TOKEN` by Basic, or a bearer token with scopes, lasting or given by OAuth
(Z50).

Source: REF introduction/security-and-auth.
"""
from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field

from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.nouns import User
from connectors.zendesk.sandbox.oauth import OAuth
from connectors.zendesk.sandbox.state import State


@dataclass(slots=True)
class Keys:
    """`token` goes with the e-mail of any agent. `bearers`: token → (user id, scopes), without an end."""

    token: str
    oauth: OAuth
    bearers: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def who(self, state: State, header: str | None, *, writes: bool) -> User:
        """The agent behind an Authorization header. Raises Refusal 401 for wrong credentials, 403 for a
        missing scope or role."""
        kind, _, value = (header or "").partition(" ")
        user = None
        if kind.lower() == "basic":
            user = self._basic(state, value)
        elif kind.lower() == "bearer":
            user = self._bearer(state, value, writes)
        if user is None:
            raise answers.unauthorized()
        if not user.is_staff:
            raise answers.forbidden()
        return user

    def _basic(self, state: State, value: str) -> User | None:
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().rpartition(":")
        except (binascii.Error, ValueError):
            return None
        email, slash, marker = name.rpartition("/")
        if not slash or marker != "token" or not hmac.compare_digest(secret.encode(), self.token.encode()):
            return None
        return state.user_by_email(email)

    def _bearer(self, state: State, value: str, writes: bool) -> User | None:
        issued = self.oauth.living(value)
        if issued is not None:
            user_id, scopes = issued.user_id, issued.scopes
        elif value in self.bearers:
            user_id, scopes = self.bearers[value]
        else:
            raise answers.invalid_token()
        needed = "write" if writes else "read"
        if needed not in scopes:
            raise answers.scope_missing(needed)
        return state.users.get(user_id)
