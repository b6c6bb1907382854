"""What a connection knows about its desk, as reading and writing need it: our user, other bots, our fields,
the groups.

`Install.apply` leaves it in the desk's state under `user_id`, `bots`, `fields` (our name of a field -> the
desk's) and `groups` (name -> id).
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class UnknownGroup(LookupError):
    """The desk has no group of this name."""


@dataclass(frozen=True, slots=True)
class View:
    desk: str
    own_id: str | None
    bots: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    agent_url: str = ""  # where an agent opens a ticket, up to the ticket's id

    def group_name(self, group_id: Any) -> str | None:
        """The group's name; its id when the name is not known (a deleted group); None when the ticket has no
        group."""
        if group_id is None:
            return None
        return next((name for name, known in self.groups.items() if known == str(group_id)), str(group_id))

    def group_id(self, group: str) -> int:
        """The number of the group with this name, or of this number. Raises UnknownGroup."""
        found = self.groups.get(group, group)
        if not found.isdigit():
            raise UnknownGroup(group)
        return int(found)


def known_of(desk: str, state: Mapping[str, object], bots: frozenset[str], agent_url: str) -> dict[str, Any]:
    """The values of a `View`, by name. `bots` are those of the desk's settings."""
    own_id = state.get("user_id")
    return {
        "desk": desk,
        "own_id": None if own_id is None else str(own_id),
        "bots": bots | listed(state.get("bots")),
        "fields": texts(state.get("fields")),
        "groups": texts(state.get("groups")),
        "agent_url": agent_url,
    }


def texts(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}


def listed(value: object) -> frozenset[str]:
    return (
        frozenset(str(v) for v in value)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else frozenset()
    )
