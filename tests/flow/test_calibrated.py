"""A desk's own confidence: agents' acts are its labels, and once there is a model its probability is told
with its interval."""
from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from app.core.deciding.calibration import Calibration
from app.store import artefacts
from app.store.database import DEFAULT_TENANT
from app.store.ids import new_id
from app.store.tables import jobs
from tests.flow.desks import Side, zendesk_side
from tests.flow.house import DESK, House
from workers.deciding.confidence import KIND, refit
from workers.running.sweep import sweep

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
SURE = Calibration((), (), (), (), 1.0, 4.0, ((0.9, True),) * 40)


def calibrated(house: House, model: Calibration) -> None:
    with house.work.db.write() as tx:
        content = json.dumps(asdict(model)).encode()
        artefacts.keep(tx, DEFAULT_TENANT, DESK, KIND, content, "a test", 40, house.work.clock(), new_id())


def test_a_draft_that_an_agent_sends_is_a_label(house: House) -> None:
    house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    side = zendesk_side(house)
    ticket = side.write(RETURN)
    house.settle(200)
    assert refit(house.work, DEFAULT_TENANT, DESK)["labels"] == 0
    side.choose(ticket, "send_draft")
    found = refit(house.work, DEFAULT_TENANT, DESK)
    assert (found["labels"], found["right"], found["kept"]) == (1, 1, False)


def test_the_desks_own_model_is_told_with_its_interval_and_lets_it_send(house: House) -> None:
    house.change_policy(lambda p: {**p, "accept_uncalibrated": False})
    calibrated(house, SURE)
    ticket = house.write(RETURN)
    house.settle(200)
    [entry] = house.entries(ticket)
    payload = json.loads(entry.payload)
    assert payload["findings"]["calibrated"] is True
    assert payload["findings"]["interval"][2] == 30
    assert payload["mode"] == "send"
    assert house.replies(ticket)


def test_a_target_no_threshold_reaches_keeps_the_topic_in_draft(house: House) -> None:
    house.change_policy(lambda p: {
        **p, "accept_uncalibrated": False, "topics": [{**t, "target_precision": 0.99} for t in p["topics"]],
    })
    calibrated(house, Calibration((), (), (), (), 1.0, 4.0, ((0.9, True), (0.9, False)) * 20))
    ticket = house.write(RETURN)
    house.settle(200)
    [entry] = house.entries(ticket)
    payload = json.loads(entry.payload)
    assert payload["reading"]["topic"] != "other"
    assert payload["mode"] == "draft"
    assert house.replies(ticket) == []


def test_the_refit_is_asked_for_once_a_day(house: House) -> None:
    def asked() -> int:
        sweep(house.work, lambda name: None, "one")
        return sum(row.kind == "refit" for row in house.rows(jobs))

    assert (asked(), asked()) == (1, 1)
    house.clock.advance(86_400_000_000)
    assert asked() == 2


def labels(side: Side) -> tuple[object, object]:
    """(judged, right) as the nightly refit reads them."""
    found = refit(side.house.work, DEFAULT_TENANT, side.id)
    return found["labels"], found["right"]


@pytest.mark.parametrize(("step", "judged"), [("send_draft", (1, 1)), ("stay_out", (1, 0)), ("continue", (0,
0)), ("not_needed", (0, 0))])
def test_what_an_agent_chooses_judges_the_draft(side: Side, step: str, judged: tuple[int, int]) -> None:
    side.house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    ticket = side.write(RETURN)
    side.house.settle(200)
    assert labels(side) == (0, 0)
    side.choose(ticket, step)
    assert labels(side) == judged


@pytest.mark.parametrize(("step", "judged"), [("stay_out", (1, 0)), ("continue", (0, 0)), ("not_needed", (1,
1))])
def test_what_an_agent_chooses_after_a_hand_off_judges_the_answer_before_it(
    side: Side, step: str, judged: tuple[int, int]
) -> None:
    ticket = side.write(RETURN)
    side.house.settle(200)
    side.reply(ticket, "Can I talk to a real person please?")
    side.house.settle(200)
    assert labels(side) == (1, 0), "a person was asked for after it"
    side.choose(ticket, step)
    assert labels(side) == judged


@pytest.mark.parametrize(("step", "judged"), [("stay_out", (0, 0)), ("continue", (0, 0)), ("not_needed", (1,
1))])
def test_not_needed_says_of_a_doubt_that_the_nearest_page_was_right(
    side: Side, step: str, judged: tuple[int, int]
) -> None:
    side.house.change_policy(
        lambda p: {**p, "thresholds": {**p["thresholds"], "answer": 1.0, "clarify": 1.0}}
    )
    ticket = side.write(RETURN)
    side.house.settle(200)
    assert side.verdicts(ticket) == ["handoff"] and labels(side) == (0, 0)
    side.choose(ticket, step)
    assert labels(side) == judged
