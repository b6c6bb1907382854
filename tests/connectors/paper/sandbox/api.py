"""Paper's API on the sandbox desk."""
from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, Response, jsonify, request

from connectors.clock import to_iso
from connectors.sandbox.answers import Refusal
from tests.connectors.paper.sandbox.state import State
from tests.connectors.paper.sandbox.tickets import Tickets

Json = dict[str, Any]


def create_api(state: State, tickets: Tickets, key: str) -> Flask:
    app = Flask("paper", static_folder=None)

    @app.before_request
    def enter() -> None:
        if request.headers.get("Authorization") != f"Bearer {key}":
            raise Refusal(401, {"why": "this key is not known"})
        state.lock.acquire()
        request.environ["paper.entered"] = True

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if request.environ.get("paper.entered"):
            state.lock.release()

    @app.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> tuple[Response, int]:
        return jsonify(refusal.body), refusal.status

    _desk_routes(app, state)
    _ticket_routes(app, state, tickets)
    return app


def _desk_routes(app: Flask, state: State) -> None:
    @app.get("/api/me")
    def me() -> Json:
        return state.assistant.shown()

    @app.get("/api/groups")
    def groups() -> Json:
        return {"groups": [{"id": number, "name": name} for number, name in state.groups.items()]}

    @app.get("/api/articles")
    def articles() -> Json:
        readers = {True: "everybody", False: "agents"}
        pages = f"https://{state.account}.paper.example/pages"
        return {
            "articles": [
                {
                    "id": page.id,
                    "title": page.title,
                    "html": page.html,
                    "readers": readers[page.public],
                    "section": page.section,
                    "changed_at": to_iso(page.updated_us or state.clock()),
                    "url": f"{pages}/{page.id}",
                }
                for page in state.articles
            ]
        }

    @app.get("/api/fields")
    def fields() -> Json:
        return {"fields": [{"id": number, "label": label} for number, label in state.fields.items()]}

    @app.post("/api/fields")
    def make_field() -> Json:
        number, label = state.number(), str(request.json["label"])  # type: ignore[index]
        state.fields[number] = label
        return {"id": number, "label": label}

    @app.delete("/api/fields/<int:number>")
    def delete_field(number: int) -> Json:
        del state.fields[number]
        return {}

    @app.get("/api/hook")
    def hook() -> Json:
        return state.hook

    @app.put("/api/hook")
    def put_hook() -> Json:
        state.hook = {
            "url": str(request.json["url"]),
            "secret": state.hook["secret"] or secrets.token_hex(32),
        }  # type: ignore[index]
        return state.hook

    @app.delete("/api/hook")
    def delete_hook() -> Json:
        state.hook = {"url": "", "secret": ""}
        return {}


def _ticket_routes(app: Flask, state: State, tickets: Tickets) -> None:
    @app.get("/api/tickets/<int:number>")
    def ticket(number: int) -> Json:
        return tickets.find(number).shown()

    @app.put("/api/tickets/<int:number>")
    def change(number: int) -> Json:
        found = tickets.find(number)
        made = tickets.change(state.assistant, found, _sent())
        return {"made": made.id, "version": found.version, "changed_at": to_iso(found.changed_at)}

    @app.post("/api/tickets")
    def open_one() -> Json:
        made, _ = tickets.open(state.assistant, state.assistant, _sent())
        return {"made": made.id, "version": made.version, "changed_at": to_iso(made.changed_at)}

    @app.delete("/api/tickets/<int:number>")
    def delete(number: int) -> Json:
        tickets.change(state.assistant, tickets.find(number), {"state": "gone"})
        return {}

    @app.get("/api/tickets/<int:number>/history")
    def history(number: int) -> Json:
        return {"changes": [change.shown() for change in tickets.find(number).history]}

    @app.get("/api/marked")
    def marked() -> Json:
        mark = request.args["mark"]
        return {"ticket": next((t.id for t in state.tickets.values() if t.history[0].mark == mark), None)}

    @app.get("/api/changes")
    def changes() -> Json:
        after = request.args["after"]
        since = state.newest if after == "newest" else int(after)
        later = sorted((t for t in state.tickets.values() if t.version > since), key=lambda t: t.version)
        return {
            "tickets": [t.shown() for t in later[:100]],
            "last": later[:100][-1].version if later else since,
        }

    @app.get("/api/queue")
    def queue() -> Json:
        group = request.args["group"]
        waiting = [
            t for t in state.tickets.values() if t.state in ("new", "open") and group in ("", str(t.group))
        ]
        return {"waiting": len(waiting)}


def _sent() -> Json:
    body: Json = request.json  # type: ignore[assignment]
    return body
