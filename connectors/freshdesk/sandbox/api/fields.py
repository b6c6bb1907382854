"""Ticket fields: read by everybody, made by admins where the desk lets them (F7, F21).

Source: copies of FD, "Ticket Fields"; `/admin/ticket_fields` is unverified, so it can be switched off, and is
a 404 then.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.freshdesk.sandbox import answers, fields
from connectors.freshdesk.sandbox.api import Desk, admin_only, sent
from connectors.freshdesk.sandbox.nouns import TicketField


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("fields", __name__)
    state = desk.state

    def admin() -> None:
        if not state.switches.fields_by_api:
            raise answers.not_found()
        admin_only()

    def field_of(field_id: int) -> TicketField:
        found = next((f for f in state.fields.values() if f.id == field_id), None)
        if found is None:
            raise answers.not_found()
        return found

    @bp.get("/ticket_fields")
    def list_fields() -> Response:
        kind = request.args.get("type")
        return jsonify([f for f in fields.listed(state) if kind in (None, f["type"])])

    @bp.get("/admin/ticket_fields")
    def list_for_admins() -> Response:
        admin()
        own = {f.name: f for f in state.fields.values()}
        return jsonify(
            [
                fields.custom(own[f["name"]], f["position"], admin=True) if f["name"] in own else f
                for f in fields.listed(state)
            ]
        )

    @bp.get("/admin/ticket_fields/<int:field_id>")
    def show(field_id: int) -> Response:
        admin()
        return jsonify(fields.custom(field_of(field_id), 1, admin=True))

    @bp.post("/admin/ticket_fields")
    def create() -> tuple[Response, int]:
        admin()
        wanted = sent()
        made = fields.add_field(
            state,
            str(wanted.get("label") or ""),
            str(wanted.get("type") or ""),
            _choices(wanted),
            for_customers=bool(wanted.get("displayed_to_customers", False)),
        )
        made.customers_can_edit = bool(wanted.get("customers_can_edit", False))
        return jsonify(fields.custom(made, len(fields.listed(state)), admin=True)), 201

    @bp.put("/admin/ticket_fields/<int:field_id>")
    def update(field_id: int) -> Response:
        admin()
        field, wanted = field_of(field_id), sent()
        if "type" in wanted and wanted["type"] != field.type:
            raise answers.invalid(("type", "It cannot be changed", "invalid_value"))
        field.label = str(wanted.get("label", field.label))  # the name in the API stays
        field.displayed_to_customers = bool(
            wanted.get("displayed_to_customers", field.displayed_to_customers)
        )
        field.customers_can_edit = bool(wanted.get("customers_can_edit", field.customers_can_edit))
        if "choices" in wanted:
            field.choices = _choices(wanted)
        field.updated_us = state.clock()
        return jsonify(fields.custom(field, 1, admin=True))

    @bp.delete("/admin/ticket_fields/<int:field_id>")
    def delete(field_id: int) -> tuple[str, int]:
        admin()
        name = field_of(field_id).name
        del state.fields[name]
        for ticket in state.tickets.values():
            ticket.custom_fields.pop(name, None)
        return "", 204

    return bp


def _choices(wanted: dict[str, Any]) -> list[str]:
    listed = sorted(
        wanted.get("choices") or [], key=lambda c: c.get("position", 0) if isinstance(c, dict) else 0
    )
    return [str(c.get("value") if isinstance(c, dict) else c) for c in listed]
