"""The whole sandbox desk, built from its parts."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from connectors.clock import SystemClock
from connectors.sandbox.articles import Source, sources
from connectors.sandbox.desk import SandboxDesk
from connectors.sandbox.faults import Faults
from connectors.zendesk.sandbox import mails
from connectors.zendesk.sandbox.acts import Acts
from connectors.zendesk.sandbox.api import Desk, create_api
from connectors.zendesk.sandbox.articles import load as load_articles
from connectors.zendesk.sandbox.deliveries import Deliveries
from connectors.zendesk.sandbox.keys import Keys
from connectors.zendesk.sandbox.limits import Limits
from connectors.zendesk.sandbox.nouns import TicketField, User
from connectors.zendesk.sandbox.oauth import CLIENT, OAuth
from connectors.zendesk.sandbox.pages import create_pages
from connectors.zendesk.sandbox.state import State
from connectors.zendesk.sandbox.switches import Switches
from connectors.zendesk.sandbox.tickets import Tickets
from connectors.zendesk.sandbox.triggers import Triggers

_SYSTEM_FIELDS = ("subject", "description", "status", "group", "assignee")


class SandboxZendesk(SandboxDesk):
    """A Zendesk on loopback. `SandboxZendesk(articles=…).start()`, then `.url`, `.do`, and at the end
    `.stop()`.

    `articles`: a folder or JSONL file, or ready `Source` records. `clock`: integer microseconds UTC. Ports 0
    are chosen by the system. `.do` holds the verbs (`customer_ticket`, `agent_reply`, `fault` …); `.email`,
    `.token`, `.bearer`, and `.client_id` with `.client_secret`, are the assistant user's credentials. Raises
    ValueError for an address that is not loopback.
    """

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
    ) -> None:
        self.account, self.company = account, company
        self.state = State(account, seed, clock or SystemClock(), switches or Switches())
        self.deliveries = Deliveries(self.state)
        self.faults = Faults()
        triggers = Triggers(self.state, self.deliveries.notify)
        tickets = Tickets(self.state, triggers.run)
        oauth = OAuth(self.state.clock, seed)
        self.do = Acts(self.state, tickets, self.deliveries, self.faults, oauth)
        self.assistant = self._furnish(company, groups, agents)
        self.email, self.token = str(self.assistant.email), f"sandbox-token-{seed}"
        self.bearer = f"sandbox-bearer-{seed}"
        self.oauth = oauth
        self.client_id = oauth.add(CLIENT, self.assistant.id).identifier
        keys = Keys(self.token, oauth, {self.bearer: (self.assistant.id, frozenset({"read", "write"}))})
        self.keys = keys
        self.article_ids = load_articles(self.state, sources(articles))
        api = create_api(Desk(self.state, tickets, self.deliveries, Limits(self.state), keys))
        self._listen(
            self.do,
            api,
            create_pages(self.do, company),
            ("/sandbox", "/hc"),
            host,
            (port, control_port, page_port),
        )

    @property
    def client_secret(self) -> str:
        """The present one of the assistant's OAuth client."""
        return self.oauth.client(self.client_id).secret

    def about(self) -> dict[str, Any]:
        """What somebody needs to use the desk; the credentials open this sandbox and nothing else."""
        return {
            "kind": "zendesk-sandbox",
            "url": self.url,
            "control_url": self.control_url,
            "page_url": f"{self.page_url}/sandbox",
            "account": self.account,
            "vendor_url": self.state.vendor_url,
            "email": self.email,
            "token": self.token,
            "bearer": self.bearer,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "articles": len(self.state.articles),
        }

    def _furnish(self, company: str, groups: Iterable[str], agents: Iterable[tuple[str, str]]) -> User:
        """What every desk starts with: the assistant's user, people, groups, system fields, default
        triggers."""
        state = self.state
        domain = f"{self.account}.example"
        assistant = state.add_user(
            f"{company} AI assistant", f"assistant@{domain}", "admin", verification_method="full"
        )
        for name in groups:
            state.add_group(name)
        for name, group in agents:
            agent = state.add_user(
                name, f"{name.split(' ')[0].lower()}@{domain}", "agent", verification_method="full"
            )
            state.add_membership(agent.id, state.find_group(group).id)
        for kind in _SYSTEM_FIELDS:
            number = state.ids.number()
            state.fields[number] = TicketField(
                number, kind, kind.capitalize(), state.clock(), visible_in_portal=True, removable=False
            )
        mails.default_triggers(state)
        return assistant
