"""The demo's database, desk and help centre, made with the same functions a real installation uses."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from app.store import audit, policies, sources, users
from app.store.database import DEFAULT_TENANT
from app.store.sources import SourceRow
from connectors.contract import Step
from demo.fresh import clear_tickets
from demo.policy import DESKS, demo_policy
from demo.processes import DemoError
from workers.desks.connect import connect
from workers.knowledge.run import sync_all
from workers.running.first_start import prepare
from workers.work import Work

OWNER = "owner@larkfield.example"


def set_up(work: Work, articles: Path | None) -> str:
    """Schema, policy, owner, and the source of other articles; returns the owner's one-time token."""
    prepare(work.db, work.clock)
    clear_tickets(work.db)
    now, wanted = work.clock(), demo_policy(two_desks=True)
    with work.db.write() as tx:
        if policies.text(tx, DEFAULT_TENANT, policies.current_version(tx, DEFAULT_TENANT)) != wanted:
            policies.add(
                tx, DEFAULT_TENANT, wanted, "demo", "the demo's desk may send before it is calibrated", now
            )
        known = {s.location for s in sources.every(tx, DEFAULT_TENANT)}
        if articles is not None and str(articles.absolute()) not in known:
            kind = "folder" if articles.is_dir() else "jsonl"
            sources.add(
                tx, DEFAULT_TENANT, SourceRow(work.new_id(), kind, None, str(articles.absolute()), None), now
            )
        token = users.create_with_token(tx, DEFAULT_TENANT, OWNER, "Demo owner", "owner", now, work.new_id())
        made = {"for": OWNER, "role": "owner"}
        audit.append(tx, DEFAULT_TENANT, "demo", "token_made", made, work.keys, now, work.new_id())
        return token


def connect_sandbox(
    work: Work, kind: str, sandbox: Mapping[str, str], hook_base: str, progress: Callable[[Step], None]
) -> None:
    """Install our side at a sandbox desk and prove its guard. Raises DemoError when the guard does not
    hold."""
    if kind == "zendesk":
        client = {name: sandbox[name] for name in ("client_id", "client_secret")}
        settings = {"subdomain": sandbox["account"], **client}
    else:
        settings = {"subdomain": sandbox["account"], "api_key": sandbox["api_key"]}
    # the demo's admin agrees: the desk's own acknowledgement is left out where the assistant answers
    settings["one_mail"] = "yes"
    name = f"Larkfield ({work.connector(kind).title})"
    if not connect(
        work, DEFAULT_TENANT, DESKS[kind], kind, name, settings, sandbox["url"], hook_base, progress
    ):
        raise DemoError(f"the {kind} sandbox desk's guard is broken, and the demo would prove nothing")


def sync_now(work: Work, progress: Callable[[str], None]) -> Mapping[str, object]:
    """Read every source now. Raises DemoError when one cannot be read."""
    results = sync_all(work, DEFAULT_TENANT, progress, wait=True)
    for name, result in results.items():
        if isinstance(result, dict) and "error" in result:
            raise DemoError(f"{name}: {result['error']}")
    work.search(DEFAULT_TENANT).search("a first look, so that the index lies ready for the workers")
    return results
