"""Mails the end user gets for each message of theirs, from the desk and from us together, counted in the
sandbox desks' outgoing mail.

Once with the desk as it comes, its own acknowledgement of new tickets included, and once with that left out
where the assistant answers (`connect … --one-mail`). Later mails of their own kind (a revised wait, an
action's outcome) belong to no scene played here.
"""
from __future__ import annotations

from app.store.database import DEFAULT_TENANT
from tests.bench.houses import open_shop, single_scenes
from tests.emit import Emit
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from workers.desks.connect import connect


def run(emit: Emit) -> None:
    with open_shop() as house, freshdesk_side(house) as fresh:
        for side in (zendesk_side(house), fresh):
            for one_mail in (False, True):
                if one_mail:
                    connect(
                        house.work,
                        DEFAULT_TENANT,
                        side.id,
                        side.kind,
                        side.id,
                        {"one_mail": "yes"},
                        side.desk.url,
                        house.url,
                        _quiet,
                    )
                    house.clock.advance(3)
                counted = _played(side, f"{side.kind}.{'one' if one_mail else 'as.it.comes'}")
                _emit(emit, side, one_mail, counted)


def _emit(emit: Emit, side: Side, one_mail: bool, counted: list[list[str]]) -> None:
    """Of the desk's own acknowledgement we are the cause only where it was left out: without that, our own
    mails alone have a bar."""
    fields = {"unit": "mails", "desk": side.kind, "one_mail": "yes" if one_mail else "no"}
    ours = sum(kind != "acknowledgement" for kinds in counted for kind in kinds)
    emit(
        "bench",
        "mails_per_customer_message",
        sum(map(len, counted)) / len(counted),
        len(counted),
        bar="≤ 1" if one_mail else None,
        most=max(map(len, counted)),
        acknowledged=sum("acknowledgement" in kinds for kinds in counted),
        ours=ours,
        **fields,
    )
    emit("bench", "our_mails_per_customer_message", ours / len(counted), len(counted), bar="1", **fields)


def _played(side: Side, name: str) -> list[list[str]]:
    """The kinds of mail that followed each message of a round of answered and handed-off tickets. Each round
    has customers of its own: who says the same a fourth time gets no mail at all."""
    before = {m["message"] for m in side.desk.do.mails_per_customer_message()}
    for scene in [*single_scenes("answered"), *single_scenes("handed_off")]:
        side.write(scene.steps[0].write, scene.subject, scene.name, f"{name}.{scene.email}")
        side.house.settle(200)
    return [m["kinds"] for m in side.desk.do.mails_per_customer_message() if m["message"] not in before]


def _quiet(step: object) -> None:
    pass
