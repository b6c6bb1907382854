"""Leaves the desk's own acknowledgement out of the tickets the assistant answers, with the admin's word, and
takes that back again."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zenpy.lib.api_objects import Trigger

from connectors.contract import Progress, Step
from connectors.errors import ConnectorError
from connectors.zendesk import acknowledgements as rules
from connectors.zendesk.blueprint import trigger_fits
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.payloads import Json

AGREED = "yes"
SETTING = "one_mail"
# ids of the admin's triggers that we gave our condition to: only these are ever taken back
STATE = "acknowledgements"
TAGGING = "trigger against a second mail"


@dataclass(frozen=True, slots=True)
class OneMail:
    client: ZendeskClient

    @property
    def agreed(self) -> bool:
        return self.client.connection.settings.get(SETTING) == AGREED

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the triggers an earlier run has changed."""
        listed = self.client.connection.state.get(STATE)
        return (
            tuple(str(i) for i in listed)
            if isinstance(listed, Sequence) and not isinstance(listed, str)
            else ()
        )

    def plan(self, triggers: Sequence[Json]) -> list[Step]:
        """What `apply` would do; nothing is written."""
        theirs, tagging = rules.acknowledging(triggers), _ours(triggers)
        if not self.agreed:
            undone = [Step(TAGGING, "planned", "remove")] if tagging else []
            return [*undone, *(_told(t) for t in theirs)]
        steps = [
            _told(t)
            if rules.excluded(t)
            else Step(_name(t), "planned", "update: leave out tickets with the tag")
            for t in theirs
        ]
        if theirs:
            fits = tagging is not None and _fits(tagging, theirs)
            steps.insert(
                0,
                Step(TAGGING, "exists")
                if fits
                else Step(TAGGING, "planned", "update" if tagging else "create"),
            )
        return steps

    def apply(self, triggers: Sequence[Json], note: Progress) -> list[str]:
        """Do what the admin has said; the ids of their triggers that carry our condition now. Raises
        ConnectorError after `failed`."""
        theirs, tagging = rules.acknowledging(triggers), _ours(triggers)
        if not self.agreed:
            self.undo(triggers, note)
            for trigger in theirs:
                if str(trigger["id"]) not in self.changed:
                    note(_told(trigger))
            return []
        if not theirs:
            return list(self.changed)
        # First the tag, then the conditions: between the two calls a customer gets a mail too many, never one
        # too few.
        self._tag(tagging, theirs, note)
        added = {str(t["id"]) for t in theirs if not rules.excluded(t)}
        for trigger in theirs:
            if rules.excluded(trigger):
                note(_told(trigger))
            else:
                self._change(
                    trigger,
                    rules.with_exclusion,
                    "updated",
                    "tickets the assistant answers are left out",
                    note,
                )
        return sorted({*self.changed, *added})

    def undo(self, triggers: Sequence[Json], note: Progress) -> None:
        """Take our condition from the triggers we gave it to, and then our own trigger away."""
        for trigger in triggers:
            if str(trigger["id"]) in self.changed and rules.excluded(trigger):
                self._change(trigger, rules.without_exclusion, "updated", "as it was before", note)
        tagging = _ours(triggers)
        if tagging is not None:
            ours = Trigger(id=tagging["id"])
            self._step(
                TAGGING,
                "removed",
                "",
                lambda: self.client.through_zenpy(lambda z: z.triggers.delete(ours)),
                note,
            )

    def _tag(self, there: Json | None, theirs: Sequence[Json], note: Progress) -> None:
        if there is not None and _fits(there, theirs):
            note(Step(TAGGING, "exists"))
            return
        wanted = rules.tagging_wanted(rules.first_place(theirs))

        def write() -> Any:
            if there is None:
                return self.client.through_zenpy(lambda z: z.triggers.create(_filled(Trigger(), wanted)))
            return self.client.through_zenpy(
                lambda z: z.triggers.update(_filled(Trigger(id=there["id"]), wanted))
            )

        made = self._step(TAGGING, None, "", write, note)
        done = "created" if there is None else "updated"
        in_time = self._in_time(int(made.id), theirs)
        note(
            Step(TAGGING, done)
            if in_time
            else Step(TAGGING, "manual", f"{done}, but it runs too late. {rules.order_by_hand()}")
        )

    def _in_time(self, number: int, theirs: Sequence[Json]) -> bool:
        """Whether the desk runs it before theirs: looked at, not believed. Behind them the tag would come too
        late."""
        present = self._one(number)
        if rules.comes_before(present, theirs):
            return True
        try:
            # Theirs may be the very first, at 0: then only a new order of all makes room. Nothing else
            # changes places.
            triggers = self.client.through_zenpy(lambda z: [t.to_dict() for t in z.triggers()])
            self.client.raw(
                "PUT",
                "/api/v2/triggers/reorder.json",
                body={"trigger_ids": rules.order_with_first(present, triggers)},
            )
        except ConnectorError as error:
            if error.status not in (400, 403, 404, 422):
                raise
            return False  # accounts with categories of triggers order them in another way
        return rules.comes_before(self._one(number), [self._one(int(t["id"])) for t in theirs])

    def _one(self, number: int) -> Json:
        found = self.client.raw("GET", f"/api/v2/triggers/{number}.json").get("trigger")
        return found if isinstance(found, Mapping) else {}

    def _change(
        self,
        trigger: Json,
        change: Callable[[Json], Mapping[str, Any]],
        state: str,
        detail: str,
        note: Progress,
    ) -> None:
        number = int(trigger["id"])

        def write() -> None:
            # Read again, and without a client library: an admin's own conditions go back exactly as they are.
            present = self._one(number)
            self.client.through_zenpy(
                lambda z: z.triggers.update(_filled(Trigger(id=number), change(present)))
            )

        self._step(_name(trigger), state, detail, write, note)

    @staticmethod
    def _step(name: str, state: str | None, detail: str, work: Callable[[], Any], note: Progress) -> Any:
        try:
            done = work()
        except ConnectorError as error:
            note(Step(name, "failed", str(error)))
            raise
        if state is not None:
            note(Step(name, state, detail))
        return done


def _ours(triggers: Sequence[Json]) -> Json | None:
    return next((t for t in triggers if t.get("title") == rules.TITLE), None)


def _fits(tagging: Json, theirs: Sequence[Json]) -> bool:
    return trigger_fits(tagging, rules.tagging_wanted(0)) and rules.comes_before(tagging, theirs)


def _name(trigger: Json) -> str:
    return f"mail of {trigger.get('title')!r}"


def _told(trigger: Json) -> Step:
    if rules.excluded(trigger):
        return Step(_name(trigger), "exists", f"leaves out tickets with the tag {rules.TAG}")
    return Step(_name(trigger), "offered", rules.offer(trigger))


def _filled(thing: Any, values: Mapping[str, Any]) -> Any:
    for name, value in values.items():
        setattr(thing, name, value)
    return thing
