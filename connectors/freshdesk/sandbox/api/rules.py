"""Automation rules (F6), and what becomes of the headers of a webhook action (F21).

Source: copies of FD, "Automations". How that action names its headers is documented nowhere: `custom_headers`
and `auth_header` are our guess, and the switch has the other case.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.freshdesk.sandbox import answers, shapes
from connectors.freshdesk.sandbox.api import Desk, admin_only, list_url, sent
from connectors.freshdesk.sandbox.nouns import ON_CREATION, ON_UPDATE, Rule
from connectors.freshdesk.sandbox.paging import page

_SECRET_PARTS = ("custom_headers", "auth_header")
_PARTS = ("name", "active", "position", "performer", "events", "conditions", "actions")


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("rules", __name__)
    state = desk.state

    def rule_of(kind: int, rule_id: int) -> Rule:
        found = state.rules.get(rule_id)
        if found is None or found.type != kind:
            raise answers.not_found()
        return found

    def check(kind: int, wanted: dict[str, Any]) -> None:
        needed = ("actions", "performer", "events") if kind == ON_UPDATE else ("actions", "conditions")
        foreign = () if kind == ON_UPDATE else ("performer", "events")
        faults = [
            (n, "Mandatory attribute missing", "missing_field")
            for n in needed
            if n in wanted and not wanted[n]
        ]
        faults += [
            (n, "Unexpected/invalid field in request", "invalid_field")
            for n in wanted
            if n not in _PARTS or n in foreign
        ]
        if faults:
            raise answers.invalid(*faults)

    def kept(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if state.switches.webhook_headers_by_api:
            return [dict(a) for a in actions]
        return [{name: value for name, value in a.items() if name not in _SECRET_PARTS} for a in actions]

    @bp.before_request
    def known_type() -> None:
        kind = (request.view_args or {}).get("kind")
        if kind not in (ON_CREATION, ON_UPDATE):
            raise answers.invalid(
                ("automation_type_id", "It should be one of these values: '1,4'", "invalid_value")
            )
        admin_only()

    @bp.get("/automations/<int:kind>/rules")
    def list_rules(kind: int) -> Response:
        found = sorted((r for r in state.rules.values() if r.type == kind), key=lambda r: (r.position, r.id))
        return page(found, shapes.rule, request.args, list_url(desk))

    @bp.get("/automations/<int:kind>/rules/<int:rule_id>")
    def show(kind: int, rule_id: int) -> Response:
        return jsonify(shapes.rule(rule_of(kind, rule_id)))

    @bp.post("/automations/<int:kind>/rules")
    def create(kind: int) -> tuple[Response, int]:
        wanted = sent()
        must = ("name", "actions", *(("performer", "events") if kind == ON_UPDATE else ("conditions",)))
        check(kind, {**dict.fromkeys(must), **wanted})
        if not wanted.get("name"):
            raise answers.invalid(("name", "Mandatory attribute missing", "missing_field"))
        if wanted["name"] in {r.name for r in state.rules.values() if r.type == kind}:
            raise answers.conflict("name", "It should be a unique value")
        now = state.clock()
        of_kind = [r for r in state.rules.values() if r.type == kind]
        position = int(wanted.get("position") or 0) if state.switches.rules_by_position else 0
        if position:
            for other in of_kind:
                other.position += other.position >= position
        last = max((r.position for r in of_kind), default=0)
        rule = Rule(
            state.ids.number(),
            kind,
            str(wanted["name"]),
            position or last + 1,
            now,
            bool(wanted.get("active", True)),
            dict(wanted.get("performer") or {}),
            list(wanted.get("events") or []),
            list(wanted.get("conditions") or []),
            kept(wanted["actions"]),
            now,
        )
        state.rules[rule.id] = rule
        return jsonify(shapes.rule(rule)), 201

    @bp.put("/automations/<int:kind>/rules/<int:rule_id>")
    def update(kind: int, rule_id: int) -> Response:
        rule, wanted = rule_of(kind, rule_id), sent()
        check(kind, wanted)
        for name in _PARTS:
            if name in wanted:
                setattr(rule, name, kept(wanted[name]) if name == "actions" else wanted[name])
        rule.updated_us = state.clock()
        return jsonify(shapes.rule(rule))

    @bp.delete("/automations/<int:kind>/rules/<int:rule_id>")
    def delete(kind: int, rule_id: int) -> tuple[str, int]:
        del state.rules[rule_of(kind, rule_id).id]
        return "", 204

    return bp
