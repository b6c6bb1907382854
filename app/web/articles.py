"""A public article as Candor holds it: the target of deep links for articles that have no page of their
own."""
from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from app.store import evidence
from app.store.database import DEFAULT_TENANT
from app.web.access import public_page
from app.web.company import company_of
from app.web.house import House
from app.web.times import day

CACHE = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the article for the template: `lines` for steps and text, `rows` for tables."""

    kind: str  # heading | text | steps | bullets | table
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def blueprint(house: House) -> Blueprint:
    pages = Blueprint("articles", __name__)

    @pages.get("/a/<article>/<version>")
    @public_page
    def show(article: str, version: str) -> ResponseReturnValue:
        with house.db.read() as connection:
            found = evidence.public_version(connection, DEFAULT_TENANT, article, version)
            company = company_of(connection, DEFAULT_TENANT)
        if found is None:
            abort(404)  # the same for restricted, unknown and gone: the answer must not tell which
        asked, newer = found
        page = render_template(
            "article.html",
            article=asked,
            newer=newer,
            blocks=blocks_of(asked),
            company=company,
            updated=day(asked.updated_at, company.tz, asked.locale),
            language=asked.locale.split("-")[0],
        )
        return page, 200, {"Cache-Control": CACHE}

    return pages


def blocks_of(stored: evidence.StoredVersion) -> list[Block]:
    """The article's structure. Every shown line equals a piece of the stored text, so that a link to a quote
    finds it."""
    blocks = stored.blocks or ((0, len(stored.text), "text", ""),)
    shown = [_block(kind, text) for start, end, kind, _ in blocks if (text := stored.text[start:end].strip())]
    # The title stands above already; a page that repeats it as its first heading reads as a mistake.
    return shown[1:] if shown and shown[0] == Block("heading", (stored.title,)) else shown


def _block(kind: str, text: str) -> Block:
    lines = tuple(line for line in text.split("\n") if line.strip())
    if kind == "table":
        return Block("table", rows=tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines))
    return Block(kind if kind in ("heading", "steps", "bullets") else "text", lines)
