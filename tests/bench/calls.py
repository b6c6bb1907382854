"""Calls at the desk for one ticket, counted by the sandbox desk. The desk's rate limit is the ceiling of everything else."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from demo.scenes import Scene
from tests.bench.houses import open_shop, single_scenes, write_scene
from tests.emit import Emit
from tests.flow.house import House

# Counted apart: the poll serves all tickets of a minute, a queue's depth is read for the wait.
POLL, QUEUE = re.compile(r"/incremental/"), re.compile(r"/search/count|/views/")
PARTS = (
    ("calls_per_answered", "answered", "answer", 4),
    ("calls_per_handoff", "handed_off", "handoff", 5),
)


def run(emit: Emit) -> None:
    with open_shop() as house:
        for name, expect, verdict, bar in PARTS:
            counted = [c for scene in single_scenes(expect) if (c := _calls(house, scene, verdict)) is not None]
            if not counted:
                emit("bench", name, None, 0, desk="zendesk", why=f"no scene of the demo's script ended as {verdict}")
                continue
            most = max(counted, key=lambda c: len(_own(c)))
            queue = max(sum(bool(QUEUE.search(call)) for call in c) for c in counted)
            emit("bench", name, len(_own(most)), len(counted), unit="calls", bar=f"≤ {bar}", desk="zendesk",
                 least=min(len(_own(c)) for c in counted), calls=_own(most), queue_calls=queue)
        before = len(house.desk.do.requests())
        house.poll()
        poll = [template(r) for r in house.desk.do.requests()[before:]]
        emit("bench", "calls_per_poll", len(poll), 1, unit="calls", desk="zendesk", calls=poll)


def template(request: Mapping[str, object]) -> str:
    """Method and path with its numbers taken out: `GET /api/v2/tickets/{id}`."""
    return f"{request['method']} {re.sub(r'(?<=/)[0-9]+', '{id}', str(request['path']))}"


def _calls(house: House, scene: Scene, verdict: str) -> Sequence[str] | None:
    """What one ticket took from delivery to the last effect; None when it ended otherwise."""
    before = len(house.desk.do.requests())
    ticket = write_scene(house, scene)
    house.settle()
    ended = [e.verdict for e in house.entries(ticket)]
    return [template(r) for r in house.desk.do.requests()[before:]] if ended == [verdict] else None


def _own(calls: Sequence[str]) -> list[str]:
    return [c for c in calls if not POLL.search(c) and not QUEUE.search(c)]
