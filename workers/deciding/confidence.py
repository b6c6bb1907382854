"""A desk's own confidence: its labels out of the ledger, the nightly refit, and its use on what a search has
found."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import lru_cache

from sqlalchemy import Connection

from app.core.deciding.calibration import Calibration, loss, reliability
from app.core.deciding.judged import Judged, judged
from app.core.verdicts import Findings
from app.store import artefacts, desks, ledger
from workers.work import Work

KIND = "confidence"
MOST_ENTRIES = 20_000  # the newest verdicts of a desk; older ones speak of another help centre
TARGETS = (0.8, 0.9, 0.95)  # shares of right answers whose thresholds are told


def in_force(tx: Connection, tenant: str, desk: str) -> Calibration | None:
    """The desk's own model; None while the shipped prior stands in for it."""
    held = artefacts.newest(tx, tenant, desk, KIND)
    return None if held is None else _loaded(held.content)


def applied(found: Findings, calibration: Calibration | None) -> Findings:
    """The findings with the desk's own probability and its interval. The interval is that of the labels
    nearest to it."""
    if calibration is None or not found.candidates:
        return found
    p = calibration.probability(found.p_right, found.features)
    low, high, labels = calibration.interval(p)
    return replace(found, p_right=p, calibrated=True, low=low, high=high, labels=labels)


def refit_all(work: Work, tenant: str, progress: Callable[[str], None]) -> Mapping[str, object]:
    """Refit every desk of the tenant; returns by desk what was found and whether it was kept."""
    with work.db.read() as tx:
        names = desks.ids(tx, tenant)
    found: dict[str, object] = {}
    for desk in names:
        progress(f"desk {desk}")
        found[desk] = refit(work, tenant, desk)
    return found


def refit(work: Work, tenant: str, desk: str) -> Mapping[str, object]:
    """Fit the desk's labels anew and keep the result where it does better on held-back labels than what is in
    force."""
    # In here: scikit-learn takes a second to load, and the worker that answers has no use for it.
    from workers.knowledge.calibrate import Label, fit
    from workers.knowledge.search import load_prior

    with work.db.read() as tx:
        told, old = _judged(tx, tenant, desk), in_force(tx, tenant, desk)
    prior = load_prior()
    labels = []
    for ticket, one in told:
        labels.append(Label(ticket, prior.probability(dict(one.features)), one.features, one.right))
        if one.right and one.left_out:
            labels.append(
                Label(ticket, prior.probability(dict(one.left_out)), one.left_out, False, left_out=True)
            )
    right = sum(one.right for _, one in told)
    new = fit(labels)
    result: dict[str, object] = {"labels": len(told), "right": right, "kept": False}
    if new is None:
        return result | {"why": "too few labels, or the model in force does as well on those held back"}
    result |= {"loss": round(loss(new.pairs), 4), "reliability": reliability(new.pairs),
               "settings": {str(t): asdict(s) if (s := new.setting(t)) else None for t in TARGETS}}
    by_old = (
        [(old.probability(one.prior, one.features), one.right) for one in labels if not one.left_out]
        if old
        else []
    )
    if by_old and loss(new.pairs) >= loss(by_old):
        # The old model has seen most of these labels: it has the benefit of the doubt.
        return result | {"why": "the model in force does as well"}
    with work.db.write() as tx:
        content = json.dumps(asdict(new), sort_keys=True).encode()
        artefacts.keep(
            tx,
            tenant,
            desk,
            KIND,
            content,
            "ledger: agents' and customers' acts",
            len(told),
            work.clock(),
            work.new_id(),
        )
    return result | {"kept": True}


def _judged(tx: Connection, tenant: str, desk: str) -> list[tuple[str, Judged]]:
    by_ticket: dict[str, list[dict[str, object]]] = {}
    for ticket, payload in reversed(ledger.newest_verdicts(tx, tenant, desk, MOST_ENTRIES)):
        by_ticket.setdefault(ticket, []).append(json.loads(payload))
    return [(ticket, one) for ticket, payloads in by_ticket.items() for one in judged(payloads)]


@lru_cache(maxsize=64)
def _loaded(content: bytes) -> Calibration:
    held = json.loads(content)
    return Calibration(
        tuple(held["names"]),
        tuple(held["mean"]),
        tuple(held["scale"]),
        tuple(held["weights"]),
        held["prior_weight"],
        held["intercept"],
        tuple((float(p), bool(right)) for p, right in held["pairs"]),
    )
