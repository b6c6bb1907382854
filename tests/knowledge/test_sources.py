"""Folders and JSONL files as sources: what loads, as what, and what is said of the rest."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.sources import FolderSource, JsonlSource, SourceError, marked_internal


def jsonl(folder: Path, *rows: object) -> JsonlSource:
    file = folder / "articles.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return JsonlSource(file, "https://help.example.com")


@pytest.mark.parametrize("strange", ["\ud83d", "\udc00", "\0", "\uffff"])
def test_half_a_character_in_any_field_costs_no_article(tmp_path: Path, strange: str) -> None:
    [row] = jsonl(
        tmp_path, dict.fromkeys(("id", "title", "body", "section"), f"x{strange}") | {"labels": [strange]}
    ).articles()
    (tmp_path / "a.md").write_text(
        f"---\ntitle: {json.dumps('t' + strange)}\nlabels: [{json.dumps(strange)}]\n---\nText", "utf-8"
    )
    [page] = FolderSource(tmp_path, "https://help.example.com").articles()
    repr(row).encode()
    assert (row.id, row.section, row.labels, page.title, page.labels) == (
        "x\ufffd",
        "x\ufffd",
        ("\ufffd",),
        "t\ufffd",
        ("\ufffd",),
    )


def test_a_row_without_visibility_is_public_and_any_other_word_is_not(tmp_path: Path) -> None:
    source = jsonl(
        tmp_path,
        {"id": "a", "title": "A", "body": "x"},
        {"id": "b", "title": "B", "body": "x", "visibility": "public"},
        {"id": "c", "title": "C", "body": "x", "visibility": "agents"},
        {"id": "d", "title": "D", "body": "x", "visibility": "pubic"},
        {"id": "e", "title": "Internal: E", "body": "x", "visibility": "public"},
        {"id": "f", "title": "F (Internal)", "body": "x"},
    )
    assert {a.id: a.public for a in source.articles()} == {
        "a": True,
        "b": True,
        "c": False,
        "d": False,
        "e": False,
        "f": False,
    }
    assert source.bad_rows == []


def test_bad_rows_are_named_with_file_line_and_reason_and_the_others_load(tmp_path: Path) -> None:
    source = jsonl(
        tmp_path,
        {"id": "a", "title": "A", "body": "x"},
        "{broken",
        '["a list"]',
        {"title": "no id", "body": "x"},
        {"id": "b", "title": "B"},
        {"id": "c", "title": "C", "body": "x", "url": "javascript:alert(1)"},
        {"id": "d", "title": "D", "body": "x", "updated": "yesterday"},
        "",
        {"id": 12, "title": "Number", "body": "x"},
    )
    assert [a.id for a in source.articles()] == ["a", "12"]
    assert [row.line for row in source.bad_rows] == [2, 3, 4, 5, 6, 7]
    said = [str(row) for row in source.bad_rows]
    assert said[0].startswith(f"{tmp_path}/articles.jsonl:2: is not JSON")
    assert "id: Missing data" in said[2]
    assert "body: Missing data" in said[3]
    assert "url: Not a valid URL" in said[4]
    assert "not a date" in said[5]


def test_an_articles_address_is_its_own_else_below_the_base(tmp_path: Path) -> None:
    source = jsonl(
        tmp_path,
        {"id": "a b", "title": "A", "body": "x"},
        {"id": "c", "title": "C", "body": "x", "url": "https://x.example/c"},
    )
    assert [a.url for a in source.articles()] == ["https://help.example.com/a%20b", "https://x.example/c"]
    source.base_url = None
    assert [a.url for a in source.articles()] == [None, "https://x.example/c"]


def test_html_and_plain_bodies_both_become_html(tmp_path: Path) -> None:
    rows = (
        {"id": "a", "title": "A", "body": "<p>one</p>"},
        {"id": "b", "title": "", "body": "Press any key\nthen <name>"},
    )
    source = jsonl(tmp_path, *rows)
    html, plain = source.articles()
    assert html.html == "<p>one</p>"
    assert "Press any key<br />\nthen &lt;name&gt;" in plain.html
    assert plain.title == "Press any key then"


def test_a_folder_reads_front_matter_and_html(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "one.md").write_text(
        "---\nid: one\ntitle: One\nsection: Basics\nvisibility: agents\nupdated: 2026-05-02\nlabels: [a, "
        "b]\nkind: howto\n---\n\n"
        "# One\n\nText.",
        "utf-8",
    )
    (tmp_path / "two.html").write_text("<title>Two</title><p>Text.</p>", "utf-8")
    (tmp_path / "notes.txt").write_text("not an article", "utf-8")
    one, two = FolderSource(tmp_path, "https://help.example.com/").articles()
    assert (one.id, one.title, one.section, one.public, one.labels, one.kind) == (
        "one",
        "One",
        "Basics",
        False,
        ("a", "b"),
        "howto",
    )
    assert one.updated_at == 1_777_680_000_000_000
    assert one.url == "https://help.example.com/sub/one"
    assert (two.id, two.title, two.public) == ("two", "Two", True)


def test_a_broken_file_is_named_and_the_folder_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: [\n---\nx", "utf-8")
    (tmp_path / "b.md").write_bytes(b"\xff\xfe bad")
    (tmp_path / "c.md").write_text("no title here", "utf-8")
    (tmp_path / "d.md").write_text("# Fine\n\nText.", "utf-8")
    source = FolderSource(tmp_path)
    assert [a.title for a in source.articles()] == ["Fine"]
    assert [Path(row.file).name for row in source.bad_rows] == ["a.md", "b.md", "c.md"]
    assert "title: is not a plain value" in source.bad_rows[0].why
    assert "UTF-8" in source.bad_rows[1].why


def test_a_source_that_is_not_there_is_an_error_not_an_empty_help_centre(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check the path"):
        list(FolderSource(tmp_path / "nowhere").articles())
    with pytest.raises(SourceError, match="check the path"):
        list(JsonlSource(tmp_path / "nowhere.jsonl").articles())


@pytest.mark.parametrize(("title", "internal"), [
    ("Internal: closing accounts", True), ("internal - codes", True), ("Closing accounts (Internal)", True),
    ("Codes [internal]", True),
    ("Interne : codes", True), ("Intern: Kulanz", True), ("Interno: códigos", True),
    ("Internal frame sizes of our rucksacks", False), ("International shipping", False), ("Internet banking",
    False),
])
def test_titles_marked_internal(title: str, internal: bool) -> None:
    assert marked_internal(title) is internal
