"""Leaves the desk's own acknowledgement out of the tickets the assistant answers, with the admin's word, and
takes that back again."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import Progress, Step
from connectors.errors import ConnectorError
from connectors.freshdesk import acknowledgements as rules
from connectors.freshdesk.blueprint import covers
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.payloads import Json

AGREED = "yes"
SETTING = "one_mail"
# ids of the admin's rules that we gave our condition to: only these are ever taken back
STATE = "acknowledgements"
TAGGING = "rule against a second mail"
# What this key or plan may not do through the API; it is told as steps then.
_NOT_OFFERED = frozenset({400, 403, 404, 405})
_PATH = f"/automations/{rules.CREATION}/rules"


@dataclass(frozen=True, slots=True)
class OneMail:
    """`listed`: the desk's rules on new tickets, None where its API does not show them."""

    client: FreshdeskClient
    listed: Sequence[Json] | None

    @property
    def agreed(self) -> bool:
        return self.client.connection.settings.get(SETTING) == AGREED

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the rules an earlier run has changed."""
        found = self.client.connection.state.get(STATE)
        return (
            tuple(str(i) for i in found) if isinstance(found, Sequence) and not isinstance(found, str) else ()
        )

    def plan(self) -> list[Step]:
        """What `apply` would do; nothing is written."""
        theirs, tagging = rules.acknowledging(self.listed or ()), self._ours()
        if not self.agreed:
            undone = [Step(TAGGING, "planned", "remove")] if tagging else []
            return [*undone, *(_told(r) for r in theirs), _notification("offered")]
        steps = [
            _told(r)
            if rules.excluded(r)
            else Step(_name(r), "planned", "update: leave out tickets with the tag")
            for r in theirs
        ]
        if theirs:
            fits = tagging is not None and _fits(tagging, theirs)
            steps.insert(
                0,
                Step(TAGGING, "exists")
                if fits
                else Step(TAGGING, "planned", "update" if tagging else "create"),
            )
        return [*steps, _notification("manual")]

    def apply(self, note: Progress) -> list[str]:
        """Do what the admin has said; the ids of their rules that carry our condition now. Raises
        ConnectorError after `failed`."""
        theirs = rules.acknowledging(self.listed or ())
        if not self.agreed:
            self.undo(note)
            for rule in theirs:
                if str(rule["id"]) not in self.changed:
                    note(_told(rule))
            note(_notification("offered"))
            return []
        added = []
        if theirs:
            # First the tag, then the conditions: between the two calls a customer gets a mail too many, never
            # one too few.
            self._tag(theirs, note)
        for rule in theirs:
            if rules.excluded(rule):
                note(_told(rule))
            elif self._exclude(rule, note):
                added.append(str(rule["id"]))
        note(_notification("manual"))
        return sorted({*self.changed, *added})

    def undo(self, note: Progress) -> None:
        """Take our condition from the rules we gave it to, and then our own rule away."""
        for rule in self.listed or ():
            if str(rule["id"]) in self.changed and rules.excluded(rule):
                by_hand = (
                    f"Admin > Workflows > Automations > Ticket Creation > {rule.get('name')}: remove "
                    f"the condition on {rules.TAG}"
                )
                self._write(
                    _name(rule),
                    "updated",
                    "as it was before",
                    by_hand,
                    note,
                    "PUT",
                    f"{_PATH}/{int(rule['id'])}",
                    {"conditions": rules.without_exclusion(rule)},
                )
        tagging = self._ours()
        if tagging is not None:
            self._write(
                TAGGING,
                "removed",
                "",
                f"delete the rule {rules.NAME!r} by hand",
                note,
                "DELETE",
                f"{_PATH}/{int(tagging['id'])}",
            )

    def _tag(self, theirs: Sequence[Json], note: Progress) -> None:
        there = self._ours()
        if there is not None and _fits(there, theirs):
            note(Step(TAGGING, "exists"))
            return
        wanted, done = rules.tagging_wanted(), "created" if there is None else "updated"
        path = _PATH if there is None else f"{_PATH}/{int(there['id'])}"
        if (
            self._write(
                TAGGING,
                None,
                "",
                rules.rule_by_hand(),
                note,
                "POST" if there is None else "PUT",
                path,
                wanted,
            )
            is None
        ):
            return
        # What the desk made of the position is looked at, not believed: behind theirs the tag would come too
        # late.
        present = list(self.client.pages(_PATH))
        ours = next((r for r in present if r.get("name") == rules.NAME), {})
        in_time = rules.comes_before(ours, rules.acknowledging(present))
        note(
            Step(TAGGING, done)
            if in_time
            else Step(TAGGING, "manual", f"{done}, but it runs too late. {rules.order_by_hand()}")
        )

    def _exclude(self, rule: Json, note: Progress) -> bool:
        conditions = rules.with_exclusion(rule)
        if conditions is None:
            note(Step(_name(rule), "manual", rules.condition_by_hand(rule)))
            return False
        made = self._write(
            _name(rule),
            None,
            "",
            rules.condition_by_hand(rule),
            note,
            "PUT",
            f"{_PATH}/{int(rule['id'])}",
            {"conditions": conditions},
        )
        if made is None:
            return False
        kept = rules.excluded(made)
        note(
            Step(_name(rule), "updated", "tickets the assistant answers are left out")
            if kept
            else Step(
                _name(rule), "manual", f"the desk did not keep the condition. {rules.condition_by_hand(rule)}"
            )
        )
        return kept

    def _write(
        self,
        name: str,
        state: str | None,
        detail: str,
        by_hand: str,
        note: Progress,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
    ) -> Json | None:
        """One call; what came back, or None when the API does not offer it and the steps were told
        instead."""
        try:
            made = self.client.raw(method, path, body=body)
        except ConnectorError as error:
            if error.status not in _NOT_OFFERED:
                note(Step(name, "failed", str(error)))
                raise
            note(Step(name, "manual", by_hand))
            return None
        if state is not None:
            note(Step(name, state, detail))
        return made

    def _ours(self) -> Json | None:
        return next((r for r in self.listed or () if r.get("name") == rules.NAME), None)


def _fits(tagging: Json, theirs: Sequence[Json]) -> bool:
    wanted = {name: value for name, value in rules.tagging_wanted().items() if name != "position"}
    return covers(tagging, wanted) and rules.comes_before(tagging, theirs)


def _name(rule: Json) -> str:
    return f"mail of {rule.get('name')!r}"


def _told(rule: Json) -> Step:
    if rules.excluded(rule):
        return Step(_name(rule), "exists", f"leaves out tickets with the tag {rules.TAG}")
    return Step(_name(rule), "offered", rules.offer(rule))


def _notification(state: str) -> Step:
    return Step(rules.NOTIFICATION, state, rules.NOTIFICATION_STEPS)
