"""Whatever stands at whichever key of a policy: it is refused in one sentence, or every wait and text can be
worked out under it."""
from __future__ import annotations

import os
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.waits.calendar import next_closing, open_seconds_between
from app.core.waits.dayone import estimate
from app.core.writing.wait_sentences import speak_hours, speak_moment, speak_wait
from config.load import SHIPPED_POLICY, load_policy, parse_policy
from config.policy import Policy
from config.policy_text import PolicyError
from config.wording import LANGUAGES, load_words
from connectors.clock import DAY
from tests.figures import Figures
from tests.hostile import YAMLS

NOW = 1_790_000_000_000_000
LONGEST_REFUSAL = 4_000  # characters
HERE = "HERE-IT-STANDS"
SHIPPED = yaml.safe_load(SHIPPED_POLICY.read_text("utf-8"))
WORDS = {language: load_words(language) for language in LANGUAGES}
OPTIONAL = {
    "floor": {"danger": {"owner": "Ann", "reviewed_by": "Dr Bo", "route": "support",
                         "line": {"en": "Call 112."}, "phrases": {"en": ["end it all"]}}},
}  # fmt: skip
Path_ = tuple[str | int, ...]


def shipped() -> dict[str, Any]:
    """A short policy with every key, those that may be left out as well."""
    policy: dict[str, Any] = deepcopy(SHIPPED) | deepcopy(OPTIONAL)
    policy["languages"], policy["can_do"] = ["en"], {"en": "I answer from our help centre"}
    policy["hours"] |= {"week": {"mon": ["9:00-17:00"]}, "closed": ["2026-12-25"]}
    policy["modes"] = [{"desk": "x", "topic": "other", "mode": "watch"}]
    policy["teams"] = policy["teams"][:1]
    policy["routes"] = {"support": {"group": "Support", "spoken": {"en": "our support team"},
                                    "fallback": "Billing", "desk": "other", "own_ticket": True}}
    policy["topics"] = [{"name": "returns", "title": {"en": "returns"}, "mode": "draft",
                         "must_handoff": False, "when_unsure": "leave", "route": "support",
                         "phrases": {"en": ["return"]},
                         "playbook": ["Look"], "target_precision": 0.9}]
    return policy


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every key and every place of a list, the outer before the inner."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def put(policy: dict[str, Any], path: Path_, value: Any) -> None:
    place: Any = policy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value


@lru_cache(maxsize=1_000)
def with_a_gap(path: Path_) -> str:
    policy = shipped()
    put(policy, path, HERE)
    return yaml.safe_dump(policy, allow_unicode=True, width=10_000)


def written(path: Path_, text: str) -> str:
    """The policy with this YAML as the value at a place."""
    return with_a_gap(path).replace(HERE, text)


def refusal(text: str) -> str | None:
    """What is said of it; None when it is taken, and then everything that is worked out from it was."""
    try:
        policy = parse_policy(text, "policy.yaml", 1)
    except PolicyError as error:
        return str(error)
    use(policy)
    return None


def use(policy: Policy) -> None:
    """What every ticket asks of a policy."""
    for topic in (*(t.name for t in policy.topics), "other"):
        policy.wished_mode("larkfield", topic)
        policy.team(policy.route_of(topic).group)
    policy.floor_without_owner()
    policy.floor_phrases()
    next_closing(policy.hours, NOW)
    open_seconds_between(policy.hours, NOW - 90 * DAY, NOW)
    for team, language in product((*policy.teams, policy.team("nobody")), policy.languages):
        wait = estimate(12, team, policy.hours, policy.horizon_days, NOW, replies_seen=30, stalled=60.0)
        words = WORDS[language]
        assert speak_wait(wait, policy.hours, words, NOW, None)
        assert speak_hours(policy.hours, words) and speak_moment(wait, policy.hours, words, NOW)


def is_sentence(said: str) -> bool:
    return said.startswith("policy.yaml:") and len(said) < LONGEST_REFUSAL and "Traceback" not in said


@pytest.mark.slow
def test_every_key_takes_every_hostile_value_or_refuses_it_in_a_sentence(figures: Figures) -> None:
    tried, taken, broke = 0, 0, []
    for path, text in product(list(places(shipped())), YAMLS):
        tried += 1
        try:
            said = refusal(written(path, text))
        except Exception as error:
            broke.append(f"{'.'.join(map(str, path))}: {text[:30]!r}: {type(error).__name__}")
            continue
        taken += said is None
        if said is not None and not is_sentence(said):
            broke.append(f"{'.'.join(map(str, path))}: {text[:30]!r}: {said[:200]}")
    figures("door", "policy keys x hostile values tried / tracebacks", len(broke), tried, taken=taken)
    assert broke == []
    assert 0 < taken < tried / 2


KEYS = st.text(max_size=5) | st.integers() | st.sampled_from(["en", "mon"])
PLACES = list(places(shipped()))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates()
    | st.datetimes() | st.binary(max_size=5) | st.sampled_from(["Europe", "9:00-17:00", "mon", "support"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=3))
def test_any_values_at_any_keys_are_used_or_refused(changes: list[tuple[Path_, Any]]) -> None:
    policy = shipped()
    for path, value in changes:
        try:
            put(policy, path, value)
        except (KeyError, IndexError, TypeError):
            continue  # what stood there was replaced by the change before
    said = refusal(yaml.safe_dump(policy, allow_unicode=True))
    assert said is None or is_sentence(said), said


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200) | st.text("[]{}:,-&*!|>'\"%@`#? \na1.", max_size=200))
def test_any_text_is_refused_in_a_sentence(text: str) -> None:
    said = refusal(text)
    assert said is not None and is_sentence(said), said


@pytest.mark.parametrize(("path", "text", "names"), [
    (("hours", "closed", 0), "2026-02-30", "hours.closed: '2026-02-30' is not a date"),
    (("hours", "time_zone"), "Europe", "hours.time_zone: 'Europe' is not a time zone"),
    (("hours", "time_zone"), "''", "hours.time_zone: '' is not a time zone"),
    (("horizon_days",), "9" * 5000, "horizon_days: Not a valid integer"),
    (("teams", 0, "agents"), ".inf", "teams.0.agents"),
    (("company",), '"\\ud800"', "U+D800"),
    (("can_do",), "&x {en: *x}", "holds itself"),
    (("can_do",), "[" * 50_000, "stand inside each other"),
    (("announce_handoffs",), "!!bool perhaps", "announce_handoffs: Not a valid boolean"),
])  # fmt: skip
def test_the_sentence_names_the_key_or_the_line(path: Path_, text: str, names: str) -> None:
    assert names in (refusal(written(path, text)) or "")


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000, "[" + "x," * 60_000 + "]"])
def test_what_is_too_deep_or_too_much_is_refused(text: str) -> None:
    assert is_sentence(refusal(written(("can_do",), text)) or "")


def test_aliases_that_multiply_are_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    assert re.search(r"line \d+: holds more than \d+ values", refusal(bomb) or "")


def test_an_alias_that_repeats_a_part_is_taken() -> None:
    assert refusal(written(("hours", "week"), "{mon: &day ['9:00-17:00'], tue: *day}")) is None


def test_what_is_not_a_policys_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "huge").write_bytes(b"#" * 600_000)
    (tmp_path / "latin").write_bytes(b"company: \xff")
    for name in ("pipe", "folder", "huge", "latin", "nowhere", "x" * 300):
        with pytest.raises(PolicyError, match=re.escape(str(tmp_path / name))):
            load_policy(tmp_path / name)
    with pytest.raises(PolicyError, match="is not a file"):
        load_policy(Path("/dev/zero"))
