"""No key without effect: each key of a policy, and each value of the agent's field, is changed once and
something is seen to change.

A new key needs a row here: what to change, and what is then different. Most rows play a ticket through the
endpoint; where a rule needs findings that no help centre gives on demand, the rule table is asked with
literals.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pytest
import requests
import yaml
from marshmallow import Schema, fields
from sqlalchemy import select

from app.core.deciding.calibration import Calibration
from app.core.deciding.modes import DeskFacts, effective_mode
from app.core.deciding.rules import decide
from app.core.verdicts import verdict_name
from app.fallback import topics_of
from app.store import artefacts, policies
from app.store.database import DEFAULT_TENANT
from app.store.tables import promises
from config.floor import FloorClass
from config.load import PolicySchema, Retired, parse_policy
from config.policy import Mode, Policy
from config.policy_text import PolicyError
from connectors.clock import to_iso
from connectors.records import NEXT_STEPS
from demo.policy import demo_policy
from tests.core.situations import NOW, candidate, findings, situation
from tests.flow.desks import zendesk_side
from tests.flow.faulty import BOOTS
from tests.flow.house import DESK, House
from workers.deciding.confidence import KIND, refit

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
PERSON = "Can I talk to a real person about a return please?"
GRAVE = "I am going to kill myself tonight."
FRENCH = "Bonjour, je voudrais savoir comment renvoyer des chaussures que je n'ai jamais portées."
EVENING = {day: ["20:00-23:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
Change = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Seen:
    """One ticket after everything that was due: what the customer and the agents got, and what the record
    says."""

    house: House
    ticket: str

    @property
    def reply(self) -> str:
        return "\n".join(r["plain_body"] for r in self.house.replies(self.ticket))

    @property
    def note(self) -> str:
        return "\n".join(n["plain_body"] for n in self.house.notes(self.ticket))

    @property
    def record(self) -> dict[str, Any]:
        return dict(json.loads(self.house.entries(self.ticket)[-1].payload))

    @property
    def verdict(self) -> str:
        return str(self.record["verdict"]["kind"])

    @property
    def wait(self) -> dict[str, Any]:
        return dict(self.record["wait"])

    @property
    def group(self) -> str | None:
        held = self.house.desk.state.tickets[int(self.ticket)].group_id
        return next((g.name for g in self.house.desk.state.groups.values() if g.id == held), None)

    @property
    def page(self) -> str:
        html = self.house.replies(self.ticket)[-1]["html_body"]
        return requests.get(html[html.index(f"{self.house.url}/t/"):].split('"')[0], timeout=5).text


@dataclass(frozen=True)
class Row:
    """What is changed about the demo's policy, and what is different then: `sees(before)` is `was`,
    `sees(after)` is `becomes`."""

    change: Change
    sees: Callable[[House, str], object]
    was: object
    becomes: object
    first: Change = lambda policy: None  # how the policy stands before and after alike
    fresh: bool = False  # in a house of its own: it leaves behind what others would see


def put(*path: str | int, to: Any) -> Change:
    def change(policy: dict[str, Any]) -> None:
        place: Any = policy
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def topic(name: str, value: Any, of: str = "returns") -> Change:
    return lambda policy: next(t for t in policy["topics"] if t["name"] == of).update({name: value})


def team(name: str, value: Any) -> Change:
    return lambda policy: next(t for t in policy["teams"] if t["group"] == "Support").update({name: value})


def all_of(*changes: Change) -> Change:
    return lambda policy: [change(policy) for change in changes]


def played(text: str, look: Callable[[Seen], object]) -> Callable[[House, str], object]:
    """A customer writes this under the policy; what is then to be seen."""
    def play(house: House, policy: str) -> object:
        with house.db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, policy, "test", "test", house.clock())
        ticket = house.write(text, email=f"{house.work.new_id()}@example.com")
        house.settle(60)
        return look(Seen(house, ticket))

    return play


def one_sender(*texts: str) -> Callable[[House, str], object]:
    """One requester writes each of these into a ticket of its own; how many public replies they get."""
    def play(house: House, policy: str) -> object:
        with house.db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, policy, "test", "test", house.clock())
        address = f"{house.work.new_id()}@example.com"
        tickets = [house.write(text, email=address) for text in texts]
        house.settle(60)
        return sum(len(house.replies(ticket)) for ticket in tickets)

    return play


def many_people(text: str, people: int) -> Callable[[House, str], object]:
    """So many people write this, one after the other; what each gets."""
    def play(house: House, policy: str) -> object:
        house.clock.advance(1_000)  # whoever wrote before counts no more
        return [played(text, lambda s: s.verdict)(house, policy) for _ in range(people)]

    return play


def ruled(**given: object) -> Callable[[House, str], object]:
    """The verdict of the rule table on a literal situation under the policy."""
    def ask(_: House, policy: str) -> object:
        decision = decide(situation(policy=_parsed(policy), **given))
        assert decision is not None
        return verdict_name(decision.verdict)

    return ask


def calibrated(text: str, look: Callable[[Seen], object]) -> Callable[[House, str], object]:
    """The same as `played` at a desk whose labels speak for themselves: half of them right, whatever the
    search found."""
    def play(house: House, policy: str) -> object:
        model = json.dumps(
            asdict(Calibration((), (), (), (), 1.0, 4.0, ((0.9, True), (0.9, False)) * 20))
        ).encode()
        with house.db.write() as tx:
            artefacts.keep(
                tx, DEFAULT_TENANT, DESK, KIND, model, "a test", 40, house.clock(), house.work.new_id()
            )
        return played(text, look)(house, policy)

    return play


def asked_twice(text: str) -> Callable[[House, str], object]:
    """The verdict on a second ticket of one customer with the same question, three days after the first."""
    def play(house: House, policy: str) -> object:
        email = f"{house.work.new_id()}@example.com"
        with house.db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, policy, "test", "test", house.clock())
        house.write(text, email=email)
        house.settle(60)
        house.clock.advance(3 * 86_400)
        again = house.write(text, email=email)
        house.settle(60)
        return Seen(house, again).verdict

    return play


def reopened(text: str) -> Callable[[House, str], object]:
    """The verdict on a new question in a ticket that a person solved ten days ago."""
    def play(house: House, policy: str) -> object:
        with house.db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, policy, "test", "test", house.clock())
        house.poll()
        ticket = house.write(PERSON, email=f"{house.work.new_id()}@example.com")
        house.settle(60)
        house.desk.do.agent_reply(int(ticket), "Done.")
        house.desk.do.solve(int(ticket))
        house.poll()
        house.settle(60)
        house.clock.advance(10 * 86_400)
        house.reply(ticket, text)
        house.settle(60)
        return Seen(house, ticket).verdict

    return play


def danger(**entry: object) -> Change:
    return put("floor", to={"danger": entry})


def real_desk_mode(_: House, policy: str) -> object:
    """The mode at a desk that is no sandbox, everything else proven."""
    facts = DeskFacts(sandbox=False, guard_proven=True, public_proven=True, bot_name="Larkfield AI assistant")
    return effective_mode(_parsed(policy), DESK, "other", Mode.SEND, facts)[0].value


def _parsed(policy: str) -> Policy:
    return parse_policy(policy, "a test", 1)


def _promised(seen: Seen) -> object:
    with seen.house.db.read() as tx:
        return tx.execute(select(promises.c.group_name).where(promises.c.ticket == seen.ticket)).scalar_one()


DRAFT, SEND = put("modes", to=[{"mode": "draft"}]), {"mode": "send"}
NEVER_SURE = all_of(put("thresholds", "answer", to=1.0), put("thresholds", "clarify", to=1.0))
TWO = (candidate("north", 0.80), candidate("south", 0.72))
FAR = findings(candidate("far", cosine=0.3), p_right=0.1)

ROWS: dict[str, Row] = {
    "company": Row(
        put("company", to="Oakfield"),
        played(RETURN, lambda s: "I'm Oakfield's AI assistant" in s.reply),
        False,
        True,
    ),
    "assistant_name": Row(
        put("assistant_name", to="Fern (AI)"),
        played(RETURN, lambda s: "as “Fern (AI)”" in s.page),
        False,
        True,
    ),
    "languages": Row(
        put("languages", to=["en", "de"]), played(FRENCH, lambda s: s.reply[:7]), "Bonjour", "Hi Maya"
    ),
    "default_language": Row(
        put("default_language", to="de"), played(PERSON, lambda s: s.note[:8]), "AI NOTE ", "KI-NOTIZ"
    ),
    "can_do": Row(
        put("can_do", "en", to="I know our manuals"),
        played(RETURN, lambda s: "I know our manuals" in s.reply),
        False,
        True,
    ),
    "modes.mode": Row(
        put("modes", to=[{"mode": "watch"}]), played(RETURN, lambda s: bool(s.reply)), True, False
    ),
    "modes.desk": Row(
        put("modes", to=[SEND, {"desk": DESK, "mode": "watch"}]),
        played(RETURN, lambda s: bool(s.reply)),
        True,
        False,
        first=put("modes", to=[SEND, {"desk": "elsewhere", "mode": "watch"}]),
    ),
    "modes.topic": Row(
        put("modes", to=[SEND, {"topic": "returns", "mode": "watch"}]),
        played(RETURN, lambda s: bool(s.reply)),
        True,
        False,
        first=put("modes", to=[SEND, {"topic": "shipping", "mode": "watch"}]),
    ),
    "topics.name": Row(
        topic("name", "sending_back"),
        played(RETURN, lambda s: s.record["reading"]["topic"]),
        "returns",
        "sending_back",
    ),
    "topics.title": Row(
        topic("title", {"en": "parcels back"}),
        lambda _, policy: dict(topics_of(_parsed(policy)))["returns"],
        "returns and refunds",
        "parcels back",
    ),
    "topics.mode": Row(topic("mode", "watch"), played(RETURN, lambda s: bool(s.reply)), True, False),
    "topics.must_handoff": Row(
        topic("must_handoff", True),
        played(RETURN, lambda s: s.record["verdict"].get("reason")),
        None,
        "must_handoff",
    ),
    "topics.when_unsure": Row(
        topic("when_unsure", "leave"), played(RETURN, lambda s: bool(s.reply)), True, False, first=NEVER_SURE
    ),
    "topics.route": Row(topic("route", "repairs"), played(PERSON, lambda s: s.group), "Support", "Repairs"),
    "topics.phrases": Row(
        topic("phrases", {"en": ["unworn shoes"]}, of="products"),
        played(RETURN, lambda s: s.record["reading"]["topic"]),
        "returns",
        "products",
        first=topic("phrases", {"en": ["return"]}),
    ),
    "topics.playbook": Row(
        topic("playbook", ["Look behind the shelf"]),
        played(PERSON, lambda s: "Look behind the shelf" in s.note),
        False,
        True,
    ),
    "topics.target_precision": Row(
        topic("target_precision", 0.99),
        calibrated(RETURN, lambda s: s.record["mode"]),
        "send",
        "draft",
        first=put("accept_uncalibrated", to=False),
        fresh=True,
    ),
    "routes.group": Row(
        put("routes", "support", "group", to="Repairs"),
        played(PERSON, lambda s: s.group),
        "Support",
        "Repairs",
    ),
    "routes.spoken": Row(
        put("routes", "support", "spoken", to={"en": "our front desk"}),
        played(PERSON, lambda s: "passed your message to our front desk" in s.reply),
        False,
        True,
    ),
    "routes.fallback": Row(
        put("routes", "support", "fallback", to="Repairs"),
        played(PERSON, lambda s: (s.group, _promised(s))),
        ("Support", "Support"),
        ("Repairs", "Repairs"),
        first=put("routes", "support", "group", to="Nobody"),
    ),
    "routes.desk": Row(
        put("routes", "support", "desk", to="nowhere"),
        played(PERSON, lambda s: "no such desk" in s.note),
        False,
        True,
    ),
    "routes.own_ticket": Row(
        put("routes", "support", "own_ticket", to=True),
        played(PERSON, lambda s: "open_ticket" in [e["kind"] for e in s.record["effects"]]),
        False,
        True,
    ),
    "default_route": Row(
        put("default_route", to="repairs"), played(PERSON, lambda s: s.group), "Support", "Repairs"
    ),
    "teams.group": Row(
        team("group", "Somebody"), played(PERSON, lambda s: s.wait["why_not"]), None, "queue_new"
    ),
    "teams.agents": Row(
        team("agents", 0), played(PERSON, lambda s: s.wait["why_not"]), None, "nobody_on_shift"
    ),
    "teams.minutes_per_ticket": Row(
        team("minutes_per_ticket", None), played(PERSON, lambda s: s.wait["why_not"]), None, "queue_new"
    ),
    "hours.time_zone": Row(
        put("hours", "time_zone", to="Europe/Berlin"),
        played(PERSON, lambda s: to_iso(s.wait["opens_at"])[11:16]),
        "19:00",
        "18:00",
        first=put("hours", "week", to=EVENING),
    ),
    "hours.week": Row(
        put("hours", "week", to=EVENING),
        played(PERSON, lambda s: "The team is back today" in s.reply),
        False,
        True,
    ),
    "hours.closed": Row(
        put("hours", "closed", to=["2026-10-13"]),
        played(PERSON, lambda s: "The team is closed today" in s.reply),
        False,
        True,
    ),
    "thresholds.answer": Row(
        put("thresholds", "answer", to=1.0),
        played(RETURN, lambda s: s.verdict),
        "answer",
        "handoff",
        first=put("thresholds", "clarify", to=1.0),
    ),
    "thresholds.draft": Row(
        put("thresholds", "draft", to=1.0),
        played(RETURN, lambda s: s.verdict),
        "answer",
        "handoff",
        first=all_of(DRAFT, put("thresholds", "clarify", to=1.0)),
    ),
    "thresholds.clarify": Row(
        put("thresholds", "clarify", to=0.5),
        ruled(findings=findings(*TWO, p_right=0.45)),
        "clarify",
        "handoff",
    ),
    "thresholds.clarify_gap": Row(
        put("thresholds", "clarify_gap", to=0.05),
        ruled(findings=findings(*TWO, p_right=0.45)),
        "clarify",
        "handoff",
    ),
    "thresholds.floor": Row(
        put("thresholds", "floor", to=0.9),
        played(RETURN, lambda s: s.record["verdict"].get("reason")),
        None,
        "out_of_scope",
    ),
    "announce_handoffs": Row(
        put("announce_handoffs", to=False), played(PERSON, lambda s: bool(s.reply)), True, False, first=DRAFT
    ),
    "answer_when": Row(
        put("answer_when", to="when_closed"), played(RETURN, lambda s: s.verdict), "answer", "stay_quiet"
    ),
    "max_replies_per_day": Row(
        put("max_replies_per_day", to=1), ruled(memory_replies=(NOW - 1,)), "answer", "handoff"
    ),
    "max_replies_per_requester": Row(
        put("max_replies_per_requester", to=1), one_sender(RETURN, BOOTS), 2, 1, fresh=True
    ),
    "max_replies_per_text": Row(
        put("max_replies_per_text", to=1), one_sender(RETURN, RETURN), 2, 1, fresh=True
    ),
    "incident_people": Row(
        put("incident_people", to=3),
        many_people(RETURN, 4),
        4 * ["answer"],
        [*3 * ["answer"], "handoff"],
        fresh=True,
    ),
    "reopen_after_days": Row(
        put("reopen_after_days", to=30), reopened(RETURN), "answer", "stay_quiet", fresh=True
    ),
    "repeat_days": Row(put("repeat_days", to=1), asked_twice(RETURN), "handoff", "answer", fresh=True),
    "horizon_days": Row(
        put("horizon_days", to=1),
        played(PERSON, lambda s: s.wait["why_not"]),
        None,
        "beyond_horizon",
        first=all_of(team("agents", 1), team("minutes_per_ticket", 240)),
        fresh=True,
    ),
    "accept_uncalibrated": Row(
        put("accept_uncalibrated", to=False), played(RETURN, lambda s: s.record["mode"]), "send", "draft"
    ),
    "floor.owner": Row(
        put("floor", to={kind.value: {"owner": "Jane Roe"} for kind in FloorClass}),
        real_desk_mode,
        "draft",
        "send",
    ),
    "floor.reviewed_by": Row(
        danger(reviewed_by="Dr. Roe"), played(GRAVE, lambda s: "not reviewed" in s.note), True, False
    ),
    "floor.route": Row(danger(route="repairs"), played(GRAVE, lambda s: s.group), "Support", "Repairs"),
    "floor.line": Row(
        danger(line={"en": "Call 0800 000 at any hour."}),
        played(GRAVE, lambda s: "Call 0800 000" in s.reply),
        False,
        True,
    ),
    "floor.phrases": Row(
        danger(phrases={"en": ["the lighthouse calls me"]}),
        played("Tonight the lighthouse calls me.", lambda s: "emergency number" in s.reply),
        False,
        True,
    ),
}


def keys(schema: Schema, within: str = "") -> Iterator[tuple[str, fields.Field[Any]]]:
    """Every key a policy may hold, dotted; names that the admin chooses are left out."""
    for name, field in schema.fields.items():
        inner = field
        while isinstance(inner, fields.List | fields.Dict):
            inner = inner.inner if isinstance(inner, fields.List) else inner.value_field
        if isinstance(inner, fields.Nested):
            yield from keys(inner.schema, f"{within}{name}.")
        else:
            yield f"{within}{name}", field


KEYS = dict(keys(PolicySchema()))
RETIRED: Mapping[str, Change] = {
    "bot_allowlist": put("bot_allowlist", to=["5"]),
    "topics.examples": topic("examples", ["x"]),
}


def changed(*changes: Change) -> str:
    policy = yaml.safe_load(demo_policy())
    for change in changes:
        change(policy)
    return yaml.safe_dump(policy, allow_unicode=True)


def test_every_key_has_its_row_here() -> None:
    assert set(ROWS) == {name for name, field in KEYS.items() if not isinstance(field, Retired)}
    assert set(RETIRED) == {name for name, field in KEYS.items() if isinstance(field, Retired)}


APART = 120  # seconds: more than twenty of one text in a quarter of an hour are an incident


@pytest.mark.parametrize("key", ROWS)
def test_each_key_changes_something(key: str, request: pytest.FixtureRequest) -> None:
    row = ROWS[key]
    house: House = request.getfixturevalue("house" if row.fresh else "again")
    house.clock.advance(APART)
    assert row.sees(house, changed(row.first)) == row.was
    assert row.sees(house, changed(row.first, row.change)) == row.becomes


@pytest.mark.parametrize("key", RETIRED)
def test_a_key_that_does_nothing_is_refused(key: str) -> None:
    with pytest.raises(PolicyError, match="delete"):
        _parsed(changed(RETIRED[key]))


STEPS: dict[str, tuple[str, str, Callable[[House, str], object], object, object]] = {
    # value: (mode, what the customer wrote, what is seen, before, after)
    "send_draft": ("draft", RETURN, lambda house, ticket: len(house.replies(ticket)), 0, 1),
    "continue": ("send", PERSON, lambda house, ticket: house.owner(ticket), "people", "assistant"),
    "stay_out": ("send", RETURN, lambda house, ticket: house.owner(ticket), "assistant", "people"),
    "not_needed": (
        "unsure",
        RETURN,
        lambda house, ticket: refit(house.work, DEFAULT_TENANT, DESK)["right"],
        0,
        1,
    ),
}


def test_every_value_of_the_agents_field_has_its_row_here() -> None:
    assert set(STEPS) == set(NEXT_STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_each_value_of_the_agents_field_changes_something(house: House, step: str) -> None:
    mode, text, sees, was, becomes = STEPS[step]
    first = {"draft": DRAFT, "send": put("modes", to=[SEND]), "unsure": NEVER_SURE}[mode]
    house.change_policy(lambda policy: (first(policy), policy)[1])
    ticket = house.write(text)
    house.settle(200)
    assert sees(house, ticket) == was
    zendesk_side(house).choose(ticket, step)
    assert sees(house, ticket) == becomes
