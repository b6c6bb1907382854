"""What people do at the sandbox Paper desk."""
from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from connectors.mailtext import lines_of
from connectors.sandbox.acts import CommonActs
from connectors.sandbox.faults import Faults, with_bodies
from tests.connectors.paper.sandbox.deliveries import Deliveries
from tests.connectors.paper.sandbox.state import State, User
from tests.connectors.paper.sandbox.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Acts(CommonActs):
    reply_route: ClassVar = ("PUT", r"/api/tickets/\d+$")
    fault_presets: ClassVar = with_bodies(X10='{"why": "this key is not known"}')

    state: State
    tickets: Tickets
    deliveries: Deliveries
    faults: Faults

    def customer_ticket(self, name: str, email: str, subject: str, text: str) -> int:
        with self.state.lock:
            customer = self.state.user(name, email)
            return self.tickets.open(customer, customer, {"subject": subject, "entry": _said(text)})[0].id

    def customer_comment(self, ticket: int, text: str) -> int:
        with self.state.lock:
            found = self.tickets.find(ticket)
            return self.tickets.change(found.customer, found, {"entry": _said(text), "state": "open"}).id

    def agent_reply(self, ticket: int, text: str) -> int:
        return self._say(self.state.agent, ticket, _said(text))

    def agent_note(self, ticket: int, text: str) -> int:
        return self._say(self.state.agent, ticket, _said(text, public=False))

    def delete(self, ticket: int) -> None:
        with self.state.lock:
            self.tickets.change(self.state.agent, self.tickets.find(ticket), {"state": "gone"})

    def public_replies(self, ticket: int) -> list[dict[str, Any]]:
        return [said for said in self._shown(ticket) if said["public"] and said["by"]["staff"]]

    def notes(self, ticket: int) -> list[dict[str, Any]]:
        return [said for said in self._shown(ticket) if not said["public"]]

    def _say(self, by: User, ticket: int, entry: dict[str, Any]) -> int:
        with self.state.lock:
            return self.tickets.change(by, self.tickets.find(ticket), {"entry": entry}).id

    def _shown(self, ticket: int) -> list[dict[str, Any]]:
        with self.state.lock:
            return [
                {**entry, "text": lines_of(entry["html"])} for entry in self.tickets.find(ticket).entries()
            ]


def _said(text: str, *, public: bool = True) -> dict[str, Any]:
    return {"public": public, "html": f"<p>{escape(text)}</p>"}
