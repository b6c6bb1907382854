"""Calls at the desk for one ticket, counted by the sandbox desks, and the tickets a minute that a plan of
calls then carries.

The desk's rate limit is the ceiling of everything else. Counted apart, and printed: the poll serves all
tickets of a minute; a queue's depth is read for the wait. Looking up a write of unknown outcome happens to
none of these tickets.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.scenes import Scene
from tests.bench.houses import open_shop, single_scenes
from tests.emit import Emit
from tests.flow.desks import Side, freshdesk_side, zendesk_side

POLL, QUEUE = re.compile(r"/incremental/|^GET /api/v2/tickets$"), re.compile(r"/search/|/views/")
WRITE = re.compile(r"^PUT /api/v2/tickets/")
BARS = {
    ("zendesk", "answered"): 4,
    ("zendesk", "handed_off"): 5,
    ("freshdesk", "answered"): 6,
    ("freshdesk", "handed_off"): 7,
}
STORED = "We store winter tyres of cargo bikes in our cellar for 45 euros per season."
NAMES = {"answered": ("calls_per_answered", "answer"), "handed_off": ("calls_per_handoff", "handoff")}
PLANS = (200, 400, 700)  # calls a minute
UPDATES = 100  # Zendesk: "Update Ticket" a minute and account, whatever the plan
INCLUDE_CREDITS = 2  # Freshdesk: each `include` costs so many beside the call


@dataclass(frozen=True, slots=True)
class Call:
    """Method and path with its numbers taken out, and what it takes of the plan: a call at Zendesk, credits
    at Freshdesk."""

    name: str
    cost: int


def run(emit: Emit) -> None:
    with open_shop() as house, freshdesk_side(house) as fresh:
        house.settle()  # the new desk's articles are read once: no ticket's calls
        sides = (zendesk_side(house), fresh)
        found = {(side.kind, expect): _measure(emit, side, expect) for side in sides for expect in NAMES}
        for side in sides:
            _with_an_old_copy(emit, side)
        # The polls last: what they find and the hourly look at the articles would mingle with the tickets'
        # calls.
        for side in sides:
            house.poll()
            before = len(side.desk.do.requests())
            house.poll()
            poll = [call(r).name for r in side.desk.do.requests()[before:]]
            emit("bench", "calls_per_poll", len(poll), 1, unit="calls", desk=side.kind, calls=poll)
            for expect in NAMES:
                for plan in PLANS if found[side.kind, expect] else ():
                    _carried(emit, side.kind, expect, plan, len(poll), found[side.kind, expect])


def _measure(emit: Emit, side: Side, expect: str) -> Sequence[Call]:
    """The calls of the ticket that took most, its queue count included; none when no ticket ended so."""
    name, verdict = NAMES[expect]
    bar = f"≤ {BARS[side.kind, expect]}"
    counted = [c for scene in single_scenes(expect) if (c := _calls(side, scene, verdict)) is not None]
    if not counted:
        why = f"no scene of the demo's script ended as {verdict}"
        emit("bench", name, None, 0, bar=bar, desk=side.kind, why=why)
        return ()
    most = max(counted, key=lambda c: len(_own(c)))
    queue = max(sum(1 for one in c if QUEUE.search(one.name)) for c in counted)
    emit(
        "bench",
        name,
        len(_own(most)),
        len(counted),
        unit="calls",
        bar=bar,
        desk=side.kind,
        least=min(len(_own(c)) for c in counted),
        credits=sum(c.cost for c in _own(most)),
        calls=[c.name for c in _own(most)],
        queue_calls=queue,
    )
    return most


def _with_an_old_copy(emit: Emit, side: Side) -> None:
    """One answer out of the desk's own help centre, where our copy of the page is older than is believed."""
    house = side.house
    side.desk.do.put_article(id="tyres", title="Storing winter tyres of cargo bikes", html=f"<p>{STORED}</p>")
    side.delivered()
    house.settle()
    house.sync()
    house.clock.advance(3_600)
    before = len(side.desk.do.requests())
    asked = "Do you store winter tyres of cargo bikes, and what does it cost?"
    ticket = side.write(asked, email=f"{side.kind}@example.com")
    house.settle(200)
    [reply] = side.replies(ticket)
    assert STORED in reply, reply
    calls = [call(r) for r in side.desk.do.requests()[before:]]
    own = [c.name for c in calls if not POLL.search(c.name) and not QUEUE.search(c.name)]
    emit("bench", "calls_per_answered", len(own), 1, unit="calls", desk=side.kind, copy="old", calls=own)
    side.desk.do.delete_article("tyres")  # the other desk's page of this text shall be the only one
    house.sync()


def _carried(emit: Emit, kind: str, expect: str, plan: int, poll: int, calls: Sequence[Call]) -> None:
    """Computed, not run: what the plan leaves after the minute's poll, over what one such ticket takes, its
    queue count included."""
    taken = sum(c.cost for c in calls if not POLL.search(c.name))
    deliveries = 1 if kind == "freshdesk" else 0  # there a delivery is taken off the same plan
    limits = {"plan": (plan - poll) // (taken + deliveries)}
    if kind == "zendesk":
        limits["updates"] = UPDATES // sum(1 for c in calls if WRITE.search(c.name))
    binds = min(limits, key=lambda limit: limits[limit])
    emit(
        "bench",
        "tickets_per_minute",
        limits[binds],
        1,
        unit="tickets/min",
        desk=kind,
        plan=plan,
        of=expect,
        how="computed",
        binds=binds,
        taken=taken + deliveries,
    )


def call(request: Mapping[str, object]) -> Call:
    name = f"{request['method']} {re.sub(r'(?<=/)[0-9]+', '{id}', str(request['path']))}"
    included = re.search(r"(?:^|&)include=([^&]+)", str(request["query"]))
    return Call(name, 1 + (INCLUDE_CREDITS * len(re.split(r",|%2C", included[1])) if included else 0))


def _calls(side: Side, scene: Scene, verdict: str) -> Sequence[Call] | None:
    """What one ticket took from delivery to the last effect; None when it ended otherwise."""
    before = len(side.desk.do.requests())
    ticket = side.write(scene.steps[0].write, scene.subject, scene.name, scene.email)
    side.house.settle(200)
    if list(side.verdicts(ticket)) != [verdict]:
        return None
    found = [call(r) for r in side.desk.do.requests()[before:]]
    # What Zendesk is asked to include costs nothing there.
    return [Call(c.name, 1) for c in found] if side.kind == "zendesk" else found


def _own(calls: Sequence[Call]) -> list[Call]:
    return [c for c in calls if not POLL.search(c.name) and not QUEUE.search(c.name)]
