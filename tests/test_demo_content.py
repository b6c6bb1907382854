"""The demo's articles, tickets and questions keep the promises that the demo, the fits and the figures rely
on."""

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

DEMO = Path(__file__).resolve().parents[1] / "demo"
ARTICLE_FILES = sorted((DEMO / "help_centre").glob("*.md"))
SECTIONS = {
    "Returns", "Refunds", "Shipping", "Orders", "Account", "Payments", "Products", "Sizing",
    "Warranty & repairs", "Gift cards", "Circle", "Stores", "Company policy", "For agents",
}  # fmt: skip
FRONT_MATTER = {"id", "title", "section", "visibility", "updated", "labels", "kind"}
OWN_ANSWERING_TIME = re.compile(
    r"\bwe (reply|answer|respond|get back|write back)\b[^.]*\bwithin\b", re.IGNORECASE
)
SPLITS = ("train", "valid", "eval")
ZERO_WIDTH_SPACE = "\u200b"


def read_article(path: Path) -> tuple[dict[str, Any], str]:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def read_rows(name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in (DEMO / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


ARTICLES = {path.stem: read_article(path) for path in ARTICLE_FILES}
PUBLIC = {name for name, (front, _) in ARTICLES.items() if front["visibility"] == "public"}
AGENTS = set(ARTICLES) - PUBLIC
SCENES = yaml.safe_load((DEMO / "tickets.yaml").read_text(encoding="utf-8"))
CANARIES = yaml.safe_load((DEMO / "canaries.yaml").read_text(encoding="utf-8"))


def test_the_shop_is_big_enough_and_keeps_some_articles_to_its_agents() -> None:
    assert len(ARTICLES) >= 48
    assert len(AGENTS) >= 7
    assert {front["section"] for front, _ in ARTICLES.values()} == SECTIONS


def test_titles_are_unique_so_that_a_citation_names_one_article() -> None:
    titles = Counter(front["title"] for front, _ in ARTICLES.values())
    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(ARTICLES))
def test_an_article_is_complete(name: str) -> None:
    front, body = ARTICLES[name]
    assert set(front) == FRONT_MATTER
    assert front["id"] == name
    assert front["section"] in SECTIONS
    assert front["visibility"] in {"public", "agents"}
    assert front["kind"] in {"policy", "howto", "spec", "note"}
    assert isinstance(front["updated"], date) and date(2026, 1, 1) <= front["updated"] < date(2026, 11, 1)
    assert front["labels"] and all(isinstance(label, str) for label in front["labels"])
    assert 90 <= len(body.split()) <= 350
    assert body.count("\n## ") >= 2


@pytest.mark.parametrize("name", sorted(AGENTS))
def test_an_agents_article_says_so_and_holds_a_canary_found_nowhere_else(name: str) -> None:
    front, _ = ARTICLES[name]
    assert front["title"].startswith("Internal: ") and front["section"] == "For agents"
    assert [other for other, (_, body) in ARTICLES.items() if CANARIES[name] in body] == [name]


def test_every_canary_belongs_to_an_agents_article_and_is_not_in_scenes_or_questions() -> None:
    assert set(CANARIES) == AGENTS
    said = json.dumps(SCENES) + "".join(row["question"] for split in SPLITS for row in read_rows(split))
    assert [phrase for phrase in CANARIES.values() if phrase in said] == []


def test_exactly_two_articles_state_the_companys_own_answering_time() -> None:
    stating = {name for name, (_, body) in ARTICLES.items() if OWN_ANSWERING_TIME.search(body)}
    assert stating == {"policy-contact", "policy-complaints"}


def test_one_public_article_carries_what_must_never_reach_a_reader_as_more_than_text() -> None:
    hostile = {
        name
        for name, (_, body) in ARTICLES.items()
        if "{{" in body or "<img" in body or ZERO_WIDTH_SPACE in body
    }
    assert hostile == {"policy-email-templates"} and hostile <= PUBLIC
    body = ARTICLES["policy-email-templates"][1]
    assert "{{ticket.comments_formatted}}" in body and "<img" in body and ZERO_WIDTH_SPACE in body


@pytest.mark.parametrize("split", SPLITS)
def test_questions_name_public_articles_exactly_when_they_can_be_answered(split: str) -> None:
    rows = read_rows(split)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == {"id", "question", "article_ids", "answerable", "note"}
        assert set(row["article_ids"]) <= PUBLIC, row["id"]
        assert len(row["article_ids"]) in ({1, 2} if row["answerable"] else {0}), row["id"]
        assert row["answerable"] or row["note"] in {"no_article", "agents_only", "foreign"}, row["id"]
    assert 0.2 <= sum(not row["answerable"] for row in rows) / len(rows) <= 0.3


def test_no_question_stands_twice_or_in_two_files() -> None:
    seen = Counter(plain(row["question"]) for split in SPLITS for row in read_rows(split))
    assert [text for text, count in seen.items() if count > 1] == []


def test_the_scenes_of_the_demo_are_not_among_the_questions() -> None:
    written = {plain(step["write"]) for scene in SCENES for step in scene["steps"] if "write" in step}
    assert not written & {plain(row["question"]) for split in SPLITS for row in read_rows(split)}


def test_every_public_article_is_asked_for_in_training_and_outside_it() -> None:
    asked = {split: {name for row in read_rows(split) for name in row["article_ids"]} for split in SPLITS}
    assert asked["train"] == PUBLIC
    assert asked["valid"] | asked["eval"] == PUBLIC


def test_the_questions_page_states_the_true_numbers() -> None:
    page = (DEMO / "questions" / "README.md").read_text(encoding="utf-8")
    for split in SPLITS:
        rows = read_rows(split)
        notes = Counter(row["note"] for row in rows if not row["answerable"])
        assert (
            f"| `{split}.jsonl` | {len(rows)} | {notes.total()} | {notes['foreign']} | "
            f"{notes['agents_only']} |"
            in page
        )
    assert f"| `asks_person.jsonl` | {len(read_rows('asks_person'))} |" in page


def test_requests_for_a_person_and_near_misses_are_balanced_in_four_languages() -> None:
    rows = read_rows("asks_person")
    assert len({plain(row["text"]) for row in rows}) == len(rows) >= 120
    counts = Counter((row["lang"], row["asks"]) for row in rows)
    assert all(counts[lang, True] == counts[lang, False] > 0 for lang in ("en", "de", "fr", "es"))


def test_the_scenes_cover_what_the_demo_promises() -> None:
    outcomes = Counter(scene["expect"] for scene in SCENES)
    assert outcomes["answered"] >= 3
    assert all(outcomes[kind] >= 1 for kind in ("clarified", "unsure", "handed_off", "ignored", "duplicate"))
    assert [s for s in SCENES if any("by" in step for step in s["steps"])], "somebody in copy writes"
    assert [s for s in SCENES if any(step.get("expect") == "alerted" for step in s["steps"])], (
        "people are told of a grave message"
    )
    assert len({scene["id"] for scene in SCENES}) == len(SCENES) >= 9
    followed_up = [
        s for s in SCENES if [step.get("expect") for step in s["steps"]] == ["answered", "answered"]
    ]
    assert followed_up and any("again" in step for s in SCENES for step in s["steps"])


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene["id"])
def test_a_scene_can_be_played(scene: dict[str, Any]) -> None:
    assert set(scene) - {"desk"} == {"id", "title", "customer", "subject", "steps", "expect"}
    assert scene.get("desk", "zendesk") in ("zendesk", "freshdesk")
    assert set(scene["customer"]) == {"name", "email", "locale"}
    assert scene["customer"]["email"].endswith(("@example.com", "@example.org"))
    assert "\n" not in scene["title"]
    first, *later = scene["steps"]
    assert "write" in first
    for step in [first, *later]:
        assert set(step) <= {"write", "again", "auto_reply", "headers", "expect", "next_step", "then", "by"}
        assert len({"again", "write", "next_step"} & set(step)) == 1
        assert {kind for act in step.get("then", ()) for kind in act} <= {"write", "agent_reply", "close"}
        assert bool(step.get("auto_reply")) == ("headers" in step)
