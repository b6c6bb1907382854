"""Another bot answers at the same desk: the assistant is quiet behind it, and the admin is told of both."""
from __future__ import annotations

from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT
from app.web.company import company_of
from app.web.console.banners import banners
from tests.flow.desks import Side
from tests.flow.faulty import RETURN

DAY = 86_400


def _warnings(side: Side) -> list[str]:
    house = side.house
    with house.db.read() as tx:
        company = company_of(tx, DEFAULT_TENANT)
        return [b.text for b in banners(tx, DEFAULT_TENANT, company, house.clock()) if "Two bots" in b.text]


def _bot(side: Side, name: str) -> None:
    """A user of the desk that answers by itself, named to us in the desk's settings."""
    state = side.desk.state
    if side.kind == "freshdesk":
        number = side.desk.do.add_agent(name, "bot@larkfield.example")
    else:
        number = state.add_user(name, "bot@larkfield.example", "agent").id
    house = side.house
    with house.db.write() as tx:
        known = desk_store.get(tx, DEFAULT_TENANT, side.id, house.keys)
        assert known is not None
        settings = {**known.connection.settings, "bots": str(number)}
        secret = house.work.connector(side.kind).secret_keys
        desk_store.update_settings(
            tx, DEFAULT_TENANT, side.id, settings, secret, known.connection.wire_url, house.keys
        )
    side.house.clock.advance(3)


def test_the_assistant_is_quiet_behind_another_bot_and_the_admin_is_told(side: Side) -> None:
    _bot(side, "Helper Bot")
    assert _warnings(side) == []
    ticket = str(side.desk.do.customer_ticket(
        name="Maya", email="maya@example.com", subject="Shoes", text=RETURN))
    side.house.clock.advance(2)
    side.desk.do.agent_reply(int(ticket), "Have you tried our FAQ?", agent="Helper Bot")
    side.delivered()
    side.house.settle(200)
    assert (side.replies(ticket), side.owner(ticket)) == ([], "assistant")
    [told] = _warnings(side)
    assert f"ticket {ticket}," in told and "Switch one of them off." in told
    side.house.clock.advance(8 * DAY)
    assert _warnings(side) == [], "it was not met again"
