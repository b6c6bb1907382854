"""The dead-letter page: what was given up, why, what was to be sent, and the button that tries once more.
Works without scripts."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import replays
from app.store import desks
from app.store.ids import new_id
from app.store.queues import dead_letters
from app.store.queues.dead_letters import Before
from app.web.access import allow
from app.web.console.framing import READERS, framed
from app.web.house import House

REPLAYERS = ("agent", "admin", "owner")
WHOLE_SHELF = ("admin", "owner")
PAGE = 50
MOST_AT_ONCE = 500  # letters one press replays: a request has to end


def register(pages: Blueprint, house: House) -> None:
    """Give the console its page of dead letters."""

    @pages.get("/dead-letters")
    @allow(*READERS)
    def letters() -> ResponseReturnValue:
        before = _cursor(request.args.get("before", ""))
        with house.db.read() as connection:
            rows, following = dead_letters.page(connection, current_user.tenant, before, PAGE)
            shown: dict[str, Any] = {
                "letters": rows,
                "paged": before is not None,
                "following": f"{following.since}.{following.id}" if following else None,
                "total": dead_letters.count(connection, current_user.tenant),
                "desks": dict(desks.names(connection, current_user.tenant)),
                "may_replay_all": current_user.role in WHOLE_SHELF,
                "most": MOST_AT_ONCE,
            }
            return render_template("console/letters.html", **shown, **framed(house, connection))

    @pages.get("/dead-letters/<letter_id>")
    @allow(*READERS)
    def letter(letter_id: str) -> ResponseReturnValue:
        with house.db.read() as connection:
            opened = replays.open_letter(connection, current_user.tenant, letter_id, house.keys)
            if opened is None:
                abort(404)
            shown = {
                "opened": opened,
                "letter": opened.letter,
                "desks": dict(desks.names(connection, current_user.tenant)),
                "may_replay": current_user.role in REPLAYERS,
            }
            return render_template("console/letter.html", **shown, **framed(house, connection))

    @pages.post("/dead-letters/<letter_id>/replay")
    @allow(*REPLAYERS)
    def replay_letter(letter_id: str) -> ResponseReturnValue:
        done = replays.replay(
            house.db, current_user.tenant, letter_id, current_user.email, house.keys, house.clock(), new_id
        )
        house.ring()
        flash("Put back to work. If it cannot be done this time either, it comes back here." if done
              else "It is no longer a dead letter: somebody else was faster. Nothing was done.")
        return redirect(url_for("console.letters"), 303)

    @pages.post("/dead-letters/replay")
    @allow(*WHOLE_SHELF)
    def replay_letters() -> ResponseReturnValue:
        done = replays.replay_all(
            house.db,
            current_user.tenant,
            current_user.email,
            house.keys,
            house.clock,
            new_id,
            most=MOST_AT_ONCE,
        )
        house.ring()
        flash(f"{done} put back to work. What cannot be done this time either comes back here.")
        return redirect(url_for("console.letters"), 303)


def _cursor(text: str) -> Before | None:
    since, _, row = text.partition(".")
    return (
        Before(int(since), row) if since.isascii() and since.isdigit() and len(since) < 18 and row else None
    )
