"""Every route with hostile values in its path, query and form: a page or a refusal, never
a 500."""
from __future__ import annotations

from itertools import product

import pytest
from werkzeug.routing import BuildError

from tests.figures import Figures
from tests.web.seeding import WebHouse, seed_ticket
from tests.web.test_access import SAME
from tests.web.test_letters import HERE

VALUES = (
    "9" * 30, "-1", "9" * 5000, "0", "1e999", "NaN", "9223372036854775808", "\u0660", "\x00", "", " ",
    "a" * 3000, "../../etc/passwd", "'; DROP TABLE users; --", "<script>", "%s%n", "\u202e", "1.2", "{{7*7}}",
    "99999999999999999.x",
)  # fmt: skip
NAMES = (
    "before", "after", "article", "verdict", "desk", "attention", "next", "topic", "why", "until", "email",
    "password", "token", "again", "press", "id", "ids", "letter",
)  # fmt: skip
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE")


@pytest.mark.parametrize("role", ["owner", "nobody"])
def test_no_route_breaks_on_a_hostile_value(house: WebHouse, role: str, figures: Figures) -> None:
    seed_ticket(house, "4711")
    house.app.testing = False
    house.app.config["WTF_CSRF_ENABLED"] = False
    client = house.signed_in("owner") if role == "owner" else house.app.test_client()
    broke: list[str] = []
    tried = 0
    for rule, value in product(house.app.url_map.iter_rules(), VALUES):
        if rule.endpoint == "signin.logout":
            continue
        try:
            with house.app.test_request_context(base_url=HERE):
                path = house.app.url_map.bind("127.0.0.1").build(
                    rule.endpoint, dict.fromkeys(rule.arguments, value or "x")
                )
        except BuildError:
            continue
        given = dict.fromkeys(NAMES, value)
        for method in METHODS:
            sent = {"query_string": given} if method in ("GET", "HEAD") else {"data": given}
            answer = client.open(path, method=method, base_url=HERE, headers=SAME, **sent)
            tried += 1
            if answer.status_code >= 500 and rule.endpoint != "health.readyz":
                broke.append(f"{method} {rule.rule} {value[:30]!r}: {answer.status_code}")
    figures("door", f"routes x hostile inputs tried / 500s ({role})", len(broke), tried)
    assert broke == []
