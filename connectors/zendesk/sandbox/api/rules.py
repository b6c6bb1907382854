"""Triggers and ticket fields: what `connect` installs (Z15, Z16, Z19, Z53, Z55).

Source: REF ticket-triggers, ticket_fields.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.zendesk.sandbox import answers, shapes
from connectors.zendesk.sandbox.api import Desk, admin_only, list_url, sent
from connectors.zendesk.sandbox.nouns import TicketField, Trigger
from connectors.zendesk.sandbox.paging import page

_FIELD_TYPES = (
    "text",
    "textarea",
    "checkbox",
    "date",
    "integer",
    "decimal",
    "regexp",
    "partialcreditcard",
    "multiselect",
    "tagger",
    "lookup",
)
_LARGEST_TRIGGER = 65_000  # characters; support.zendesk.com 203662246


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("rules", __name__)
    state = desk.state

    def trigger_of(trigger_id: int) -> Trigger:
        if trigger_id not in state.triggers:
            raise answers.not_found()
        return state.triggers[trigger_id]

    def field_of(field_id: int) -> TicketField:
        if field_id not in state.fields:
            raise answers.not_found()
        return state.fields[field_id]

    def check(wanted: dict[str, Any]) -> None:
        conditions, actions = wanted.get("conditions") or {}, wanted.get("actions") or []
        if not (conditions.get("all") or conditions.get("any")):
            raise answers.invalid(base="Conditions: at least one is required")
        if not actions:
            raise answers.invalid(base="Actions: at least one is required")
        if len(str(conditions)) + len(str(actions)) > _LARGEST_TRIGGER:
            raise answers.invalid(base="Trigger is too large")
        for action in actions:
            if (
                action.get("field") == "notification_webhook"
                and str((action.get("value") or [""])[0]) not in state.webhooks
            ):
                raise answers.invalid(base="Actions: the webhook does not exist")

    @bp.get("/triggers")
    @bp.get("/triggers/active")
    def list_triggers() -> Response:
        found = sorted(state.triggers.values(), key=lambda t: (t.position, t.id))
        if request.path.endswith("/active") or request.args.get("active") == "true":
            found = [t for t in found if t.active]
        return jsonify(
            page(found, "triggers", lambda t: shapes.trigger(state, t), request.args, list_url(desk))
        )

    @bp.get("/triggers/<int:trigger_id>")
    def show_trigger(trigger_id: int) -> Response:
        return jsonify({"trigger": shapes.trigger(state, trigger_of(trigger_id))})

    @bp.post("/triggers")
    def create_trigger() -> tuple[Response, int]:
        admin_only()
        wanted, now = sent("trigger"), state.clock()
        if not wanted.get("title"):
            raise answers.invalid(title="Title: cannot be blank")
        check(wanted)
        position = wanted.get("position")
        last = max((t.position for t in state.triggers.values()), default=0) + 1
        trigger = Trigger(
            state.ids.number(),
            str(wanted["title"]),
            last if position is None else int(position),
            _conditions(wanted),
            list(wanted["actions"]),
            now,
            now,
            bool(wanted.get("active", True)),
            wanted.get("description"),
            wanted.get("category_id"),
        )
        state.triggers[trigger.id] = trigger
        return jsonify({"trigger": shapes.trigger(state, trigger)}), 201

    @bp.put("/triggers/<int:trigger_id>")
    def update_trigger(trigger_id: int) -> Response:
        admin_only()
        trigger, wanted = trigger_of(trigger_id), sent("trigger")
        # Sending either list replaces both: what is left out is cleared. Sending neither leaves them alone.
        if "conditions" in wanted or "actions" in wanted:
            trigger.conditions = _conditions(wanted)
            trigger.actions = list(wanted.get("actions") or [])
        for name in ("title", "active", "description", "category_id", "position"):
            if name in wanted:
                setattr(trigger, name, wanted[name])
        trigger.updated_us = state.clock()
        return jsonify({"trigger": shapes.trigger(state, trigger)})

    @bp.put("/triggers/reorder")
    def reorder_triggers() -> Response:
        admin_only()
        ids = [int(i) for i in (request.get_json(silent=True) or {}).get("trigger_ids") or []]
        if sorted(ids) != sorted(t.id for t in state.triggers.values() if t.active):
            raise answers.invalid(base="Trigger ids: every active trigger must be named once")
        for position, number in enumerate(ids, start=1):
            state.triggers[number].position = position
        return jsonify(
            page(
                [state.triggers[i] for i in ids],
                "triggers",
                lambda t: shapes.trigger(state, t),
                request.args,
                list_url(desk),
            )
        )

    @bp.delete("/triggers/<int:trigger_id>")
    def delete_trigger(trigger_id: int) -> tuple[str, int]:
        admin_only()
        del state.triggers[trigger_of(trigger_id).id]
        return "", 204

    @bp.get("/trigger_categories")
    def categories() -> Response:
        found = [{"id": "1", "name": "Notifications", "position": 1}]
        return jsonify(page(found, "trigger_categories", lambda c: c, request.args, list_url(desk)))

    @bp.get("/ticket_fields")
    def list_fields() -> Response:
        found = list(state.fields.values())
        return jsonify(
            page(
                found, "ticket_fields", lambda f: shapes.ticket_field(state, f), request.args, list_url(desk)
            )
        )

    @bp.get("/ticket_fields/<int:field_id>")
    def show_field(field_id: int) -> Response:
        return jsonify({"ticket_field": shapes.ticket_field(state, field_of(field_id))})

    @bp.post("/ticket_fields")
    def create_field() -> tuple[Response, int]:
        admin_only()
        wanted = sent("ticket_field")
        kind, title = str(wanted.get("type") or ""), str(wanted.get("title") or "")
        if not title:
            raise answers.invalid(title="Title: cannot be blank")
        if kind not in _FIELD_TYPES:
            raise answers.invalid(type=f"Type: {kind or 'nothing'} is not a type of ticket field")
        if kind in ("tagger", "multiselect") and not wanted.get("custom_field_options"):
            raise answers.invalid(custom_field_options="Custom field options: a drop-down needs at least one")
        field = TicketField(
            state.ids.number(),
            kind,
            title,
            state.clock(),
            str(wanted.get("description") or ""),
            bool(wanted.get("visible_in_portal", False)),
            bool(wanted.get("editable_in_portal", False)),
            True,
            _options(wanted),
            wanted.get("regexp_for_validation"),
        )
        state.fields[field.id] = field
        return jsonify({"ticket_field": shapes.ticket_field(state, field)}), 201

    @bp.put("/ticket_fields/<int:field_id>")
    def update_field(field_id: int) -> Response:
        admin_only()
        field, wanted = field_of(field_id), sent("ticket_field")
        # The type is fixed for ever; a new one in the request is passed over.
        field.title = str(wanted.get("title", field.title))
        field.description = str(wanted.get("description", field.description))
        field.visible_in_portal = bool(wanted.get("visible_in_portal", field.visible_in_portal))
        field.editable_in_portal = bool(wanted.get("editable_in_portal", field.editable_in_portal))
        if "custom_field_options" in wanted:
            field.options = _options(wanted)
        field.updated_us = state.clock()
        return jsonify({"ticket_field": shapes.ticket_field(state, field)})

    @bp.delete("/ticket_fields/<int:field_id>")
    def delete_field(field_id: int) -> tuple[str, int]:
        admin_only()
        if not field_of(field_id).removable:
            raise answers.invalid(base="A system field cannot be deleted")
        del state.fields[field_id]
        return "", 204

    def _options(wanted: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"id": o.get("id") or state.ids.number(), "name": str(o["name"]), "value": str(o["value"])}
                for o in wanted.get("custom_field_options") or []]

    return bp


def _conditions(wanted: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    sent_ones = wanted.get("conditions") or {}
    return {"all": list(sent_ones.get("all") or []), "any": list(sent_ones.get("any") or [])}
