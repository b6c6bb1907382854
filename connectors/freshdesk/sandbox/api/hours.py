"""Business hours (F18). The sandbox has one set, Monday to Friday from nine to five in London.

Source: copies of FD, "Business Hours".
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import to_iso
from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.api import Desk, list_url
from connectors.freshdesk.sandbox.paging import page

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("hours", __name__)
    state = desk.state

    def shape() -> dict[str, Any]:
        hours = {day: {"start_time": "9:00 am", "end_time": "5:00 pm"} for day in _DAYS}
        moment = to_iso(state.created_us)
        return {
            "id": state.business_hour_id,
            "name": "Default",
            "description": "Default business calendar",
            "is_default": True,
            "time_zone": "London",
            "business_hours": hours,
            "list_of_holidays": [],
            "created_at": moment,
            "updated_at": moment,
        }

    @bp.get("/business_hours")
    def list_hours() -> Response:
        return page([shape()], lambda one: one, request.args, list_url(desk))

    @bp.get("/business_hours/<int:hours_id>")
    def show(hours_id: int) -> Response:
        if hours_id != state.business_hour_id:
            raise answers.not_found()
        return jsonify(shape())

    return bp
