"""Candor's side of a Freshdesk: made through its API, found again by its names, removable. Running it twice
changes nothing.

Plans and accounts differ in what their API lets one make. What it refuses is told as a step to do by hand
(`manual`), word for word, and everything else goes on: fields come first, and without rules the poll finds
customers' messages within a minute.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from connectors.contract import Installed, Progress, Proof, Step
from connectors.errors import ConnectorError
from connectors.freshdesk import acknowledgements, blueprint
from connectors.freshdesk.blueprint import Rule
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.guard import prove
from connectors.freshdesk.onemail import STATE, OneMail
from connectors.freshdesk.payloads import Json
from connectors.steps import planned

_ARTICLES = Step("articles", "exists", "read every 15 minutes; no rule is made for them")
# The API is not there for this key or plan. A 401 is another matter: nothing at all will work.
_NOT_OFFERED = frozenset({403, 404, 405})


@dataclass(frozen=True, slots=True)
class _Found:
    rules: Mapping[str, Json]  # our id -> the desk's rule
    fields: Mapping[str, Json]  # our name -> the desk's field
    statuses: str
    # every rule on new tickets, the desk's own too; None where it offers none to this key
    on_creation: Sequence[Json] | None


class FreshdeskInstall:
    def __init__(self, client: FreshdeskClient) -> None:
        self._client = client

    def plan(self, hook_url: str) -> Sequence[Step]:
        """What `apply` would do, without doing it."""
        found = self._survey()
        steps = []
        for name in blueprint.FIELDS:
            wanted, there = blueprint.field_wanted(name), found.fields.get(name)
            steps.append(planned(wanted["label"], there, partial(blueprint.field_fits, wanted=wanted)))
        for rule in blueprint.RULES:
            there = found.rules.get(rule.id)
            steps.append(
                planned(rule.name, there, partial(self._fits, rule=rule, hook_url=hook_url, found=found))
            )
        who = _who_assigns(self._client.rows("/groups"))
        return [*steps, _ARTICLES, who, *OneMail(self._client, found.on_creation).plan()]

    def apply(self, hook_url: str, progress: Progress) -> Installed:
        """Create what is missing, update what differs, say what must be done by hand.

        Raises ConnectorError when the desk refuses the key, or fails; whatever was made by then is found
        again by the next run.
        """
        steps: list[Step] = []

        def note(step: Step) -> None:
            steps.append(step)
            progress(step)

        me = FreshdeskDesk(self._client).whoami()
        note(Step("user", "exists", me.name))
        groups = self._client.through_library(lambda api: [vars(g) for g in api.groups.list_groups()])
        note(Step("groups", "exists", ", ".join(sorted(str(g["name"]) for g in groups))))
        agents = self._client.through_library(lambda api: [vars(a) for a in api.agents.list_agents()])
        note(Step("agents", "exists", str(len(agents))))
        found = self._survey()
        note(Step("statuses", "exists", found.statuses))
        fields = {
            name: key
            for name in blueprint.FIELDS
            if (key := self._field(name, found.fields.get(name), note)) is not None
        }
        salt = str(self._client.connection.state.get("salt") or secrets.token_hex(32))
        secret = self._secret(salt)
        rules = {}
        for rule in blueprint.RULES:
            rule_id = self._rule(rule, found, hook_url, secret, fields.get("next_step"), note)
            if rule_id is not None:
                rules[rule.id] = rule_id
        note(_ARTICLES)
        note(_who_assigns(groups))
        changed = OneMail(self._client, found.on_creation).apply(note)
        state = {
            "user_id": me.id,
            "user_name": me.name,
            "fields": fields,
            "groups": {str(g["name"]): str(g["id"]) for g in groups},
            "routed": sorted(str(g["id"]) for g in groups if g.get("auto_ticket_assign")),
            "agents": {str(a["id"]): str((a.get("contact") or {}).get("name") or "") for a in agents},
            "rules": rules,
            "hook_url": hook_url,
            "salt": salt,
            STATE: changed,
        }
        return Installed(tuple(steps), state, (secret,))

    def prove_guard(self) -> Proof:
        """Held when what we write can be found again by its visible line, and moves the ticket's time, on a
        private ticket made for it."""
        return prove(self._client)

    def remove(self, progress: Progress) -> None:
        """Take away what carries our names: the rules, then the fields with their values on old tickets."""
        found = self._survey()
        OneMail(self._client, found.on_creation).undo(progress)
        for rule in blueprint.RULES:
            if rule.id in found.rules:
                self._remove(
                    rule.name, f"/automations/{rule.kind}/rules/{int(found.rules[rule.id]['id'])}", progress
                )
        for field in found.fields.values():
            self._remove(str(field["label"]), f"/admin/ticket_fields/{int(field['id'])}", progress)

    def _survey(self) -> _Found:
        # Raw: the library's models break on a field without dates, and the desk's own fields have none on
        # some accounts.
        listed = self._client.rows("/ticket_fields")
        labels = {label: name for name, (label, _) in blueprint.FIELDS.items()}
        fields = {labels[f["label"]]: f for f in listed if f.get("label") in labels}
        status = next(
            (f for f in listed if f.get("name") == "status" or f.get("type") == "default_status"), {}
        )
        rules: dict[str, Json] = {}
        on_creation: list[Json] | None = None
        for kind in blueprint.WHERE:
            try:
                there: list[Json] = list(self._client.pages(f"/automations/{kind}/rules"))
            except ConnectorError as error:
                if error.status not in _NOT_OFFERED:
                    raise
                there = []
            else:
                on_creation = there if kind == acknowledgements.CREATION else on_creation
            rules |= {
                r.id: t for t in there for r in blueprint.RULES if r.kind == kind and t.get("name") == r.name
            }
        return _Found(rules, fields, _statuses(status), on_creation)

    def _field(self, name: str, there: Json | None, note: Progress) -> str | None:
        wanted = blueprint.field_wanted(name)
        label = str(wanted["label"])
        if there is not None:
            if there.get("type") != wanted["type"]:
                why = f"the field {label!r} has the type {there.get('type')}, which cannot be changed"
                note(Step(label, "failed", why))
                raise ConnectorError(f"{why}: rename or delete it, then connect again", permanent=True)
            fits = blueprint.field_fits(there, wanted)
            # An admin's own changes to a field are looked at and never undone by us: choices left out would
            # be deleted on tickets.
            note(
                Step(label, "exists")
                if fits
                else Step(label, "manual", f"the field differs. {blueprint.field_steps(name)}")
            )
            return str(there["name"])
        try:
            made = self._client.raw("POST", "/admin/ticket_fields", body=wanted)
        except ConnectorError as error:
            return self._by_hand(label, blueprint.field_steps(name), error, note)
        note(Step(label, "created"))
        return str(made["name"])

    def _rule(
        self, rule: Rule, found: _Found, hook_url: str, secret: str, next_step: str | None, note: Progress
    ) -> str | None:
        by_hand = blueprint.rule_steps(rule, hook_url, secret)
        if rule is blueprint.CHOSEN and next_step is None:
            note(Step(rule.name, "manual", f"first the field it watches; then connect again, or: {by_hand}"))
            return None
        there, wanted = found.rules.get(rule.id), blueprint.rule_wanted(rule, hook_url, secret, next_step)
        if (
            there is not None
            and blueprint.rule_fits(there, wanted)
            and blueprint.header_kept(there, secret) is True
        ):
            note(Step(rule.name, "exists"))
            return str(there["id"])
        if (
            there is not None
            and blueprint.rule_fits(there, wanted)
            and blueprint.header_kept(there, secret) is None
        ):
            note(Step(rule.name, "manual", blueprint.header_steps(rule, secret)))
            return str(there["id"])
        try:
            if there is not None:
                self._client.raw("DELETE", f"/automations/{rule.kind}/rules/{int(there['id'])}")
            made = self._client.raw("POST", f"/automations/{rule.kind}/rules", body=wanted)
        except ConnectorError as error:
            return self._by_hand(rule.name, by_hand, error, note)
        kept = blueprint.header_kept(made, secret)
        done = "created" if there is None else "updated"
        note(
            Step(rule.name, done)
            if kept
            else Step(rule.name, "manual", f"{done}, but {blueprint.header_steps(rule, secret)}")
        )
        return str(made["id"])

    def _fits(self, there: Json, rule: Rule, hook_url: str, found: _Found) -> bool:
        salt = self._client.connection.state.get("salt")
        secret = self._secret(str(salt)) if salt else ""
        next_step = found.fields.get("next_step", {}).get("name")
        wanted = blueprint.rule_wanted(rule, hook_url, secret, next_step)
        return blueprint.rule_fits(there, wanted) and blueprint.header_kept(there, secret) is not False

    def _secret(self, salt: str) -> str:
        """The deliveries' secret: of 32 random bytes, which stand in the desk's state, and of the API key,
        which does not.

        So a second run knows the secret of the first, although the desk may not show it, and the state alone
        does not tell it.
        """
        key = self._client.connection.settings.get("api_key", "")
        digest = hmac.new(
            key.encode(), f"candor-hook:{self._client.connection.desk}:{salt}".encode(), hashlib.sha256
        ).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")

    @staticmethod
    def _by_hand(name: str, steps: str, error: ConnectorError, note: Progress) -> None:
        if error.status not in _NOT_OFFERED:
            note(Step(name, "failed", str(error)))
            raise error
        note(Step(name, "manual", steps))

    def _remove(self, name: str, path: str, progress: Progress) -> None:
        try:
            self._client.raw("DELETE", path)
        except ConnectorError as error:
            if error.status not in _NOT_OFFERED:
                progress(Step(name, "failed", str(error)))
                raise
            progress(Step(name, "manual", "the desk's API does not remove it; delete it by hand"))
        else:
            progress(Step(name, "removed"))


def _statuses(field: Json) -> str:
    """The desk's statuses as its agents read them, whatever they are called: only their numbers mean
    something to us."""
    choices = field.get("choices")
    if not isinstance(choices, Mapping):
        return "not told"
    labels = {
        str(code): str(words[0] if isinstance(words, list) and words else words)
        for code, words in choices.items()
    }
    return ", ".join(f"{code} {label}" for code, label in sorted(labels.items()))


def _who_assigns(groups: Sequence[Json]) -> Step:
    """How far the desk tells who has assigned a ticket: its API keeps no history of fields."""
    named = sorted(str(g["name"]) for g in groups if g.get("auto_ticket_assign"))
    rules = (
        f"except in groups that assign by themselves ({', '.join(named)}), where it counts as a rule's"
        if named
        else "and no group here assigns by itself; run connect again when one does"
    )
    told = f"Freshdesk does not say who assigned a ticket: it counts as a person's act, {rules}"
    return Step("assignments", "exists", told)
