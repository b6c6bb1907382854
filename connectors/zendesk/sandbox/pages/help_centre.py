"""The help centre's pages: the target of every citation (Z52). Drafts and restricted articles do not show."""
from __future__ import annotations

from flask import Blueprint, abort, url_for

from connectors.sandbox.pages import showing
from connectors.zendesk.sandbox.acts import Acts


def routes(acts: Acts) -> Blueprint:
    bp = Blueprint("help_centre", __name__)
    state = acts.state

    @bp.get("/<locale>/articles/<int:article_id>")
    @bp.get("/<locale>/articles/<int:article_id>-<slug>")
    def article(locale: str, article_id: int, slug: str = "") -> str:
        with state.lock:
            found = state.articles.get(article_id)
            if found is None or found.draft or found.user_segment_id is not None:
                abort(404)
            section = state.sections[found.section_id].name
            return showing.page(
                "article.html", article=found, section=section, body=showing.article_html(found.body)
            )

    @bp.get("/")
    @bp.get("/<locale>")
    def index(locale: str = "en-us") -> str:
        with state.lock:
            public = sorted(
                (a for a in state.articles.values() if not a.draft and a.user_segment_id is None),
                key=lambda a: a.title,
            )
            names = {a.section_id: state.sections[a.section_id].name for a in public}
        sections = {
            name: [
                (a.title, url_for("help_centre.article", locale=a.locale, article_id=a.id))
                for a in public
                if a.section_id == number
            ]
            for number, name in sorted(names.items(), key=lambda pair: pair[1])
        }
        return showing.page("help_centre.html", sections=sections)

    return bp
