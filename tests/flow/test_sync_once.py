"""Two syncs of one help centre at once, as a job and a command may be: one after the other, and both
whole."""
from __future__ import annotations

import threading

import pytest

from app.store.database import DEFAULT_TENANT
from tests.flow.house import House
from workers.knowledge.run import SyncBusy, sync_all


def test_two_commands_at_once_wait_for_each_other(house: House) -> None:
    house.desk.do.put_article(
        id="new-page", title="A new page", html="<p>Something that was never said before here.</p>"
    )
    results, faults = [], []

    def sync() -> None:
        try:
            results.append(sync_all(house.work, DEFAULT_TENANT, lambda text: None, wait=True))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=sync) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert sorted(r["help centre of larkfield"]["added"] for r in results) == [0, 1]


def test_a_job_does_not_wait_for_another_sync(house: House) -> None:
    def while_at_work(_text: str) -> None:
        with pytest.raises(SyncBusy):
            sync_all(house.work, DEFAULT_TENANT, lambda text: None)
        asked.append(True)

    asked: list[bool] = []
    house.desk.do.put_article(
        id="new-page", title="A new page", html="<p>Something that was never said before here.</p>"
    )
    sync_all(house.work, DEFAULT_TENANT, while_at_work)
    assert asked
