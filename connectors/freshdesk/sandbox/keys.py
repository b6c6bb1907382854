"""Who is calling: an API key as the user of Basic, with any password.

Source: FD, "Authentication".
"""
from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.nouns import Person
from connectors.freshdesk.sandbox.state import State


@dataclass(slots=True)
class Keys:
    """API key → the agent's id."""

    owners: dict[str, int] = field(default_factory=dict)

    def who(self, state: State, header: str | None) -> Person:
        """The agent behind an Authorization header. Raises Refusal 401."""
        kind, _, value = (header or "").partition(" ")
        try:
            key = (
                base64.b64decode(value, validate=True).decode().partition(":")[0]
                if kind.lower() == "basic"
                else ""
            )
        except (binascii.Error, ValueError):
            key = ""
        person = state.people.get(self.owners.get(key, 0))
        if person is None or not person.staff:
            raise answers.unauthorized()
        return person
