"""The fallback by hand: one form gives a topic to people, one button takes it back. Both go on record."""
from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection

from app.fallback import EVERY, FallbackError, Wish, end_fallback, fall_back, fallbacks
from app.store import desks
from app.store.ids import new_id
from app.web.access import allow
from app.web.console.framing import READERS, framed
from app.web.console.sending import SWITCHERS
from app.web.house import House


def register(pages: Blueprint, house: House) -> None:
    """Give the console its fallback."""

    def page(connection: Connection, **said: str) -> str:
        frame, tenant = framed(house, connection), current_user.tenant
        return render_template(
            "console/fallback.html",
            on=fallbacks(connection, tenant, frame["now"]),
            topics=frame["company"].topics,
            places=[(EVERY, "Every desk"), *desks.names(connection, tenant)],
            said=said,
            may_switch=current_user.role in SWITCHERS,
            **frame,
        )

    @pages.get("/fallback")
    @allow(*READERS)
    def fallback_page() -> ResponseReturnValue:
        with house.db.read() as connection:
            return page(connection)

    @pages.post("/fallback/on")
    @allow(*SWITCHERS)
    def give_to_people() -> ResponseReturnValue:
        given = {name: request.form.get(name, "") for name in ("topic", "desk", "why", "until")}
        try:
            fall_back(
                house.db,
                current_user.tenant,
                Wish(**given),
                current_user.email,
                house.keys,
                house.clock(),
                new_id,
            )
        except FallbackError as error:
            with house.db.read() as connection:
                return page(connection, wrong=str(error), **given), 400
        flash("From the next ticket on, people get this topic.")
        return redirect(url_for("console.fallback_page"), 303)

    # No password here, unlike the kill switch: what is taken back was never silenced, and goes no further
    # than policy and caps allow.
    @pages.post("/fallback/off")
    @allow(*SWITCHERS)
    def take_back() -> ResponseReturnValue:
        topic, desk = request.form.get("topic", ""), request.form.get("desk", "")
        ended = end_fallback(
            house.db, current_user.tenant, topic, desk, current_user.email, house.keys, house.clock(), new_id
        )
        flash(
            "From the next ticket on, the assistant takes this topic again."
            if ended
            else "It was not with people any more."
        )
        return redirect(url_for("console.fallback_page"), 303)
