"""Connecting a desk: its row, its side at the vendor, the proof of its guard. A command and the demo call the
same function."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.store import desks as desk_store
from app.store import sources
from app.store.sources import SourceRow
from connectors import forms, registry
from connectors.contract import Connection, Step
from connectors.errors import ConnectorError
from workers.desks.advice import advice, checked
from workers.work import Work


def connect(
    work: Work,
    tenant: str,
    desk_id: str,
    kind: str,
    name: str,
    settings: Mapping[str, str],
    wire_url: str | None,
    hook_base: str,
    progress: Callable[[Step], None],
) -> bool:
    """Add or update the desk, install its side, prove the guard. Returns whether the guard is proven; twice
    changes nothing.

    `settings` that are not named keep what was entered before; `hook_base` is the address the desk delivers
    to. Raises ValueError for settings the connector's form refuses, with nothing stored; ConnectorError when
    the desk refuses: its row then stays, `broken`, and says what to do. A desk that works goes on with the
    keys it has until the new ones are seen to open it.
    """
    connector = work.connector(kind)
    now = work.clock()
    before = _known(work, tenant, desk_id)
    entered = forms.entered(registry.settings_schema(kind), before.connection.settings, settings)
    checked(kind, entered)
    if before.working and entered != before.connection.settings:
        opened = replace(before.connection, settings=entered, wire_url=wire_url)
        connector.install(opened, work.clock).plan(f"{hook_base}/hooks/{desk_id}")
    with work.db.write() as tx:
        known = desk_store.get(tx, tenant, desk_id, work.keys)
        if known is None:
            desk_store.add(
                tx, tenant, desk_id, kind, name, settings, connector.secret_keys, wire_url, work.keys, now
            )
            sources.add(tx, tenant, SourceRow(work.new_id(), "desk", desk_id, "", None), now)
        else:
            settings = entered
            desk_store.update_settings(
                tx, tenant, desk_id, settings, connector.secret_keys, wire_url, work.keys
            )
        desk = desk_store.get(tx, tenant, desk_id, work.keys)
    assert desk is not None
    try:
        installed = connector.install(desk.connection, work.clock).apply(
            f"{hook_base}/hooks/{desk_id}", progress
        )
        proof = connector.install(replace(desk.connection, state=installed.state), work.clock).prove_guard()
    except ConnectorError as error:
        with work.db.write() as tx:
            desk_store.set_status(tx, tenant, desk_id, "broken", advice(error, connector.account(settings)))
        raise
    if proof.held:
        progress(Step("guard", "exists", f"proven on the desk itself: {proof.detail}"))
    else:
        progress(Step("guard", "failed", f"not proven, so answers stay drafts here: {proof.detail}"))
    with work.db.write() as tx:
        desk_store.installed(tx, tenant, desk_id, installed.state, installed.secrets, proof.held, work.keys)
        desk_store.set_status(tx, tenant, desk_id, "active", None)
    return proof.held


def plan(
    work: Work,
    tenant: str,
    kind: str,
    desk_id: str,
    settings: Mapping[str, str],
    wire_url: str | None,
    hook_base: str,
) -> list[Step]:
    """What `connect` would do at the desk, with what was entered and found before; nothing is written, there
    or here."""
    known = _known(work, tenant, desk_id).connection
    entered = forms.entered(registry.settings_schema(kind), known.settings, settings)
    checked(kind, entered)
    connection = replace(known, settings=entered, wire_url=wire_url)
    return list(work.connector(kind).install(connection, work.clock).plan(f"{hook_base}/hooks/{desk_id}"))


def ending(work: Work, tenant: str, desk_id: str) -> str | None:
    """What its vendor ends of the desk's settings, when, and what to do; None for nothing."""
    with work.db.read() as tx:
        desk = desk_store.get(tx, tenant, desk_id, work.keys)
    return None if desk is None else work.connector(desk.kind).account(desk.connection.settings).ending


@dataclass(frozen=True, slots=True)
class _Known:
    connection: Connection
    working: bool  # connected before, and not stopped for anything since


def _known(work: Work, tenant: str, desk_id: str) -> _Known:
    with work.db.read() as tx:
        desk = desk_store.get(tx, tenant, desk_id, work.keys)
    if desk is None:
        return _Known(Connection(desk_id, {}), False)
    return _Known(desk.connection, desk.status == "active" and bool(desk.connection.state))


def disconnect(work: Work, tenant: str, desk_id: str, progress: Callable[[Step], None]) -> None:
    """Remove our side from the desk and pause it here; its rows and records stay. Raises LookupError for an
    unknown desk."""
    with work.db.read() as tx:
        desk = desk_store.get(tx, tenant, desk_id, work.keys)
    if desk is None:
        raise LookupError(f"there is no desk {desk_id!r}")
    work.connector(desk.kind).install(desk.connection, work.clock).remove(progress)
    with work.db.write() as tx:
        desk_store.set_status(tx, tenant, desk_id, "paused", "disconnected")
