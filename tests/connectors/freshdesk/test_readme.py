"""The connector's README against the connector: the table of calls against those it really makes, the traps
against their tests."""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.clock import SetClock
from connectors.contract import Connection
from connectors.errors import ConnectorError
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.install import FreshdeskInstall
from connectors.freshdesk.knowledge import FreshdeskKnowledge
from connectors.freshdesk.outbound import FreshdeskOutbound
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.freshdesk.sandbox.mails import ACKNOWLEDGEMENT
from connectors.limits import RateBudget
from connectors.records import OpenTicket, PostNote, Status, UpdateFields
from tests.connectors.freshdesk.peers import SHORT, reply, write
from tests.connectors.freshdesk.wiring import HOOK, settings

README = Path("connectors/freshdesk/README.md")
ROW = re.compile(r"^\| `([A-Z]+) (/[^`]+)` \| (raw|library) \|", re.MULTILINE)
Call = tuple[str, str]


class Counting(FreshdeskClient):
    """Knows which calls of its session were made without the library."""

    raw_calls: set[Call]

    def value(self, *args: Any, **kwargs: Any) -> Any:
        before = len(self.session.calls)
        try:
            return super().value(*args, **kwargs)
        finally:
            self.raw_calls |= set(list(self.session.calls)[before:])

    def file(self, *args: Any) -> bytes:
        before = len(self.session.calls)
        try:
            return super().file(*args)
        finally:
            self.raw_calls |= set(list(self.session.calls)[before:])


def counting(sandbox: SandboxFreshdesk, clock: SetClock, state: Mapping[str, object]) -> Counting:
    connection = Connection("freshdesk-1", settings(sandbox, one_mail="yes"), state, sandbox.url)
    made = Counting(connection, clock, RateBudget(), sandbox_allowed=True, timeouts=SHORT)
    made.raw_calls = set()
    return made


def test_each_call_goes_the_way_the_readme_says(
    sandbox: SandboxFreshdesk, clock: SetClock, mayas_ticket: int
) -> None:
    next(r for r in sandbox.state.rules.values() if r.name == ACKNOWLEDGEMENT).conditions.clear()
    first = counting(sandbox, clock, {})
    state = dict(FreshdeskInstall(first).apply(HOOK, lambda step: None).state)
    next(r for r in sandbox.state.rules.values() if r.name == "Candor: a customer wrote").active = False

    of = counting(sandbox, clock, state)
    install, desk, out, ticket_id = (
        FreshdeskInstall(of),
        FreshdeskDesk(of),
        FreshdeskOutbound(of),
        str(mayas_ticket),
    )
    install.apply(HOOK, lambda step: None)
    sandbox.do.attach(mayas_ticket, name="a.txt", content="words")
    desk.file(desk.ticket(ticket_id).messages[0].files[0])
    desk.stamp(ticket_id)
    _, cursor = desk.changed_since(None, clock())
    desk.gone_since(cursor)
    desk.history(ticket_id, 0)
    desk.queue("Support")
    desk.groups()
    desk.whoami()
    opened = OpenTicket("s", "<p>x</p>", "x")
    for effect in (reply(), PostNote("<p>n</p>", "n"), UpdateFields(status=Status.PENDING), opened):
        out.send(write(effect, ticket_id))
        out.find(write(effect, ticket_id), 0)
    knowledge = FreshdeskKnowledge(of)
    known = next(knowledge.articles())
    assert knowledge.article(known.id) is not None
    assert install.prove_guard().held
    install.remove(lambda step: None)

    raw = first.raw_calls | of.raw_calls
    made = {call: "raw" if call in raw else "library" for call in {*first.session.calls, *of.session.calls}}
    told = {(method, path): way for method, path, way in ROW.findall(README.read_text())}
    assert made == told


def test_the_ways_do_not_overlap_by_accident(sandbox: SandboxFreshdesk, clock: SetClock) -> None:
    # The test above would hold whatever the README says if nothing were counted.
    of = counting(sandbox, clock, {})
    try:
        of.raw("GET", "/nothing")
    except ConnectorError:
        pass
    assert of.raw_calls == {("GET", "/api/v2/nothing")}


def test_every_trap_the_readme_names_has_its_test() -> None:
    named = set(re.findall(r"\bFP(\d+)\b", README.read_text()))
    tested = set(
        re.findall(
            r"def test_fp(\d+)_", Path("tests/connectors/freshdesk/test_client_library.py").read_text()
        )
    )
    assert named <= tested
    assert tested == {str(n) for n in range(1, 13)}
