"""Candor's side of a Zendesk: made through its API, found again by its names, removable. Running it twice
changes nothing."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from zenpy import Zenpy
from zenpy.lib.api_objects import TicketField, Trigger, Webhook

from connectors.contract import Installed, Progress, Proof, Step
from connectors.errors import ConnectorError
from connectors.steps import planned
from connectors.zendesk import blueprint
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.guard import prove
from connectors.zendesk.oauth import missing, scopes_missing, token_name
from connectors.zendesk.onemail import STATE, OneMail
from connectors.zendesk.payloads import Json

_ARTICLES = "webhook of articles"


@dataclass(frozen=True, slots=True)
class _Found:
    webhook: Json | None
    articles: Json | None  # the webhook of the help centre's events
    trigger: Json | None
    next_step: Json | None  # the trigger for it
    fields: Mapping[str, Json]  # our name -> the desk's field
    triggers: Sequence[Json]  # every one, the desk's own too


class ZendeskInstall:
    def __init__(self, client: ZendeskClient) -> None:
        self._client = client

    def plan(self, hook_url: str) -> Sequence[Step]:
        """What `apply` would do, without doing it. Raises ConnectorError when a scope is missing, by name."""
        scopes = self._scopes()
        found = self._survey()
        webhook, articles = blueprint.webhook_wanted(hook_url), blueprint.articles_webhook_wanted(hook_url)
        trigger = blueprint.trigger_wanted(str((found.webhook or {}).get("id", "")))
        steps = [
            *scopes,
            planned("webhook", found.webhook, partial(blueprint.webhook_fits, wanted=webhook)),
            planned("trigger", found.trigger, partial(blueprint.trigger_fits, wanted=trigger)),
        ]
        for name in blueprint.FIELDS:
            wanted = blueprint.field_wanted(name)
            steps.append(
                planned(wanted["title"], found.fields.get(name), partial(blueprint.field_fits, wanted=wanted))
            )
        webhook_id, field_id = (
            (there or {}).get("id", "") for there in (found.webhook, found.fields.get("next_step"))
        )
        chosen = blueprint.next_step_trigger_wanted(str(webhook_id), str(field_id))
        steps.append(
            planned(
                "trigger of the next step", found.next_step, partial(blueprint.trigger_fits, wanted=chosen)
            )
        )
        steps.append(planned(_ARTICLES, found.articles, partial(blueprint.webhook_fits, wanted=articles)))
        return [*steps, *OneMail(self._client).plan(found.triggers)]

    def apply(self, hook_url: str, progress: Progress) -> Installed:
        """Create what is missing, update what differs.

        Raises ConnectorError after a step `failed`; what was made until then stays, and is found the next
        time.
        """
        steps: list[Step] = []

        def note(step: Step) -> None:
            steps.append(step)
            progress(step)

        for step in self._scopes():
            note(step)
        desk = ZendeskDesk(self._client)
        me = desk.whoami()
        note(_user(me.name, me.id, self._client.connection.state))
        groups = {group.name: group.id for group in desk.groups()}
        note(Step("groups", "exists", ", ".join(sorted(groups))))
        found = self._survey()
        webhook_id = self._step(
            "webhook", note, lambda: self._webhook(found.webhook, blueprint.webhook_wanted(hook_url))
        )
        wanted = blueprint.trigger_wanted(webhook_id)
        trigger_id = self._step("trigger", note, lambda: self._trigger(found.trigger, wanted))
        fields = {
            name: self._step(title, note, partial(self._field, found.fields.get(name), name))
            for name, (title, _, _) in blueprint.FIELDS.items()
        }
        chosen = blueprint.next_step_trigger_wanted(webhook_id, fields["next_step"])
        self._step("trigger of the next step", note, lambda: self._trigger(found.next_step, chosen))
        articles_id = self._articles(found.articles, hook_url, note)
        changed = OneMail(self._client).apply(found.triggers, note)
        # Each webhook signs with a secret of its own, and both deliver to the same address.
        secrets = tuple(self._secret(i) for i in (webhook_id, articles_id) if i is not None)
        state = {
            "user_id": me.id,
            "user_name": me.name,
            "fields": fields,
            "groups": groups,
            "webhook_id": webhook_id,
            "articles_webhook_id": articles_id,
            "trigger_id": trigger_id,
            "hook_url": hook_url,
            STATE: changed,
        }
        return Installed(tuple(steps), state, secrets)

    def prove_guard(self) -> Proof:
        """Held when the desk refused a write on an old stamp and took one on the right stamp, on a private
        ticket made for it."""
        return prove(self._client)

    def remove(self, progress: Progress) -> None:
        """Take away what carries our names: the triggers before their webhook, then the fields with their
        values on old tickets.

        Triggers of the admin that we gave our condition to are as they were again.
        """
        found = self._survey()
        OneMail(self._client).undo(found.triggers, progress)
        for name, trigger in (("trigger", found.trigger), ("trigger of the next step", found.next_step)):
            if trigger is not None:
                self._remove(name, progress, partial(_delete, "triggers", Trigger(id=trigger["id"])))
        for name, webhook in (("webhook", found.webhook), (_ARTICLES, found.articles)):
            if webhook is not None:
                self._remove(name, progress, partial(_delete, "webhooks", Webhook(id=webhook["id"])))
        for field in found.fields.values():
            self._remove(
                str(field["title"]), progress, partial(_delete, "ticket_fields", TicketField(id=field["id"]))
            )
        connection = self._client.connection
        self._client.tokens.forget(token_name(connection.desk, connection.settings))

    def _scopes(self) -> list[Step]:
        """The scopes the desk granted, for a desk that grants any; all that are missing are told at once,
        before anything is written."""
        bearer = self._client.bearer
        if bearer is None:
            return []
        granted = bearer.scopes
        lacking = missing(granted)
        if lacking:
            raise scopes_missing(lacking)
        return [Step("scopes", "exists", " ".join(granted))]

    def _survey(self) -> _Found:
        webhooks = self._client.through_zenpy(lambda z: [w.to_dict() for w in z.webhooks.list()])
        triggers = self._client.through_zenpy(lambda z: [t.to_dict() for t in z.triggers()])
        fields = self._client.through_zenpy(lambda z: [f.to_dict() for f in z.ticket_fields()])
        titles = {title: name for name, (title, _, _) in blueprint.FIELDS.items()}
        return _Found(
            next((w for w in webhooks if w.get("name") == blueprint.WEBHOOK_NAME), None),
            next((w for w in webhooks if w.get("name") == blueprint.ARTICLES_NAME), None),
            next((t for t in triggers if t.get("title") == blueprint.TRIGGER_TITLE), None),
            next((t for t in triggers if t.get("title") == blueprint.NEXT_STEP_TITLE), None),
            {titles[f["title"]]: f for f in fields if f.get("title") in titles},
            triggers,
        )

    def _articles(self, there: Json | None, hook_url: str, note: Progress) -> str | None:
        try:
            return self._step(
                _ARTICLES, note, lambda: self._webhook(there, blueprint.articles_webhook_wanted(hook_url))
            )
        except ConnectorError as error:
            if error.status not in (400, 404, 422):
                raise
            # An account that does not take such a webhook can be served all the same: its articles are read
            # every 15 minutes.
            return None

    def _secret(self, webhook_id: str) -> str:
        return str(self._client.through_zenpy(lambda z: z.webhooks.show_secret(webhook_id).secret))

    def _webhook(self, there: Json | None, wanted: Json) -> tuple[str, str]:
        if there is None:
            made = self._client.through_zenpy(lambda z: z.webhooks.create(Webhook(**wanted)))
            return str(made.id), "created"
        if blueprint.webhook_fits(there, wanted):
            return str(there["id"]), "exists"
        # The kind of subscription is fixed for ever, and sending it again is refused by some accounts.
        change = {k: v for k, v in wanted.items() if k != "subscriptions"}
        self._client.through_zenpy(lambda z: z.webhooks.patch(_filled(Webhook(id=there["id"]), change)))
        return str(there["id"]), "updated"

    def _trigger(self, there: Json | None, wanted: Json) -> tuple[str, str]:
        if there is None:
            made = self._client.through_zenpy(lambda z: z.triggers.create(_filled(Trigger(), wanted)))
            return str(made.id), "created"
        if blueprint.trigger_fits(there, wanted):
            return str(there["id"]), "exists"
        self._client.through_zenpy(lambda z: z.triggers.update(_filled(Trigger(id=there["id"]), wanted)))
        return str(there["id"]), "updated"

    def _field(self, there: Json | None, name: str) -> tuple[str, str]:
        wanted = blueprint.field_wanted(name)
        if there is None:
            made = self._client.through_zenpy(
                lambda z: z.ticket_fields.create(_filled(TicketField(), wanted))
            )
            return str(made.id), "created"
        if there.get("type") != wanted["type"]:
            why = f"the field {wanted['title']!r} has the type {there.get('type')}, which cannot be changed"
            raise ConnectorError(f"{why}: rename or delete it, then connect again", permanent=True)
        if blueprint.field_fits(there, wanted):
            return str(there["id"]), "exists"
        change = {k: v for k, v in wanted.items() if k != "type"}
        if "custom_field_options" in change:
            # Options that are left out are deleted, with their values on tickets: an admin's own ones stay.
            present = {o["value"]: o for o in there.get("custom_field_options") or ()}
            own = [present.get(o["value"], o) for o in change["custom_field_options"]]
            change["custom_field_options"] = [
                *own,
                *(o for v, o in present.items() if v not in {x["value"] for x in own}),
            ]
        self._client.through_zenpy(
            lambda z: z.ticket_fields.update(_filled(TicketField(id=there["id"]), change))
        )
        return str(there["id"]), "updated"

    def _step(self, name: str, note: Progress, work: Callable[[], tuple[str, str]]) -> str:
        try:
            found_id, state = work()
        except ConnectorError as error:
            note(Step(name, "failed", str(error)))
            raise
        note(Step(name, state))
        return found_id

    def _remove(self, name: str, progress: Progress, work: Callable[[Zenpy], Any]) -> None:
        try:
            self._client.through_zenpy(work)
        except ConnectorError as error:
            progress(Step(name, "failed", str(error)))
            raise
        progress(Step(name, "removed"))


def _user(name: str, user_id: str, state: Mapping[str, object]) -> Step:
    before = state.get("user_id")
    if before in (None, user_id):
        return Step("user", "exists", name)
    # A token acts as the owner of its client. What the old user wrote is an agent's from now on.
    why = f"{name}, another user than before ({state.get('user_name')})"
    return Step("user", "updated", f"{why}: tickets the old one answered are left to people")


def _delete(endpoint: str, thing: object, zenpy: Zenpy) -> None:
    getattr(zenpy, endpoint).delete(thing)


def _filled(thing: Any, values: Mapping[str, Any]) -> Any:
    # Set after construction: zenpy sends what was set on an object, and its constructors drop what is empty.
    for name, value in values.items():
        setattr(thing, name, value)
    return thing
