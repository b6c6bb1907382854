"""Docs are part of the program: what is not written down, or cannot be found from the README, fails here."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = re.compile(r"\bCANDOR_[A-Z0-9_]+\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


class Listening(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(name)
        return default


def settings_variables() -> set[str]:
    environment = Listening()
    load_settings(environment)
    return environment.asked


def test_every_setting_is_read_from_a_variable_of_its_own():
    # `database_given` says whether the URL came from outside; it is the one field without a variable.
    assert len(settings_variables()) == len(Settings.__dataclass_fields__) - 1


@pytest.mark.parametrize("page", [".env.example", "docs/settings.md"])
def test_every_setting_is_explained_and_no_other(page):
    assert set(VARIABLE.findall((ROOT / page).read_text(encoding="utf-8"))) == settings_variables()


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("connectors/*/README.md")])


def links(page: Path) -> set[Path]:
    """Files of the repository this page links to."""
    inside = (target.split("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8")))
    return {
        (page.parent / target).resolve() for target in inside if target and not re.match(r"[a-z]+:", target)
    }


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    assert [str(target) for target in sorted(links(page)) if not target.exists()] == []


def test_every_page_is_linked_from_the_readme_or_the_table_of_docs():
    linked = links(ROOT / "README.md") | links(ROOT / "docs/README.md")
    lost = [
        page.relative_to(ROOT).as_posix()
        for page in pages()
        if page.resolve() not in linked and page != ROOT / "README.md"
    ]
    assert not lost, f"no link from README.md or docs/README.md leads to {', '.join(lost)}"


def test_every_command_of_make_is_listed_in_the_readme():
    listed = set(
        re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    ) - {"help"}
    shown = set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert listed <= shown, f"the README does not name: {', '.join(sorted(listed - shown))}"


def test_every_dependency_says_why_it_is_there():
    named = {
        re.split(r"[=\[ ;]", line)[0].lower()
        for file in ("requirements.in", "requirements-dev.in", "requirements-torch.txt")
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        if re.match(r"[A-Za-z]", line)
    }
    explained = {
        name.lower()
        for name in re.findall(r"`([\w.-]+)`", (ROOT / "docs/dependencies.md").read_text(encoding="utf-8"))
    }
    assert named <= explained, (
        f"docs/dependencies.md does not explain: {', '.join(sorted(named - explained))}"
    )


def known_tests() -> set[str]:
    """Every test as pytest is told of it: file::name."""
    return {
        f"{file.relative_to(ROOT).as_posix()}::{name}"
        for file in ROOT.glob("tests/**/test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_every_test_that_the_page_of_reliability_names_exists():
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs/reliability.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    assert sorted(set(named) - known_tests()) == []


def test_the_page_of_reliability_has_one_row_for_each_kind_of_harm_and_names_a_proof_or_what_is_missing():
    page = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (M\d\d) \| (.+?) \| (.+?) \| (.*?) ?\|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == [f"M{n:02}" for n in range(1, 39)]
    assert [row[0] for row in rows if row[2] == "–" and not row[3]] == []
