"""Filling the help centre: sections, user segments and the desk's own numbers."""
from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.articles import Source
from connectors.zendesk.sandbox.nouns import HelpArticle, Section
from connectors.zendesk.sandbox.state import State


def load(state: State, sources: Iterable[Source]) -> dict[str, int]:
    """Put the articles into the desk; source id → the desk's number."""
    return {source.id: put(state, source).id for source in sources}


def put(state: State, source: Source, *, draft: bool = False) -> HelpArticle:
    """Create or replace one article. Restricted ones get a user segment; unknown visibility is never
    public."""
    category_id = next(iter(state.categories), None)
    if category_id is None:
        category_id = state.ids.number()
        state.categories[category_id] = "Help"
    section = next((s for s in state.sections.values() if s.name == source.section), None)
    if section is None:
        section = Section(state.ids.number(), source.section, category_id)
        state.sections[section.id] = section
    number = state.ids.of_article(source.id)
    moment = source.updated_us if source.updated_us is not None else state.clock()
    known = state.articles.get(number)
    article = HelpArticle(
        number,
        source.id,
        source.title,
        source.html,
        section.id,
        known.created_us if known else moment,
        moment,
        draft,
        None if source.public else staff_segment(state),
        list(source.labels),
    )
    state.articles[number] = article
    return article


def staff_segment(state: State) -> int:
    """The user segment of articles that are for agents only."""
    return state.ids.account * 10 + 7
