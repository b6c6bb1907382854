"""No page shows a character that hides or turns text, wherever it came from."""
from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from app.store import audit, sources, users
from app.store.sources import SourceRow
from app.store.tables import desks
from app.web.reading import shown_text
from connectors.clean import HIDDEN_KINDS, strip_hidden
from tests.web.seeding import DESK, TENANT, WebHouse, seed_ticket
from tests.web.test_letters import HERE

HOSTILE = f"Refund\u202egnp.exe\u2066 in\u200bvisible \U000e0041\U000e0042 a{40 * chr(0x301)}\x07 end"
PATHS = ("/tickets", "/desks", "/knowledge", "/recall", "/audit", "/dead-letters", "/sending", "/fallback")


def fill(house: WebHouse) -> str:
    row = seed_ticket(house, "4711", HOSTILE)
    with house.db.write() as tx:
        tx.execute(update(desks).where(desks.c.id == DESK).values(name=f"Desk {HOSTILE}", status_why=HOSTILE))
        source = SourceRow("s1", "folder", None, f"/srv/{HOSTILE}", None)
        sources.add(tx, TENANT, source, 0)
        sources.synced(tx, TENANT, "s1", house.clock(), {"bad_rows": [HOSTILE], "left_out": 1})
        audit.append(tx, TENANT, HOSTILE, "fallback_set", {"why": HOSTILE}, house.keys, house.clock(), "a1")
        users.create_with_token(tx, TENANT, "x@y.test", HOSTILE, "owner", house.clock(), "u-hostile")
    return row


def test_whatever_a_page_is_made_of_nothing_hidden_is_shown(house: WebHouse) -> None:
    row = fill(house)
    client = house.signed_in("owner")
    seen = 0
    for path in (*PATHS, f"/tickets/{row}"):
        page = client.get(path, base_url=HERE)
        assert page.status_code == 200, path
        seen += page.text.count("Refund")
        assert strip_hidden(page.text)[1] == (), path
    assert seen >= 8, "the subject, the desk, the source, its row and the log's entry were shown"


ORDINARY = (
    "10\u00b2 m\u00b2",
    "1\u00bd",
    "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "a\nb",
    "Stra\u00dfe \u2013 caf\u00e9",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_shown_as_they_are(text: str) -> None:
    assert shown_text(text) == text


def test_the_hostile_text_holds_each_kind_that_pages_must_not_show() -> None:
    found = set(strip_hidden(HOSTILE)[1])
    assert {"hidden_bidi", "hidden_zero_width", "hidden_tags", "hidden_control", "hidden_stacked"} <= found
    assert found <= set(HIDDEN_KINDS) and json.dumps(HOSTILE)
