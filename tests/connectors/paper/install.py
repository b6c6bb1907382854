"""Candor's side of a Paper desk: a text field for each of ours, and one hook for what customers say."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors import guard
from connectors.contract import Installed, Progress, Proof, Step, Write
from connectors.records import FIELDS, Conflict, OpenTicket, PostNote, Sent
from connectors.steps import planned
from tests.connectors.paper.client import PaperClient
from tests.connectors.paper.desk import PaperDesk, path
from tests.connectors.paper.outbound import PaperOutbound
from tests.connectors.paper.payloads import Json

LABELS = {name: f"Candor: {name.replace('_', ' ')}" for name in FIELDS}
_HOOK = "hook"


class PaperInstall:
    def __init__(self, client: PaperClient) -> None:
        self._client = client

    def plan(self, hook_url: str) -> Sequence[Step]:
        fields, hook = self._fields(), self._hook()
        steps = [planned(label, fields.get(label), lambda there: True) for label in LABELS.values()]
        return [*steps, planned(_HOOK, hook, lambda there: there["url"] == hook_url)]

    def apply(self, hook_url: str, progress: Progress) -> Installed:
        steps = []
        fields, hook = self._fields(), self._hook()
        for step in self.plan(hook_url):
            done = step
            if step.state == "planned":
                done = replace(step, state={"create": "created", "update": "updated"}[step.detail], detail="")
                if step.name == _HOOK:
                    hook = self._client.raw("PUT", "/hook", body={"url": hook_url})
                else:
                    fields = {
                        **fields,
                        step.name: self._client.raw("POST", "/fields", body={"label": step.name}),
                    }
            steps.append(done)
            progress(done)
        assert hook is not None, "made above where it was not there"
        desk = PaperDesk(self._client)
        me = desk.whoami()
        state = {
            "user_id": me.id,
            "user_name": me.name,
            "groups": {group.name: group.id for group in desk.groups()},
            "fields": {name: str(fields[label]["id"]) for name, label in LABELS.items()},
        }
        return Installed(tuple(steps), state, (str(hook["secret"]),))

    def prove_guard(self) -> Proof:
        plan = f"guard-{self._client.connection.desk}-{self._client.clock()}"
        outbound = PaperOutbound(self._client)
        opening = OpenTicket(
            "Candor: test of the fence", "<p>Removed again at once.</p>", "Removed again at once."
        )
        return guard.prove(
            outbound, opening, plan, show=lambda ticket: self._show(ticket, outbound, plan),
            delete=lambda ticket: self._client.raw("DELETE", path(ticket)),
        )

    def remove(self, progress: Progress) -> None:
        fields = self._fields()
        for label in LABELS.values():
            if label in fields:
                self._client.raw("DELETE", f"/fields/{int(fields[label]['id'])}")
                progress(Step(label, "removed"))
        self._client.raw("DELETE", "/hook")
        progress(Step(_HOOK, "removed"))

    def _show(self, ticket: str, outbound: PaperOutbound, plan: str) -> Proof:
        """Of two writes on one stamp the desk takes the first alone."""
        stamp = PaperDesk(self._client).stamp(ticket)
        note = PostNote("<p>A test.</p>", "A test.")
        first, second = (outbound.send(Write(ticket, note, f"{plan}-{turn}", plan, stamp)) for turn in (1, 2))
        held = isinstance(first, Sent) and isinstance(second, Conflict)
        return Proof(
            held,
            f"on one version, the first write was {guard.words(first)} and the second {guard.words(second)}",
        )

    def _fields(self) -> Mapping[str, Json]:
        return {str(data["label"]): data for data in self._client.raw("GET", "/fields")["fields"]}

    def _hook(self) -> Json | None:
        hook = self._client.raw("GET", "/hook")
        return hook if hook["url"] else None
