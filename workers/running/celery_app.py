"""Celery as a doorbell: it wakes workers and nothing depends on it. The rows in the database are the
truth."""
from __future__ import annotations

from celery import Celery

VISIBILITY_SECONDS = 180


def make_celery(broker_url: str, *, publisher: bool = False) -> Celery:
    """The Celery app for a broker. A `publisher` (the web process) never waits for a broker that is down."""
    app = Celery("candor", broker=broker_url)
    app.conf.update(
        task_acks_late=True,  # an early ack lost 394 of 400 rings when workers were killed
        # True: a task that kills its worker came back 17 times in 20 s; our rows re-drive, counted
        task_reject_on_worker_lost=False,
        task_acks_on_failure=True,  # a failed task must not circle in the broker
        task_acks_on_timeout=True,  # nor one that took too long: its row is taken up again, and counted
        task_ignore_result=True,  # results live in the database
        result_backend=None,
        worker_prefetch_multiplier=1,  # a busy worker must not sit on others' rings
        worker_eta_task_limit=100,  # no ETA is used at all (`next_at` in the database); a seat belt
        worker_max_tasks_per_child=500,  # bounds leaks
        task_soft_time_limit=75,  # longer than a desk's call (20 s) and a model's (45 s) together
        task_time_limit=90,  # below the visibility timeout, or the task would run again in parallel
        worker_soft_shutdown_timeout=20,  # drain on deploy
        # A task cut off in the middle of a row leaves it to rest until hard limit and settle have passed (105
        # s, measured when Redis was killed); left alone it ends its row, and the copy of its ring finds
        # nothing to do.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,  # a worker may be up before its broker
        broker_connection_max_retries=None,  # outlive a long outage of the broker
        task_serializer="json",
        accept_content=["json"],  # never pickle: who can write to the broker must not run code here
        task_publish_retry=False,  # a failed ring is fine: the sweep rings again
        worker_send_task_events=False,  # nobody listens
        worker_hijack_root_logger=False,  # our own lines: ids and kinds of errors only
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,  # twice the hard limit
            # A killed worker's ring is heard again 8 s after its time-out instead of 101 s. Nothing waits for
            # it.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            # After 45 s of lost packets a worker consumes again within 1.0 s; by the defaults, within 10.6 s.
            "health_check_interval": 10,
            "socket_timeout": 15,
            "socket_connect_timeout": 3,
            # a Unix socket knows no such option, and refuses it
            "socket_keepalive": not broker_url.startswith("redis+socket"),
            "retry_on_timeout": True,
            "global_keyprefix": "candor:",  # a shared Redis keeps our keys apart
            "client_name": "candor",  # who we are in CLIENT LIST
            # 0.05 s instead of 6 s for a publish while the broker is down
            **({"max_retries": 0} if publisher else {}),
        },
        beat_schedule={"sweep": {"task": "candor.sweep", "schedule": 2.0, "options": {"expires": 10}}},
    )
    return app
