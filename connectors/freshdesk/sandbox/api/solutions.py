"""Solutions: categories, folders and articles, with folder visibility and translations (F17). The pages
themselves are in `pages/`.

Source: FD, "Solutions"; samples of python-freshdesk.
"""
from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.freshdesk.sandbox import answers, shapes
from connectors.freshdesk.sandbox.api import Desk, list_url
from connectors.freshdesk.sandbox.nouns import Folder, SolutionArticle
from connectors.freshdesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("solutions", __name__)
    state = desk.state

    def folder_of(folder_id: int) -> Folder:
        if folder_id not in state.folders:
            raise answers.not_found()
        return state.folders[folder_id]

    def article_of(article_id: int) -> SolutionArticle:
        if article_id not in state.articles:
            raise answers.not_found()
        return state.articles[article_id]

    @bp.get("/solutions/categories")
    def categories() -> Response:
        return page(list(state.categories.values()), shapes.category, request.args, list_url(desk))

    @bp.get("/solutions/categories/<int:category_id>")
    def category(category_id: int) -> Response:
        if category_id not in state.categories:
            raise answers.not_found()
        return jsonify(shapes.category(state.categories[category_id]))

    @bp.get("/solutions/categories/<int:category_id>/folders")
    @bp.get("/solutions/categories/<int:category_id>/folders/<language>")
    def folders(category_id: int, language: str | None = None) -> Response:
        if category_id not in state.categories:
            raise answers.not_found()
        found = [f for f in state.folders.values() if f.category_id == category_id]
        return page(found, shapes.folder, request.args, list_url(desk))

    @bp.get("/solutions/folders/<int:folder_id>")
    def folder(folder_id: int) -> Response:
        return jsonify(shapes.folder(folder_of(folder_id)))

    @bp.get("/solutions/folders/<int:folder_id>/articles")
    @bp.get("/solutions/folders/<int:folder_id>/articles/<language>")
    def articles(folder_id: int, language: str | None = None) -> Response:
        folder_of(folder_id)
        found = sorted(
            (a for a in state.articles.values() if a.folder_id == folder_id),
            key=lambda a: (a.created_us, a.id),
        )
        if language is not None:
            found = [a for a in found if language in a.translations]
        return page(found, lambda a: shapes.article(state, a, language), request.args, list_url(desk))

    @bp.get("/solutions/articles/<int:article_id>")
    @bp.get("/solutions/articles/<int:article_id>/<language>")
    def article(article_id: int, language: str | None = None) -> Response:
        found = article_of(article_id)
        if language is not None and language not in found.translations:
            raise answers.not_found()
        return jsonify(shapes.article(state, found, language))

    return bp
