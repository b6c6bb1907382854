"""Each setting of Celery, kombu and Redis that the design asks for is the one the built application has."""
from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from celery import Celery
from celery.app.defaults import NAMESPACES, flatten
from kombu import Connection

from app.core.sending.states import FENCED, SECOND
from workers.rows.lease import LEASE_US, RENEW_SECONDS
from workers.running.celery_app import make_celery
from workers.tasks import DRAIN_SECONDS, register

ROOT = Path(__file__).resolve().parents[2]
TCP = "redis://127.0.0.1:6379/0"
WANTED = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
    "task_ignore_result": True,
    "result_backend": None,
    "worker_prefetch_multiplier": 1,
    "worker_eta_task_limit": 100,
    "worker_max_tasks_per_child": 500,
    "task_soft_time_limit": 75,
    "task_time_limit": 90,
    "worker_soft_shutdown_timeout": 20,
    # The usual advice is True. Measured with Redis killed: a task cut off in the middle of a row makes its
    # customer wait 105 s more.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_publish_retry": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
}
TRANSPORT = {
    "visibility_timeout": 180,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 10,
    "socket_timeout": 15,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "retry_on_timeout": True,
    "global_keyprefix": "candor:",
    "client_name": "candor",
}


@pytest.mark.parametrize("name", WANTED)
def test_the_setting_is_the_designs(name: str) -> None:
    assert make_celery(TCP).conf[name] == WANTED[name]
    assert name in dict(flatten(NAMESPACES)), "a name that Celery does not know is ignored without a word"


def test_the_transport_has_the_designs_options_and_a_publisher_gives_up_at_once() -> None:
    assert make_celery(TCP).conf.broker_transport_options == TRANSPORT
    assert make_celery(TCP, publisher=True).conf.broker_transport_options == TRANSPORT | {"max_retries": 0}


def test_kombu_takes_every_option_by_its_name(redis_url: str) -> None:
    """A misspelt one would be ignored without a word."""
    options = make_celery(redis_url).conf.broker_transport_options
    with Connection(redis_url, transport_options=options) as connection:
        channel = connection.default_channel
        assert {name: getattr(channel, name) for name in options} == TRANSPORT | {"socket_keepalive": False}


def test_the_order_of_times_holds_across_the_rooms() -> None:
    app = make_celery(TCP)
    soft, hard, again = (
        app.conf.task_soft_time_limit,
        app.conf.task_time_limit,
        TRANSPORT["visibility_timeout"],
    )
    assert FENCED.deadline / SECOND < soft < hard < again
    assert hard * SECOND == FENCED.hard_limit, (
        "the settle of a row left `sending` starts when its holder is certainly dead"
    )
    assert RENEW_SECONDS * SECOND * 3 <= LEASE_US == FENCED.lease
    assert DRAIN_SECONDS + FENCED.deadline / SECOND < soft, (
        "a row begun at the end of a ring ends before the limit strikes"
    )


def test_no_task_takes_longer_than_a_ring_stays_hidden_unless_it_is_acknowledged_first() -> None:
    app = Celery("test", broker=TCP)
    app.conf.update(make_celery(TCP).conf.changes)

    def never() -> None:
        raise AssertionError("no task is run here")

    register(app, never, lambda name: None)  # type: ignore[arg-type]
    ours = {name: task for name, task in app.tasks.items() if name.startswith("candor.")}
    assert len(ours) == 7
    for name, task in ours.items():
        limit = task.time_limit or app.conf.task_time_limit
        late = app.conf.task_acks_late if task.acks_late is None else task.acks_late
        assert limit < TRANSPORT["visibility_timeout"] or not late, name


def test_the_versions_are_those_the_measurements_were_made_on() -> None:
    assert (
        version("celery").startswith("5.7.")
        and version("kombu").startswith("5.7.")
        and version("redis").startswith("8.")
    )
    asked = (ROOT / "requirements.in").read_text()
    assert "celery==5.7." in asked and "kombu==5.7." in asked


def test_the_worker_gossips_with_nobody_and_ends_gently() -> None:
    [worker] = [line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("worker:")]
    # Gossip breaks while it restarts after a Redis that was killed; nothing here needs it.
    assert "--without-gossip" in worker and "--without-mingle" in worker and "REMAP_SIGTERM=SIGQUIT" in worker
