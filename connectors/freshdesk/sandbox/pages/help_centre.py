"""The help centre's pages: the target of every citation (F22). Drafts, and folders that are not for
everybody, do not show."""
from __future__ import annotations

from flask import Blueprint, abort, url_for

from connectors.freshdesk.sandbox import articles
from connectors.freshdesk.sandbox.acts import Acts
from connectors.sandbox.pages import showing


def routes(acts: Acts) -> Blueprint:
    bp = Blueprint("help_centre", __name__)
    state = acts.state

    @bp.get("/articles/<int:article_id>")
    @bp.get("/articles/<int:article_id>-<slug>")
    def article(article_id: int, slug: str = "") -> str:
        with state.lock:
            found = state.articles.get(article_id)
            if found is None or not articles.shown(state, found):
                abort(404)
            folder = state.folders[found.folder_id].name
            return showing.page(
                "article.html", article=found, section=folder, body=showing.article_html(found.description)
            )

    @bp.get("/")
    def index() -> str:
        with state.lock:
            public = sorted(
                (a for a in state.articles.values() if articles.shown(state, a)), key=lambda a: a.title
            )
            sections: dict[str, list[tuple[str, str]]] = {state.folders[a.folder_id].name: [] for a in public}
            for found in public:
                where = url_for("help_centre.article", article_id=found.id)
                sections[state.folders[found.folder_id].name].append((found.title, where))
        return showing.page("help_centre.html", sections=dict(sorted(sections.items())))

    return bp
