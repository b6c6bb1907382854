"""Health checks and metrics: is the process up, can it serve, how much stands in the queues. No customer
data."""
from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.core.kinds import EffectState, WorkState
from app.store import caps, counts, freshness, schema, sources, standing
from app.store.database import StoreBusy
from app.switch import EVERY_DESK
from app.web.access import public_page
from app.web.house import House


class QueueCollector(Collector):
    """Counts rows when it is asked, so that every web process tells the same figures."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = self._house.clock()
        with self._house.db.read() as connection:
            inbox, outbox = counts.inbox_rows(connection), counts.outbox_rows(connection)
            for queue, found, states in (
                ("inbox", inbox, tuple(WorkState)),
                ("outbox", outbox, tuple(EffectState)),
            ):
                family = GaugeMetricFamily(
                    f"candor_{queue}_rows", f"Rows of the {queue} by state.", labels=["tenant", "state"]
                )
                for tenant in sorted({t for t, _ in found}):
                    for state in states:
                        family.add_metric([tenant, state], found.get((tenant, state), 0))
                yield family
            oldest = GaugeMetricFamily(
                "candor_inbox_oldest_waiting_seconds", "Age of the oldest inbox row that is due and not done."
            )
            since = counts.oldest_due(connection, now)
            oldest.add_metric([], 0 if since is None else (now - since) / 1_000_000)
            yield oldest
            urgent = GaugeMetricFamily(
                "candor_urgent_tickets",
                "Tickets with a grave message that waits for a person.",
                labels=["tenant"],
            )
            for tenant, n in counts.urgent_tickets(connection).items():
                urgent.add_metric([tenant], n)
            yield urgent
            status = GaugeMetricFamily("candor_desks", "Desks by status.", labels=["tenant", "status"])
            for (tenant, name), n in counts.desks_by_status(connection).items():
                status.add_metric([tenant, name], n)
            yield status
            overdue = GaugeMetricFamily(
                "candor_sources_overdue", "Sources of articles not read for half an hour.", labels=["tenant"]
            )
            age = GaugeMetricFamily(
                "candor_source_oldest_reading_seconds",
                "Time since the source was read that was not read for longest.",
                labels=["tenant"],
            )
            late = [tenant for tenant, _, _ in sources.overdue(connection, now)]
            for tenant, read_at in sources.oldest_reading(connection).items():
                overdue.add_metric([tenant], late.count(tenant))
                age.add_metric([tenant], max(0, now - read_at) / 1_000_000)
            yield overdue
            yield age


def blueprint(house: House) -> Blueprint:
    pages = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(QueueCollector(house))

    @pages.get("/healthz")
    @public_page
    def healthz() -> ResponseReturnValue:
        return Response("up\n", content_type="text/plain")

    @pages.get("/readyz")
    @public_page
    def readyz() -> ResponseReturnValue:
        why = why_not_ready(house)
        return Response(f"{why or 'ready' + _but(house)}\n", 503 if why else 200, content_type="text/plain")

    @pages.get("/metrics")
    @public_page
    def metrics() -> ResponseReturnValue:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return pages


def _but(house: House) -> str:
    """What is on purpose, and still worth a machine's look: deliveries are taken and decided, and nothing
    goes out."""
    with house.db.read() as connection:
        stopped = {row.desk for row in caps.kill_switches(connection, house.clock())}
    if not stopped:
        return ""
    where = "every desk" if EVERY_DESK in stopped else f"{len(stopped)} desk{'s' if len(stopped) > 1 else ''}"
    return f"; the kill switch is on for {where}"


def why_not_ready(house: House) -> str | None:
    """In words for an operator; None when the process can serve."""
    try:
        schema.check(house.db)
        why = standing.why_moved(house.db) or freshness.why_behind(house.db, house.settings.var)
        if why:
            return why
    except schema.SchemaError as error:
        return str(error)
    except (SQLAlchemyError, StoreBusy) as error:
        return (
            f"the database does not answer ({type(error).__name__}): is it up, and is "
            f"CANDOR_DATABASE_URL right?"
        )
    return None
