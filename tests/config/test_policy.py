"""The policy file: the shipped one loads, and a broken one is refused with file, key and why."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.floor import FloorClass
from config.load import SHIPPED_POLICY, load_policy, parse_policy
from config.policy import Mode, Reason
from config.policy_text import PolicyError
from config.wording import LANGUAGES

SHIPPED: dict[str, Any] = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    policy = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))
    change(policy)
    return yaml.safe_dump(policy, allow_unicode=True)


def refused(text: str | bytes, tmp_path: Path) -> str:
    file = tmp_path / "policy.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PolicyError) as error:
        load_policy(file)
    message = str(error.value)
    assert str(file) in message
    return message


def put(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(policy: dict[str, Any]) -> None:
        place: Any = policy
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to
    return change


BROKEN: dict[str, tuple[str | bytes, str, str]] = {
    # name: (file, the key named, why)
    "a key that is not known": (changed(put("companyy", to="x")), "companyy", "Unknown"),
    "a key that is missing": (changed(lambda p: p.pop("company")), "company", "Missing"),
    "an empty company": (changed(put("company", to="")), "company", "Length"),
    "a probability above 1": (
        changed(put("thresholds", "answer", to=1.5)),
        "thresholds.answer",
        "less than or equal to 1",
    ),
    "a probability that is no number": (
        changed(put("thresholds", "draft", to=float("nan"))),
        "thresholds.draft",
        "numeric",
    ),
    "a mode that does not exist": (
        changed(put("modes", 0, "mode", to="auto")),
        "modes.0.mode",
        "watch, draft, send",
    ),
    "a mode of a topic nobody has": (
        changed(put("modes", to=[{"topic": "refundz", "mode": "send"}])),
        "modes",
        "no topic 'refundz'",
    ),
    "two modes for the same": (
        changed(put("modes", to=[{"mode": "send"}, {"mode": "draft"}])),
        "modes",
        "same desk and topic",
    ),
    "a route nobody made": (changed(put("default_route", to="sales")), "routes", "no route 'sales'"),
    "a topic's route nobody made": (
        changed(put("topics", 0, "route", to="sales")),
        "routes",
        "no route 'sales'",
    ),
    "a route without a group": (
        changed(lambda p: p["routes"]["billing"].pop("group")),
        "routes.billing.value.group",
        "Missing",
    ),
    "a topic's name with a space": (
        changed(put("topics", 0, "name", to="Charge dispute")),
        "topics.0.name",
        "match",
    ),
    "two topics of one name": (
        changed(put("topics", 1, "name", to=SHIPPED["topics"][0]["name"])),
        "topics",
        "same name",
    ),
    "phrases that are one text": (
        changed(put("topics", 0, "phrases", to={"en": "refund"})),
        "topics.0.phrases.en.value",
        "list",
    ),
    "a language we do not speak": (changed(put("languages", to=["en", "tlh"])), "languages.1", "one of"),
    "a default language not among them": (
        changed(put("languages", to=["fr"])),
        "default_language",
        "one of languages",
    ),
    "a time zone that is none": (
        changed(put("hours", "time_zone", to="Larkfield")),
        "hours.time_zone",
        "Europe/London",
    ),
    "hours that end before they begin": (
        changed(put("hours", "week", "mon", to=["17:00-9:00"])),
        "hours.week.mon",
        "9:00-17:00",
    ),
    "hours that overlap": (
        changed(put("hours", "week", "mon", to=["9:00-12:00", "11:00-15:00"])),
        "hours.week",
        "overlap",
    ),
    "a day that is none": (
        changed(put("hours", "week", to={"monday": ["9:00-17:00"]})),
        "hours.week.monday",
        "one of",
    ),
    "a holiday that is not a date": (
        changed(put("hours", "closed", to=["Christmas"])),
        "hours.closed",
        "2026-12-25",
    ),
    "a holiday with an hour": (
        "closed: [2026-12-25 10:00:00]".join(
            changed(put("hours", "closed", to="HERE")).split("closed: HERE")
        ),
        "hours.closed",
        "not a date",
    ),
    "more replies a day than anybody bears": (
        changed(put("max_replies_per_day", to=500)),
        "max_replies_per_day",
        "less than",
    ),
    "a team of less than nobody": (
        changed(put("teams", 0, "agents", to=-1)),
        "teams.0.agents",
        "greater than",
    ),
    "a list of bots": (changed(put("bot_allowlist", to=["5"])), "bot_allowlist", "--bots 123,456"),
    "an empty list of bots": (changed(put("bot_allowlist", to=None)), "bot_allowlist", "was never read"),
    "examples of a topic": (
        changed(put("topics", 0, "examples", to=["charged me again"])),
        "topics.0.examples",
        "nothing reads examples",
    ),
    "a list instead of a policy": ("- company: x\n", "mapping", "policy.yaml"),
    "an empty file": ("", "mapping", "policy.yaml"),
    "no YAML": ("company: [Larkfield\n", "line", "not YAML"),
    "a tab": ("hours:\n\ttime_zone: x\n", "line 2", "not YAML"),
    "no text": (b"company: \xff\xfe\n", "UTF-8", "save it as UTF-8"),
    "a program instead of data": (
        "company: !!python/object/apply:os.system ['true']\n",
        "line 1",
        "not YAML",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_policy_is_refused_with_file_key_and_why(name, tmp_path):
    text, key, why = BROKEN[name]
    message = refused(text, tmp_path)
    assert key in message
    assert why in message


def test_every_fault_of_a_file_is_named_at_once(tmp_path):
    def both(policy: dict[str, Any]) -> None:
        policy["company"], policy["horizon_days"] = "", 99

    message = refused(changed(both), tmp_path)
    assert "company" in message and "horizon_days" in message


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PolicyError, match=r"missing\.yaml: cannot be read"):
        load_policy(tmp_path / "missing.yaml")


def test_the_shipped_policy_loads_and_promises_nothing_dangerous():
    policy = load_policy(SHIPPED_POLICY)
    assert policy.version == 1
    assert policy.accept_uncalibrated is False
    assert policy.announce_handoffs is True
    assert policy.wished_mode("any", "other") is Mode.DRAFT
    assert set(policy.languages) == set(LANGUAGES)
    assert policy.thresholds.clarify <= policy.thresholds.draft <= policy.thresholds.answer


def test_every_word_of_the_shipped_policy_for_customers_is_there_in_every_language():
    policy = load_policy(SHIPPED_POLICY)
    for topic in policy.topics:
        assert set(topic.title) == set(LANGUAGES), topic.name
    for name, route in policy.routes.items():
        assert set(route.spoken) == set(LANGUAGES), name
    assert set(policy.can_do) == set(LANGUAGES)
    for topic in policy.topics:
        if topic.must_handoff:
            assert all(topic.phrases.get(language) for language in LANGUAGES), topic.name


def test_every_route_leads_to_a_team_and_every_team_is_on_a_route():
    policy = load_policy(SHIPPED_POLICY)
    assert {r.group for r in policy.routes.values()} == {t.group for t in policy.teams}


def test_hours_are_minutes_of_the_week_in_order():
    hours = parse_policy(
        changed(put("hours", "week", to={"tue": ["13:00-24:00", "0:00-9:30"], "mon": ["9:00-17:00"]})), "x", 1
    ).hours
    day = 24 * 60
    assert hours.intervals == ((540, 1020), (day, day + 570), (day + 780, 2 * day))


def test_dates_may_be_written_plain_or_quoted():
    text = changed(put("hours", "closed", to=["2026-12-25"]))
    assert parse_policy(text, "x", 1).hours.closed == {"2026-12-25"}
    assert load_policy(SHIPPED_POLICY).hours.closed >= {"2026-12-25"}


def test_a_topic_without_a_route_goes_the_default_way():
    policy = load_policy(SHIPPED_POLICY)
    assert policy.route_of("returns") is policy.routes[policy.default_route]
    assert policy.route_of("warranty").group == "Repairs"
    assert policy.route_of("no such topic") is policy.routes[policy.default_route]
    assert policy.team("Nobody").agents is None


def test_the_reasons_of_a_hand_off_are_the_closed_list_figures_rely_on():
    assert [r.value for r in Reason] == [
        "customer_asked",
        "unsure",
        "out_of_scope",
        "must_handoff",
        "approval_needed",
        "fallback",
        "cannot_reply_here",
        "held_out",
        "failed",
    ]


def test_a_version_kept_with_keys_that_were_retired_since_goes_on_loading():
    def old(policy: dict[str, Any]) -> None:
        policy["bot_allowlist"] = ["5"]
        policy["topics"][0]["examples"] = ["charged me again"]

    text = changed(old)
    assert parse_policy(text, "policy version 3", 3, kept=True) == parse_policy(
        changed(lambda p: None), "x", 3
    )
    with pytest.raises(
        PolicyError, match=r"bot_allowlist.*topics\.0\.examples|topics\.0\.examples.*bot_allowlist"
    ):
        parse_policy(text, "the new policy", 4)


def test_a_kept_version_is_not_read_more_loosely_otherwise():
    for change in (
        put("companyy", to="x"),
        put("topics", to="none"),
        put("routes", to=["billing"]),
        put("teams", to=[None]),
    ):
        with pytest.raises(PolicyError):
            parse_policy(changed(change), "policy version 3", 3, kept=True)


def test_a_language_the_company_does_not_speak_is_answered_in_the_default_one():
    policy = parse_policy(changed(put("languages", to=["en", "de"])), "x", 1)
    assert [policy.spoken_to_in(code) for code in ("de", "fr", "tlh", None)] == ["de", "en", "en", "en"]


def with_floor(entry: str) -> str:
    return SHIPPED_POLICY.read_text("utf-8") + f"\nfloor:\n  {entry}\n"


def test_a_company_adds_to_a_class_of_the_floor():
    added = (
        "owner: Jane Roe, reviewed_by: Dr. Roe, route: billing, line: {en: Call us.}, phrases: {en: "
        "[goodbye world]}"
    )
    policy = parse_policy(with_floor(f"danger: {{{added}}}"), "p", 2)
    entry = policy.floor_entry(FloorClass.DANGER)
    assert (entry.owner, entry.reviewed_by, entry.route, entry.line) == (
        "Jane Roe",
        "Dr. Roe",
        "billing",
        {"en": "Call us."},
    )
    assert policy.floor_phrases() == {FloorClass.DANGER: ("goodbye world",)}
    assert (
        FloorClass.DANGER not in policy.floor_without_owner()
        and len(policy.floor_without_owner()) == len(FloorClass) - 1
    )


@pytest.mark.parametrize(("entry", "why"), [
    ("weather: {owner: Jane}", "floor.weather"),
    ("danger: {silent: true}", "floor.danger.value.silent"),
    ("danger: {route: nowhere}", "there is no route 'nowhere'"),
    ("danger: {phrases: {en: [die]}}", "at least 4 letters"),
    ("danger: {phrases: {it: [morire]}}", "floor.danger"),
    ("danger: {line: {en: ''}}", "floor.danger"),
])  # fmt: skip
def test_a_wrong_entry_of_the_floor_is_refused_with_its_place(entry, why):
    with pytest.raises(PolicyError, match=re.escape(why)):
        parse_policy(with_floor(entry), "p", 2)
