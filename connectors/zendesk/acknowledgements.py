"""The desk's own triggers that mail a customer who opens a ticket, and how they are left out where the
assistant answers. Pure.

A customer's message shall bring one mail, from desk and assistant together. A trigger of ours, placed before
theirs, puts a tag on the tickets the assistant answers; theirs get the condition that the tag is missing.
Only with the admin's word: `one_mail` in the settings.

Sources: developer.zendesk.com, ticketing/business-rules/triggers, conditions and actions reference,
reference-guides/via-types ("from first to last": what an earlier trigger changes, a later one sees).
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.zendesk.payloads import Json

TAG = "no_acknowledgement"
TITLE = "Candor: no second mail"
# Web form, mail, web widget, mobile SDK: what a customer opens there is answered by the assistant, and
# answers go out by mail.
CHANNELS = ("0", "4", "48", "49")
REQUESTERS = frozenset({"requester_id", "requester_and_ccs"})
EXCLUSION = {"field": "current_tags", "operator": "not_includes", "value": TAG}


def tagging_wanted(position: int) -> dict[str, Any]:
    """The trigger that puts the tag on. `position`: the desk runs its triggers in this order."""
    return {
        "title": TITLE,
        "active": True,
        "position": position,
        "conditions": {
            "all": [
                {"field": "update_type", "operator": "is", "value": "Create"},
                {"field": "role", "operator": "is", "value": "end_user"},
                {"field": "comment_is_public", "operator": "is", "value": "true"},
            ],
            "any": [{"field": "via_id", "operator": "is", "value": channel} for channel in CHANNELS],
        },
        "actions": [{"field": "current_tags", "value": TAG}],
    }


def acknowledging(triggers: Sequence[Json]) -> list[Json]:
    """Active triggers that mail the requester when a customer opens a ticket, first to last."""
    found = [
        t
        for t in triggers
        if t.get("title") != TITLE
        and t.get("active") is not False
        and _mails(t)
        and _on_a_customers_creation(t)
    ]
    return sorted(found, key=_place)


def _mails(trigger: Json) -> bool:
    for action in trigger.get("actions") or ():
        value = action.get("value")
        if (
            action.get("field") == "notification_user"
            and str(value[0] if isinstance(value, list) and value else value) in REQUESTERS
        ):
            return True
    return False


def _on_a_customers_creation(trigger: Json) -> bool:
    every, some = _conditions(trigger)
    if any(
        _is(c, "update_type", "Change") or _is(c, "role", "agent") or _is(c, "role", "admin") for c in every
    ):
        return False
    # The mail of every public comment leaves out who wrote it: nothing for the customer who has just opened
    # the ticket.
    if any(
        c.get("field") == "requester_id"
        and c.get("operator") == "is_not"
        and c.get("value") == "current_user"
        for c in every
    ):
        return False
    return any(_is(c, "update_type", "Create") for c in (*every, *some))


def excluded(trigger: Json) -> bool:
    """Whether it leaves out tickets with the tag, whoever saw to that."""
    every, _ = _conditions(trigger)
    tagged = (c for c in every if c.get("field") == "current_tags" and c.get("operator") == "not_includes")
    return any(TAG in str(c.get("value")).split() for c in tagged)


def with_exclusion(trigger: Json) -> dict[str, Any]:
    """Both lists whole, as an update must send them: their own conditions as they are, and ours after
    them."""
    every, some = _conditions(trigger)
    return {
        "conditions": {"all": [*every, EXCLUSION], "any": some},
        "actions": list(trigger.get("actions") or ()),
    }


def without_exclusion(trigger: Json) -> dict[str, Any]:
    """The same without our condition; one that an admin has made longer is theirs by now, and stays."""
    every, some = _conditions(trigger)
    return {
        "conditions": {"all": [c for c in every if dict(c) != EXCLUSION], "any": some},
        "actions": list(trigger.get("actions") or ()),
    }


def first_place(acknowledgements: Sequence[Json]) -> int:
    """The position before all of them, as far as there is one: desks count from 0 or from 1."""
    return max(0, min((_place(t)[0] for t in acknowledgements), default=1) - 1)


def comes_before(tagging: Json, acknowledgements: Sequence[Json]) -> bool:
    return all(_place(tagging)[0] < _place(t)[0] for t in acknowledgements)


def order_with_first(first: Json, triggers: Sequence[Json]) -> list[int]:
    """Ids of all active triggers in the desk's order, `first` moved to the front: what a new order must name
    whole."""
    rest = sorted(
        (t for t in triggers if t.get("active") is not False and t.get("id") != first.get("id")), key=_place
    )
    return [int(t["id"]) for t in (first, *rest)]


def offer(trigger: Json) -> str:
    """What an admin is told of a trigger that is left alone."""
    return (
        "mails the customer for each new ticket, so that an answered message brings two mails. Connect "
        "again with --one-mail to leave out "
        f"the tickets the assistant answers: this trigger ({trigger.get('id')}) gets the condition Tags "
        f"contains none of {TAG}, and a "
        "trigger before it sets the tag. While the assistant only drafts, keep the mail"
    )


def order_by_hand() -> str:
    return (
        f"Admin Center > Objects and rules > Triggers: move {TITLE!r} above the triggers that mail the "
        f"customer, then connect again"
    )


def _conditions(trigger: Json) -> tuple[list[Json], list[Json]]:
    conditions = trigger.get("conditions")
    parts = conditions if isinstance(conditions, Mapping) else {}
    return list(parts.get("all") or ()), list(parts.get("any") or ())


def _is(condition: Json, name: str, value: str) -> bool:
    return (
        condition.get("field") == name
        and condition.get("operator") in (None, "is")
        and str(condition.get("value")) == value
    )


def _place(trigger: Json) -> tuple[int, int]:
    position, number = trigger.get("position"), str(trigger.get("id") or "")
    return position if isinstance(position, int) else 0, int(number) if number.isdigit() else 0
