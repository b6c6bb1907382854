"""The same delivery twice, through the real web application: what it costs at the desk and at the broker. Its
CPU time is in accept.py."""
from __future__ import annotations

from dataclasses import replace

import redis

from app.store.tables import inbox, outbox
from tests.bench.houses import open_shop, single_scenes, write_scene
from tests.emit import Emit
from tests.flow.house import House
from workers.running.bell import Bell
from workers.running.broker import EmbeddedRedis
from workers.running.celery_app import make_celery
from workers.running.sweep import sweep

QUEUE = "candor:celery"


def run(emit: Emit) -> None:
    with (
        EmbeddedRedis() as server,
        open_shop() as house,
        redis.Redis.from_url(f"unix://{server.socket_path}") as broker,
    ):
        bell = Bell(make_celery(server.url))
        # The workers' bell is a real one, rung at a real broker that nobody empties; the web's is counted by
        # the house.
        house.work = replace(
            house.work, ring=lambda *names: [bell.ring_now(n) for n in names or ("process", "deliver")]
        )
        before = len(house.desk.do.requests())
        for scene in single_scenes("answered"):
            write_scene(house, scene)
        _work_off(house, bell)
        tasks, calls, rung = int(broker.llen(QUEUE)), len(house.desk.do.requests()), house.rung.count("web")
        if not tasks:
            raise RuntimeError("the fresh deliveries rang for no task: the counting is broken")
        kept, sent = len(house.rows(inbox)), len(house.rows(outbox))
        again = [i["id"] for i in house.desk.do.invocations() if i["status"] == "success"]
        for invocation in again:
            house.desk.do.redeliver(invocation=invocation)
            house.delivered()
        _work_off(house, bell)
        if len(house.rows(inbox)) != kept or len(house.rows(outbox)) != sent:
            raise RuntimeError("a delivery that was sent twice left rows of its own")
        emit(
            "bench",
            "duplicate_desk_calls",
            len(house.desk.do.requests()) - calls,
            len(again),
            unit="calls",
            bar="0",
            desk="zendesk",
            baseline="the same deliveries fresh",
            baseline_value=calls - before,
        )
        emit(
            "bench",
            "duplicate_tasks",
            int(broker.llen(QUEUE)) - tasks + house.rung.count("web") - rung,
            len(again),
            unit="tasks",
            bar="0",
            desk="zendesk",
            baseline="the same deliveries fresh",
            baseline_value=tasks,
        )


def _work_off(house: House, bell: Bell) -> None:
    """Half a minute as a worker spends it: sweep, and work on what is due. Short of the next poll, which is
    no delivery's doing."""
    for _ in range(30):
        house.clock.advance(1)
        sweep(house.work, lambda name: None if name in ("poll", "jobs") else bell.ring_now(name), "bench")
        house.drain()
