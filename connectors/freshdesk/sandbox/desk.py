"""The whole sandbox desk, built from its parts."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from connectors.clock import SystemClock
from connectors.freshdesk.sandbox import mails
from connectors.freshdesk.sandbox.acts import Acts
from connectors.freshdesk.sandbox.api import Desk, create_api
from connectors.freshdesk.sandbox.articles import load
from connectors.freshdesk.sandbox.deliveries import Deliveries
from connectors.freshdesk.sandbox.keys import Keys
from connectors.freshdesk.sandbox.limits import Limits
from connectors.freshdesk.sandbox.nouns import CLOSED, OPEN, PENDING, RESOLVED, Person
from connectors.freshdesk.sandbox.pages import create_pages
from connectors.freshdesk.sandbox.rules import Rules
from connectors.freshdesk.sandbox.state import State
from connectors.freshdesk.sandbox.switches import Switches
from connectors.freshdesk.sandbox.tickets import Tickets
from connectors.sandbox.articles import Source, sources
from connectors.sandbox.desk import SandboxDesk
from connectors.sandbox.faults import Faults

# Words for agents, words for customers; from 6 on they are the desk's own.
_STATUSES = {
    OPEN: ("Open", "Being Processed"), PENDING: ("Pending", "Awaiting your Reply"), RESOLVED: ("Resolved",
    "This ticket has been Resolved"),
    CLOSED: ("Closed", "This ticket has been Closed"), 6: ("Waiting on Customer", "Awaiting your Reply"),
    7: ("Waiting on Third Party", "Being Processed"),
}  # fmt: skip


class SandboxFreshdesk(SandboxDesk):
    """A Freshdesk on loopback. `SandboxFreshdesk(articles=…).start()`, then `.url`, `.do`, and at the end
    `.stop()`.

    `articles`: a folder or JSONL file, or ready `Source` records. `clock`: integer microseconds UTC. Ports 0
    are chosen by the system. `.do` holds the verbs (`customer_ticket`, `agent_reply`, `fault` …); `.api_key`
    is the assistant user's, `.agent_key` one of an agent who is not an admin. Tickets count from
    `first_ticket`. Raises ValueError for an address that is not loopback."""

    def __init__(
        self,
        articles: str | Path | Iterable[Source] | None = None,
        seed: int = 7,
        clock: Callable[[], int] | None = None,
        *,
        account: str = "larkfield",
        company: str = "Larkfield",
        groups: Iterable[str] = ("Support", "Billing", "Repairs"),
        agents: Iterable[tuple[str, str]] = (
            ("Ana Ruiz", "Support"),
            ("Tom Weber", "Billing"),
            ("Ines Moreau", "Repairs"),
        ),
        host: str = "127.0.0.1",
        port: int = 0,
        control_port: int = 0,
        page_port: int | None = None,
        switches: Switches | None = None,
        first_ticket: int = 1,
    ) -> None:
        self.account, self.company = account, company
        self.state = State(account, seed, clock or SystemClock(), switches or Switches(), first_ticket)
        limits = Limits(self.state)
        self.deliveries = Deliveries(self.state, limits)
        self.faults = Faults()
        tickets = Tickets(self.state, Rules(self.state, self.deliveries.notify).run)
        self.do = Acts(self.state, tickets, self.deliveries, self.faults)
        self.assistant = self._furnish(company, groups, agents)
        self.api_key, self.agent_key = f"sandbox-key-{seed}", f"sandbox-agent-key-{seed}"
        somebody = next((p.id for p in self.state.agents() if not p.admin), 0)
        self.keys = Keys({self.api_key: self.assistant.id, self.agent_key: somebody})
        self.article_ids = load(self.state, sources(articles))
        api = create_api(Desk(self.state, tickets, limits, self.keys))
        self._listen(
            self.do,
            api,
            create_pages(self.do, company),
            ("/sandbox", "/support", "/a/"),
            host,
            (port, control_port, page_port),
        )

    def about(self) -> dict[str, Any]:
        """What somebody needs to use the desk; the key opens this sandbox and nothing else."""
        return {
            "kind": "freshdesk-sandbox",
            "url": self.url,
            "control_url": self.control_url,
            "page_url": f"{self.page_url}/sandbox",
            "account": self.account,
            "vendor_url": self.state.vendor_url,
            "api_key": self.api_key,
            "articles": len(self.state.articles),
        }

    def _furnish(self, company: str, groups: Iterable[str], agents: Iterable[tuple[str, str]]) -> Person:
        """What every desk starts with: statuses, the assistant's user, people, groups, the
        acknowledgement."""
        state = self.state
        domain = f"{self.account}.example"
        state.statuses.update(_STATUSES)
        assistant = state.add_person(
            f"{company} AI assistant", f"assistant@{domain}", staff=True, admin=True, active=True
        )
        state.assistant_id = assistant.id
        for name in groups:
            state.add_group(name)
        for name, group in agents:
            self.do.add_agent(name, f"{name.split(' ')[0].lower()}@{domain}", group)
        mails.default_rule(state)
        return assistant
