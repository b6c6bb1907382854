"""The values every console page is given: the company, times in its zone, the banners, and who is looking."""
from __future__ import annotations

from typing import Any

from flask_login import current_user
from sqlalchemy import Connection

from app.web import times
from app.web.company import company_of
from app.web.console import plain
from app.web.console.banners import banners, told_to_owners
from app.web.house import House
from app.web.reading import figure, without_own_links

READERS = ("viewer", "agent", "auditor", "admin", "owner")


def framed(house: House, connection: Connection) -> dict[str, Any]:
    """Names every template of the console may use."""
    company, now = company_of(connection, current_user.tenant), house.clock()
    above = banners(connection, current_user.tenant, company, now)
    if current_user.role == "owner":
        above += told_to_owners(connection, current_user.tenant, company, now)
    return {
        "company": company, "plain": plain, "now": now, "me": current_user,
        "banners": above,
        "stamp": lambda us: times.stamp(us, company.tz),
        "ago": lambda us: times.ago(us, now),
        "iso": times.iso,
        "length": times.length,
        "figure": figure, "without_own_links": without_own_links,
    }
