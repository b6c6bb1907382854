"""The desk's own rules that mail a customer who opens a ticket, and how they are left out where the assistant
answers. Pure.

A rule of ours, placed before theirs, puts a tag on the tickets the assistant answers; theirs get the
condition that it is missing, and only with the admin's word. Freshdesk's *e-mail notifications* are another
thing: no API shows them, so their steps are told.

Sources: copies of developers.freshdesk.com/api (automations); how an action that mails the requester is
called is unverified there.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.freshdesk.payloads import Json

TAG = "no_acknowledgement"
NAME = "Candor: no second mail"
CREATION = 1  # the desk's number for rules on new tickets
# Mail, portal, feedback widget: what a customer opens there is answered by the assistant. Phone and outgoing
# mail are opened by agents.
SOURCES = [1, 2, 9]
MAILING = frozenset({"send_email_to_requester"})
_MISSING = {"resource_type": "ticket", "field_name": "tag_names", "operator": "is_none_of", "value": [TAG]}
_NOT_AMONG = frozenset({"is_none_of", "not_in", "is_not"})

NOTIFICATION = "notification of a new ticket"
NOTIFICATION_STEPS = (
    "Freshdesk's API shows no e-mail notifications, so please look yourself: Admin > Email Notifications > "
    "Requester Notifications > "
    "New Ticket Created. While it is on, an answered message brings two mails; switch it off where the "
    "assistant answers, keep it while it "
    "only drafts"
)


def tagging_wanted() -> dict[str, Any]:
    """The rule that puts the tag on, first of all rules."""
    source = {"resource_type": "ticket", "field_name": "source", "operator": "in", "value": SOURCES}
    return {
        "name": NAME, "active": True, "position": 1,
        "conditions": [{"name": "condition_set_1", "match_type": "all", "properties": [source]}],
        "actions": [{"field_name": "add_tag", "value": [TAG]}],
    }  # fmt: skip


def acknowledging(rules: Sequence[Json]) -> list[Json]:
    """Active rules on new tickets that mail the requester, first to last."""
    mailing = [
        r
        for r in rules
        if r.get("active") is not False
        and any(a.get("field_name") in MAILING for a in r.get("actions") or ())
    ]
    return sorted(mailing, key=_place)


def excluded(rule: Json) -> bool:
    """Whether it leaves out tickets with the tag, whoever saw to that."""
    return any(
        _leaves_out(p)
        for s in _sets(rule)
        if s.get("match_type") != "any" or len(_asked(s)) == 1
        for p in _asked(s)
    )


def with_exclusion(rule: Json) -> list[dict[str, Any]] | None:
    """Its conditions with ours added; None where that cannot be done without a guess at what several sets
    mean together."""
    sets = _sets(rule)
    if not sets:
        return [{"name": "condition_set_1", "match_type": "all", "properties": [_MISSING]}]
    if len(sets) > 1 or (sets[0].get("match_type") == "any" and len(_asked(sets[0])) > 1):
        return None
    return [{**sets[0], "match_type": "all", "properties": [*_asked(sets[0]), _MISSING]}]


def without_exclusion(rule: Json) -> list[dict[str, Any]]:
    """Its conditions without ours; one that an admin has made longer is theirs by now, and stays."""
    kept = [
        {**s, "properties": [p for p in _asked(s) if not (_leaves_out(p) and p.get("value") == [TAG])]}
        for s in _sets(rule)
    ]
    return [s for s in kept if s["properties"]]


def comes_before(tagging: Json, acknowledgements: Sequence[Json]) -> bool:
    return all(_place(tagging)[0] < _place(r)[0] for r in acknowledgements)


def offer(rule: Json) -> str:
    """What an admin is told of a rule that is left alone."""
    return (
        "mails the customer for each new ticket, so that an answered message brings two mails. Connect "
        "again with --one-mail to leave out "
        f"the tickets the assistant answers: this rule ({rule.get('id')}) gets the condition Tags is none "
        f"of {TAG}, and a rule before it "
        "sets the tag. While the assistant only drafts, keep the mail"
    )


def rule_by_hand() -> str:
    return (
        f"Admin > Workflows > Automations > Ticket Creation > New rule. Name: {NAME}. Condition: Source is "
        f"any of Email, Portal, Feedback "
        f"Widget. Action: Add tag {TAG}. Save, move it to the first place, and see that all matching rules "
        f"are executed"
    )


def order_by_hand() -> str:
    return (
        f"Admin > Workflows > Automations > Ticket Creation: move {NAME!r} to the first place, then "
        f"connect again"
    )


def condition_by_hand(rule: Json) -> str:
    where = f"Admin > Workflows > Automations > Ticket Creation > {rule.get('name')}"
    return (
        f"{where}: add the condition Tags is none of {TAG}, so that it must hold with all others. Save, "
        f"then connect again"
    )


def _sets(rule: Json) -> list[Json]:
    return [s for s in rule.get("conditions") or () if _asked(s)]


def _asked(condition_set: Json) -> list[Json]:
    return list(condition_set.get("properties") or ())


def _leaves_out(condition: Json) -> bool:
    value = condition.get("value")
    tags = value if isinstance(value, list) else [value]
    return (
        condition.get("field_name") in ("tag_names", "tags")
        and condition.get("operator") in _NOT_AMONG
        and TAG in tags
    )


def _place(rule: Json) -> tuple[int, int]:
    position, number = rule.get("position"), str(rule.get("id") or "")
    return position if isinstance(position, int) else 0, int(number) if number.isdigit() else 0
