"""Help Center: articles with their sections and categories (Z49). The pages themselves are in `pages/`.

Source: REF help_center/articles, incremental articles, user_segments.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import SECOND, to_iso
from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.api import Desk, list_url
from connectors.zendesk.sandbox.nouns import HelpArticle
from connectors.zendesk.sandbox.paging import page
from connectors.zendesk.sandbox.state import State


def article_url(state: State, article: HelpArticle) -> str:
    """The article's page: served by the sandbox itself, so that a deep link has a target (Z52)."""
    words = "".join(c if c.isalnum() else "-" for c in article.title)
    slug = "-".join(w for w in words.split("-") if w)[:80]
    return f"{state.page_url}/hc/{article.locale}/articles/{article.id}-{slug}"


def shape(state: State, a: HelpArticle) -> dict[str, Any]:
    return {
        "id": a.id,
        "url": f"{state.vendor_url}/api/v2/help_center/{a.locale}/articles/{a.id}.json",
        "html_url": article_url(state, a),
        "author_id": next(iter(state.users), None),
        "comments_disabled": False,
        "draft": a.draft,
        "promoted": False,
        "position": 0,
        "vote_sum": 0,
        "vote_count": 0,
        "section_id": a.section_id,
        "created_at": to_iso(a.created_us),
        "updated_at": to_iso(a.updated_us),
        "edited_at": to_iso(a.updated_us),
        "name": a.title,
        "title": a.title,
        "source_locale": a.locale,
        "locale": a.locale,
        "outdated": a.outdated,
        "outdated_locales": [a.locale] if a.outdated else [],
        "user_segment_id": a.user_segment_id,
        "user_segment_ids": [a.user_segment_id] if a.user_segment_id else [],
        "permission_group_id": state.ids.account * 10 + 3,
        "content_tag_ids": [],
        "label_names": a.labels,
        "body": a.body,
    }


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("help_center", __name__)
    state = desk.state

    def article_of(article_id: int) -> HelpArticle:
        if article_id not in state.articles:
            raise answers.not_found()
        return state.articles[article_id]

    def section_shape(section_id: int) -> dict[str, Any]:
        section = state.sections[section_id]
        return {
            "id": section.id,
            "url": f"{state.vendor_url}/api/v2/help_center/en-us/sections/{section.id}.json",
            "name": section.name,
            "description": "",
            "locale": "en-us",
            "source_locale": "en-us",
            "category_id": section.category_id,
            "position": 0,
            "parent_section_id": None,
            "html_url": f"{state.page_url}/hc/en-us/sections/{section.id}",
            "outdated": False,
        }

    def category_shape(category_id: int) -> dict[str, Any]:
        return {
            "id": category_id,
            "url": f"{state.vendor_url}/api/v2/help_center/en-us/categories/{category_id}.json",
            "name": state.categories[category_id],
            "description": "",
            "locale": "en-us",
            "source_locale": "en-us",
            "position": 0,
            "html_url": f"{state.page_url}/hc/en-us/categories/{category_id}",
            "outdated": False,
        }

    def sideload(body: dict[str, Any]) -> Response:
        wanted = request.args.get("include", "").split(",")
        if "sections" in wanted:
            body["sections"] = [section_shape(i) for i in state.sections]
        if "categories" in wanted:
            body["categories"] = [category_shape(i) for i in state.categories]
        return jsonify(body)

    @bp.get("/help_center/articles")
    @bp.get("/help_center/<locale>/articles")
    def articles(locale: str | None = None) -> Response:
        found = sorted(state.articles.values(), key=lambda a: (a.created_us, a.id))
        found = [a for a in found if locale is None or a.locale == locale]
        return sideload(
            page(found, "articles", lambda a: shape(state, a), request.args, list_url(desk), default_size=30)
        )

    @bp.get("/help_center/incremental/articles")
    def incremental() -> Response:
        start = request.args.get("start_time", "")
        if not start.isdigit():
            raise answers.bad_request("start_time is required")
        found = sorted(
            (a for a in state.articles.values() if a.updated_us >= int(start) * SECOND),
            key=lambda a: (a.updated_us, a.id),
        )
        size = min(int(request.args.get("per_page", 1000)), 1000)
        shown = found[:size]
        end_time = (shown[-1].updated_us if shown else state.clock()) // SECOND
        more = f"{list_url(desk)}?start_time={end_time}" if len(found) > size else None
        return sideload(
            {
                "articles": [shape(state, a) for a in shown],
                "count": len(shown),
                "end_time": end_time,
                "next_page": more,
            }
        )

    @bp.get("/help_center/articles/<int:article_id>")
    @bp.get("/help_center/<locale>/articles/<int:article_id>")
    def show(article_id: int, locale: str | None = None) -> Response:
        return jsonify({"article": shape(state, article_of(article_id))})

    @bp.get("/help_center/sections")
    @bp.get("/help_center/<locale>/sections")
    def sections(locale: str | None = None) -> Response:
        return jsonify(
            page(
                list(state.sections), "sections", section_shape, request.args, list_url(desk), default_size=30
            )
        )

    @bp.get("/help_center/categories")
    @bp.get("/help_center/<locale>/categories")
    def categories(locale: str | None = None) -> Response:
        return jsonify(
            page(
                list(state.categories),
                "categories",
                category_shape,
                request.args,
                list_url(desk),
                default_size=30,
            )
        )

    @bp.get("/help_center/user_segments")
    def segments() -> Response:
        ids = sorted({a.user_segment_id for a in state.articles.values() if a.user_segment_id})
        form = lambda i: {"id": i, "name": "Agents and managers", "user_type": "staff", "built_in": True}  # noqa: E731
        return jsonify(page(ids, "user_segments", form, request.args, list_url(desk), default_size=30))

    return bp
