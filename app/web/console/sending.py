"""The kill switch, for one desk or for all. Stopping takes one tap; sending again takes the password once
more."""
from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection

from app import switch
from app.store import desks, users
from app.store.ids import new_id
from app.switch import EVERY_DESK, SwitchError
from app.web.access import allow
from app.web.console.framing import READERS, framed
from app.web.house import House

SWITCHERS = ("admin", "owner")
TRIES = "30 per 15 minutes"


def register(pages: Blueprint, house: House) -> None:
    """Give the console its switch."""

    def page(connection: Connection, **said: str) -> str:
        on = {one.desk: one for one in switch.switches(connection, current_user.tenant, house.clock())}
        places = [(EVERY_DESK, "Every desk"), *desks.names(connection, current_user.tenant)]
        return render_template(
            "console/sending.html",
            places=places,
            on=on,
            every=EVERY_DESK,
            may_switch=current_user.role in SWITCHERS,
            said=said,
            **framed(house, connection),
        )

    @pages.get("/sending")
    @allow(*READERS)
    def sending() -> ResponseReturnValue:
        with house.db.read() as connection:
            return page(connection)

    @pages.post("/sending/stop")
    @allow(*SWITCHERS)
    def stop_sending() -> ResponseReturnValue:
        desk = request.form.get("desk", "")
        try:
            switch.stop_sending(
                house.db,
                current_user.tenant,
                desk,
                request.form.get("why", ""),
                current_user.email,
                house.keys,
                house.clock(),
                new_id,
            )
        except SwitchError as error:
            with house.db.read() as connection:
                return page(connection, desk=desk, wrong=str(error)), 400
        flash("Sending is stopped. What is decided from now on waits here, and nothing is lost.")
        return redirect(url_for("console.sending"), 303)

    @pages.post("/sending/allow")
    @allow(*SWITCHERS)
    @house.limiter.limit(TRIES)
    def allow_sending() -> ResponseReturnValue:
        desk = request.form.get("desk", "")
        # Asked again: a console left open must not be enough to let an assistant speak that somebody has
        # silenced.
        account, _ = users.sign_in(
            house.db, current_user.email, request.form.get("password", ""), request.remote_addr, house.clock()
        )
        try:
            if account is None:
                raise SwitchError(
                    "The password does not fit. After five wrong ones it rests for 15 minutes here."
                )
            lifted = switch.allow_sending(
                house.db, current_user.tenant, desk, current_user.email, house.keys, house.clock(), new_id
            )
        except SwitchError as error:
            with house.db.read() as connection:
                return page(connection, desk=desk, wrong=str(error)), 400
        house.ring()
        flash(
            "Sending goes on. What waited is looked at once more before it goes out."
            if lifted
            else "It was not stopped any more."
        )
        return redirect(url_for("console.sending"), 303)
