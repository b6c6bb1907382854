"""The table of calls in the connector's README against the calls it really makes."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from connectors.clock import SetClock
from connectors.contract import Connection
from connectors.errors import ConnectorError
from connectors.limits import RateBudget
from connectors.records import OpenTicket
from connectors.sandbox.faults import Fault
from connectors.zendesk import blueprint
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.install import ZendeskInstall
from connectors.zendesk.knowledge import ZendeskKnowledge
from connectors.zendesk.outbound import ZendeskOutbound
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.mails import ACKNOWLEDGEMENT
from tests.connectors.zendesk.wiring import HOOK, SHORT, reply, settings, write

ROW = re.compile(r"^\| `([A-Z]+) (/[^`]+)` \| (raw|zenpy) \|", re.MULTILINE)
Call = tuple[str, str]


class Counting(ZendeskClient):
    """Knows which calls of its session were made without zenpy."""

    raw_calls: set[Call]

    def raw(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        before = len(self.session.calls)
        try:
            return super().raw(*args, **kwargs)
        finally:
            self.raw_calls |= set(list(self.session.calls)[before:])

    def file(self, *args: Any) -> bytes:
        before = len(self.session.calls)
        try:
            return super().file(*args)
        finally:
            self.raw_calls |= set(list(self.session.calls)[before:])


def counting(sandbox: SandboxZendesk, clock: SetClock, state: dict[str, object]) -> Counting:
    connection = Connection("zendesk-1", settings(sandbox, one_mail="yes"), state, sandbox.url)
    made = Counting(connection, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)
    made.raw_calls = set()
    return made


def test_each_call_goes_the_way_the_readme_says(
    sandbox: SandboxZendesk, clock: SetClock, mayas_ticket: int
) -> None:
    ticket_id = str(mayas_ticket)
    first = counting(sandbox, clock, {})
    acknowledgement = next(t for t in sandbox.state.triggers.values() if t.title == ACKNOWLEDGEMENT)
    acknowledgement.conditions["all"].pop()
    acknowledgement.position = 0
    install = ZendeskInstall(first)
    state = dict(install.apply(HOOK, lambda step: None).state)
    sandbox.state.find_field("Candor: next step").options.pop()
    next(t for t in sandbox.state.triggers.values() if t.title == blueprint.TRIGGER_TITLE).active = False
    install.apply(f"{HOOK}-moved", lambda step: None)

    of = counting(sandbox, clock, state)
    desk, out = ZendeskDesk(of), ZendeskOutbound(of)
    sandbox.do.attach(mayas_ticket, name="a.txt", content="words")
    ticket = desk.ticket(ticket_id)
    desk.file(ticket.messages[0].files[0])
    desk._add_missing({}, [], ticket.requester.id)
    desk.stamp(ticket_id)
    desk.changed_since(None, clock())
    sandbox.do.faults.arm(Fault("answer", method="GET", path="/incremental/", status=403, body="{}"))
    desk.changed_since(None, clock())
    desk.history(ticket_id, 0)
    desk.queue("Support")
    desk.groups()
    desk.whoami()
    out.send(write(ticket_id, reply()))
    out.find(write(ticket_id, reply()), 0)
    out.find(write("", OpenTicket("s", "<p>x</p>", "x")), 0)
    knowledge = ZendeskKnowledge(of)
    known = next(knowledge.articles())
    assert knowledge.article(known.id) is not None
    guarded = ZendeskInstall(of)
    assert guarded.prove_guard().held
    guarded.remove(lambda step: None)

    raw = first.raw_calls | of.raw_calls
    every = {*first.session.calls, *of.session.calls}
    made = {call: "raw" if call in raw else "zenpy" for call in every}
    text = Path("connectors/zendesk/README.md").read_text()
    told = {(method, path): way for method, path, way in ROW.findall(text)}
    assert made == told


def test_the_ways_do_not_overlap_by_accident(sandbox: SandboxZendesk, clock: SetClock) -> None:
    # The test above would hold whatever the README says if nothing were counted.
    of = counting(sandbox, clock, {})
    try:
        of.raw("GET", "/api/v2/nothing.json")
    except ConnectorError:
        pass
    assert of.raw_calls == {("GET", "/api/v2/nothing.json")}
