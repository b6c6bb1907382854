"""What the assistant says of itself that it cannot do, out of what it really can: the set of abilities
decides, nobody words it by hand."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Ability(StrEnum):
    """What customers most often expect of an assistant and would wait for in vain. In the order in which a
    lack is told."""

    SEE_ORDERS = "see_orders"
    CHANGE_ORDERS = "change_orders"


# Kind of action -> what a policy that allows it lets the assistant do. A kind gets its row with the code that
# runs it; there is none yet.
GIVEN_BY: Mapping[str, frozenset[Ability]] = {}


def abilities(
    actions: Iterable[str], given_by: Mapping[str, frozenset[Ability]] = GIVEN_BY
) -> frozenset[Ability]:
    """What the assistant can do by the kinds of action its policy allows; a kind this release does not run
    gives nothing."""
    return frozenset().union(*(given_by.get(action, frozenset()) for action in actions))


def limits_key(able: frozenset[Ability]) -> str | None:
    """The key of the clause that names what is lacking, None when nothing is."""
    lacking = [ability for ability in Ability if ability not in able]
    return f"message.limits.{'_and_'.join(lacking)}" if lacking else None
