"""Bodies of `zen:event-type:…` deliveries: Zendesk's own, unlike a trigger's (Z5).

Source: REF webhooks/event-types/article-events. Ids are text in `detail` and `event`; the account's is a
number.
"""
from __future__ import annotations

import json

from connectors.clock import to_iso
from connectors.zendesk.sandbox.nouns import HelpArticle
from connectors.zendesk.sandbox.state import State

PUBLISHED, UNPUBLISHED = "zen:event-type:article.published", "zen:event-type:article.unpublished"
SENT = frozenset({PUBLISHED, UNPUBLISHED})


def article(state: State, kind: str, changed: HelpArticle) -> str:
    """What a subscribed webhook gets when this article was published or withdrawn just now."""
    now = state.clock()
    event: dict[str, str] = {}
    if kind == PUBLISHED:
        event = {
            "author_id": str(next(iter(state.users), "")),
            "category_id": str(state.sections[changed.section_id].category_id),
            "locale": changed.locale, "section_id": str(changed.section_id), "title": changed.title,
        }  # fmt: skip
    return json.dumps({
        "account_id": state.ids.account, "detail": {"brand_id": str(state.ids.account * 10 + 1),
        "id": str(changed.id)}, "event": event,
        "id": state.ids.ulid(now), "subject": f"zen:article:{changed.id}", "time": to_iso(now), "type": kind,
        "zendesk_event_version": "2022-11-06",
    })  # fmt: skip
