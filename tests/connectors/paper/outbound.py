"""Writing to one Paper account: one call per row, with the ticket's version as its fence and our key as its
mark."""
from __future__ import annotations

import json
from typing import Any

from connectors.contract import Write
from connectors.desk_writer import DeskWriter, Fieldful, read_answer
from connectors.http import Exchange
from connectors.outgoing import body_html, break_markup
from connectors.records import (
    Conflict,
    OpenTicket,
    Outcome,
    PostNote,
    PostReply,
    Role,
    Sent,
    Trace,
    UpdateFields,
)
from tests.connectors.paper import payloads
from tests.connectors.paper.client import PaperClient
from tests.connectors.paper.desk import PaperDesk, path

_STALE = 409


class PaperOutbound(DeskWriter[PaperClient]):
    title = "Paper"

    def find(self, write: Write, since: int) -> Trace:
        if isinstance(write.effect, OpenTicket):
            found = self._client.raw("GET", "/marked", params={"mark": write.key})["ticket"]
            return Trace(None if found is None else str(found), others=False)
        changes = PaperDesk(self._client).history(write.ticket_id, since)
        ours = next((change.id for change in changes if change.marker == write.key), None)
        return Trace(
            ours,
            any(
                change.kind in ("comment", "note") and change.actor is not Role.ASSISTANT
                for change in changes
            ),
        )

    def _open(self, write: Write, effect: OpenTicket) -> Outcome:
        entry = {"public": False, "html": body_html(effect.html, effect.text)}
        body = {
            **self._changes(effect),
            "subject": break_markup(effect.subject),
            "entry": entry,
            "mark": write.key,
        }
        return self._call("POST", "/tickets", body)

    def _change(self, write: Write, effect: PostReply | PostNote | UpdateFields) -> Outcome:
        body = {**self._changes(effect), "mark": write.key}
        if effect.status is not None:
            body["state"] = payloads.STATES[effect.status]
        if isinstance(effect, PostReply | PostNote):
            body["entry"] = {
                "public": isinstance(effect, PostReply),
                "html": body_html(effect.html, effect.text),
            }
        if write.stamp is not None:
            body["if_version"] = int(write.stamp.value)
        return self._call("PUT", path(write.ticket_id), body)

    def _changes(self, effect: Fieldful) -> dict[str, Any]:
        view = self._client.view
        fields = {
            view.fields[name]: break_markup(value)
            for name, value in effect.fields.items()
            if name in view.fields
        }
        group = {} if effect.group is None else {"group": view.group_id(effect.group)}
        return {"fields": fields, "add_labels": list(effect.add_tags), **group}

    def _call(self, method: str, where: str, body: dict[str, Any]) -> Outcome:
        def read(last: Exchange | None, error: Exception | None) -> Outcome:
            if last is not None and last.status == _STALE:
                return Conflict()
            return read_answer(last, error, self._sent, self._client.words)

        return self._attempt(lambda: self._client.raw(method, where, body=body), read)

    def _sent(self, last: Exchange) -> Sent:
        data = json.loads(last.body)
        return Sent(str(data["made"]), payloads.stamp(data, self._client.desk_now, self._client.clock()))
