from __future__ import annotations

import socket

import pytest
import redis
from sqlalchemy import create_engine, text

from tests.figures import Figures, table


def test_each_test_gets_an_empty_database_on_both_kinds(database_url):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE made_here (x INTEGER)"))
        connection.execute(text("INSERT INTO made_here VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM made_here")).scalar_one() == 1
    engine.dispose()


def test_the_redis_of_the_tests_answers(redis_server):
    with redis.Redis(unix_socket_path=str(redis_server.socket_path)) as client:
        assert client.ping()


@pytest.mark.parametrize("address", ["192.0.2.1", "example.invalid"])
def test_a_test_that_reaches_beyond_this_machine_is_stopped(address):
    with pytest.raises(PermissionError, match="this machine only"):
        socket.create_connection((address, 80), timeout=1)


def test_figures_are_kept_one_a_line_and_shown_aligned(tmp_path):
    figures = Figures(tmp_path / "var" / "figures.jsonl")
    figures("test", "signature_vectors", 12, n=12, desk="zendesk")
    figures("bench", "x", 0.123456, n=5)
    assert (tmp_path / "var" / "figures.jsonl").read_text().splitlines() == [
        '{"suite": "test", "name": "signature_vectors", "value": 12, "n": 12, "desk": "zendesk"}',
        '{"suite": "bench", "name": "x", "value": 0.123456, "n": 5}',
    ]
    measured = {"suite": "test", "name": "long_name", "value": 1, "n": 3, "desk": "zendesk"}
    assert table([measured, {"suite": "t", "name": "x", "value": None, "n": 0}]) == [
        "suite  name       value  n",
        "test   long_name  1      3  desk=zendesk",
        "t      x          –      0",
    ]


def test_a_figure_without_a_value_says_why(tmp_path):
    with pytest.raises(ValueError, match="needs a why"):
        Figures(tmp_path / "figures.jsonl")("bench", "page_100k_vs_1k", None, n=0)
