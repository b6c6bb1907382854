"""Filling the help centre: one category, a folder for each section and visibility, and the desk's own numbers
(F17)."""
from __future__ import annotations

from collections.abc import Iterable

from connectors.freshdesk.sandbox.nouns import AGENTS_ONLY, EVERYBODY, Category, Folder, SolutionArticle
from connectors.freshdesk.sandbox.state import State
from connectors.sandbox.articles import Source


def load(state: State, sources: Iterable[Source]) -> dict[str, int]:
    """Put the articles into the desk; source id → the desk's number."""
    return {source.id: put(state, source).id for source in sources}


def put(
    state: State, source: Source, *, published: bool = True, visibility: int | None = -1
) -> SolutionArticle:
    """Create or replace one article. Visibility belongs to its folder: None is a folder that does not say, -1
    follows `source.public`."""
    wanted = (EVERYBODY if source.public else AGENTS_ONLY) if visibility == -1 else visibility
    number = state.ids.of_article(source.id)
    moment = source.updated_us if source.updated_us is not None else state.clock()
    known = state.articles.get(number)
    article = SolutionArticle(
        number,
        source.id,
        source.title,
        source.html,
        _folder(state, source.section, wanted).id,
        known.created_us if known else moment,
        moment,
        published,
        list(source.labels),
        known.translations if known else {},
    )
    state.articles[number] = article
    return article


def shown(state: State, article: SolutionArticle) -> bool:
    """Whether somebody who is not signed in sees it."""
    return article.published and state.folders[article.folder_id].visibility == EVERYBODY


def _folder(state: State, name: str, visibility: int | None) -> Folder:
    found = next((f for f in state.folders.values() if (f.name, f.visibility) == (name, visibility)), None)
    if found is None:
        if not state.categories:
            category = Category(state.ids.number(), "Help", state.clock())
            state.categories[category.id] = category
        found = Folder(state.ids.number(), name, next(iter(state.categories)), state.clock(), visibility)
        state.folders[found.id] = found
    return found
