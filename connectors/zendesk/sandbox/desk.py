"""The whole sandbox desk: built from its parts, started in threads, stopped clean."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from connectors.clock import SystemClock
from connectors.zendesk.sandbox import articles, mails
from connectors.zendesk.sandbox.acts import Acts
from connectors.zendesk.sandbox.api import Desk, create_api
from connectors.zendesk.sandbox.control import create_control
from connectors.zendesk.sandbox.deliveries import Deliveries
from connectors.zendesk.sandbox.faults import Faults
from connectors.zendesk.sandbox.keys import Keys
from connectors.zendesk.sandbox.limits import Limits
from connectors.zendesk.sandbox.nouns import TicketField, User
from connectors.zendesk.sandbox.pages import create_pages
from connectors.zendesk.sandbox.state import State
from connectors.zendesk.sandbox.switches import Switches
from connectors.zendesk.sandbox.tickets import Tickets
from connectors.zendesk.sandbox.triggers import Triggers
from connectors.zendesk.sandbox.wire import ApiWire, Server

_SYSTEM_FIELDS = ("subject", "description", "status", "group", "assignee")


class SandboxZendesk:
    """A Zendesk on loopback. `SandboxZendesk(articles=…).start()`, then `.url`, `.do`, and at the end `.stop()`.

    `articles`: a folder or JSONL file, or ready `Source` records. `clock`: integer microseconds UTC. Ports 0 are chosen by the system.
    `.do` holds the verbs (`customer_ticket`, `agent_reply`, `fault` …); `.email`, `.token`, `.bearer` are the assistant user's credentials.
    Raises ValueError for an address that is not loopback.
    """

    def __init__(
        self,
        articles: str | Path | Iterable[articles.Source] | None = None,
        seed: int = 7,
        clock: Callable[[], int] | None = None,
        *,
        account: str = "larkfield",
        company: str = "Larkfield",
        groups: Iterable[str] = ("Support", "Billing", "Repairs"),
        agents: Iterable[tuple[str, str]] = (("Ana Ruiz", "Support"), ("Tom Weber", "Billing"), ("Ines Moreau", "Repairs")),
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
        self.do = Acts(self.state, tickets, self.deliveries, self.faults)
        self.article_ids: dict[str, int] = {}
        self.assistant = self._furnish(company, groups, agents)
        self.email, self.token = str(self.assistant.email), f"sandbox-token-{seed}"
        self.bearer = f"sandbox-bearer-{seed}"
        keys = Keys(self.token, {self.bearer: (self.assistant.id, frozenset({"read", "write"}))})
        self.keys = keys
        self._load(articles)
        api = create_api(Desk(self.state, tickets, self.deliveries, Limits(self.state), keys))
        self._wire = ApiWire(api, self.state, self.faults)
        pages = create_pages(self.do, company)
        self._server = Server(_by_path(self._wire, pages.wsgi_app), host, port)
        self._control = Server(create_control(self.do, self.about).wsgi_app, host, control_port)
        self._pages = Server(pages.wsgi_app, host, page_port) if page_port is not None else None
        self.url, self.control_url = self._server.url, self._control.url
        self.page_url = self.state.page_url = self._pages.url if self._pages else self.url

    def start(self) -> SandboxZendesk:
        self.deliveries.start()
        for server in filter(None, (self._server, self._control, self._pages)):
            server.start()
        return self

    def stop(self) -> None:
        """Ends every thread; safe to call once."""
        self._wire.stopping.set()
        for server in filter(None, (self._server, self._control, self._pages)):
            server.stop()
        self.deliveries.stop()

    def __enter__(self) -> SandboxZendesk:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def about(self) -> dict[str, Any]:
        """What somebody needs to use the desk; the credentials open this sandbox and nothing else."""
        return {
            "kind": "zendesk-sandbox", "url": self.url, "control_url": self.control_url, "page_url": f"{self.page_url}/sandbox",
            "account": self.account, "vendor_url": self.state.vendor_url, "email": self.email, "token": self.token, "bearer": self.bearer,
            "articles": len(self.state.articles),
        }

    def _furnish(self, company: str, groups: Iterable[str], agents: Iterable[tuple[str, str]]) -> User:
        """What every desk starts with: the assistant's user, people, groups, system fields, default triggers."""
        state = self.state
        domain = f"{self.account}.example"
        assistant = state.add_user(f"{company} AI assistant", f"assistant@{domain}", "admin", verification_method="full")
        for name in groups:
            state.add_group(name)
        for name, group in agents:
            agent = state.add_user(name, f"{name.split(' ')[0].lower()}@{domain}", "agent", verification_method="full")
            state.add_membership(agent.id, state.find_group(group).id)
        for kind in _SYSTEM_FIELDS:
            number = state.ids.number()
            state.fields[number] = TicketField(number, kind, kind.capitalize(), state.clock(), visible_in_portal=True, removable=False)
        mails.default_triggers(state)
        return assistant

    def _load(self, given: str | Path | Iterable[articles.Source] | None) -> None:
        if given is None:
            return
        sources = articles.read(Path(given)) if isinstance(given, str | Path) else iter(given)
        self.article_ids = articles.load(self.state, sources)


def _by_path(api: Any, pages: Any) -> Any:
    """One port for both: the API below /api, people's pages and the help centre beside it."""

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        is_page = environ["PATH_INFO"].startswith(("/sandbox", "/hc", "/favicon.ico")) or environ["PATH_INFO"] == "/"
        return (pages if is_page else api)(environ, start_response)

    return serve
