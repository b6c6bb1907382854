"""Where a hand-off really goes: the group that gets it, which is the one the customer is told, whatever the
route wished for.

    a route's group ─▶ its second one (`fallback`), when nobody is there in time, or it does not exist
                    ─▶ in place: at the ticket's own desk the same two
                    ─▶ the group the ticket is in ─▶ the default route's groups ─▶ no group: nobody is named
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.waits.calendar import opens_at
from app.core.waits.dayone import horizon_of_closed_time
from config.policy import Policy, Route

NO_GROUP = "(waiting for a person)"  # the queue of tickets in no group


@dataclass(frozen=True, slots=True)
class Place:
    """A desk a hand-off may go to. `why_not`: why it takes no tickets now, "" when it does."""

    id: str
    groups: frozenset[str]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """`group` at `desk` gets it; None when no group can be named. `moves_to` is set on the ticket itself,
    None leaves it where it is.

    `opens`: they cannot share the ticket and get an internal one. `why_in_place`: why such a ticket could not
    be opened, "" otherwise.
    """

    desk: str
    group: str | None
    moves_to: str | None
    opens: bool = False
    why_in_place: str = ""


def destination(
    policy: Policy, route: Route, own: Place, target: Place | None, ticket_group: str | None, now: int
) -> Destination:
    """`own` is the ticket's desk, `target` the one the route names (the same without one), None when that is
    not there."""
    wanted = _in_order(policy, route, now)
    at_home = _first(wanted, own)
    why = ""
    if route.own_ticket or route.desk not in (None, own.id):
        why = _cannot(target, wanted)
        if target is not None and not why:
            group = _first(wanted, target)
            # At one desk the original stays with those who see it; at two it goes to the namesake, if there
            # is one.
            return Destination(
                target.id, group, group if target.id != own.id and group in own.groups else None, opens=True
            )
    if at_home is not None:
        return Destination(own.id, at_home, at_home, why_in_place=why)
    if ticket_group is not None:
        return Destination(own.id, ticket_group, None, why_in_place=why)
    default = policy.routes[policy.default_route]
    last = _first(_in_order(policy, default, now), own) if default.desk in (None, own.id) else None
    return Destination(own.id, last, last, why_in_place=why)


def nobody_there(policy: Policy, group: str, now: int) -> bool:
    """True when nobody of the group works before the horizon, by the team's own number and the hours."""
    opening = opens_at(policy.hours, now)
    return (
        policy.team(group).agents == 0
        or opening is None
        or opening - now > horizon_of_closed_time(policy.hours, policy.horizon_days)
    )


def _in_order(policy: Policy, route: Route, now: int) -> tuple[str, ...]:
    """The route's groups, the one that shall get it first. The second never takes over with nobody in its
    team."""
    if route.fallback is None:
        return (route.group,)
    second_first = nobody_there(policy, route.group, now) and policy.team(route.fallback).agents != 0
    return (route.fallback, route.group) if second_first else (route.group, route.fallback)


def _first(wanted: Iterable[str], place: Place) -> str | None:
    return next((group for group in wanted if group in place.groups), None)


def _cannot(target: Place | None, wanted: tuple[str, ...]) -> str:
    if target is None:
        return "no such desk"
    if target.why_not or _first(wanted, target) is not None:
        return target.why_not
    return "it has no group " + " or ".join(repr(group) for group in wanted)
