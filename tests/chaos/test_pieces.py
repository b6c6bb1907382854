"""A run that was stopped goes on where it was, and takes no other tree's or size's figures.

It ends with 1 unless every piece was run and every figure reaches its bar, the kept ones among them.
"""
from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.__main__ import end_in_order, go_on
from tests.chaos.kept import Kept, this_tree
from tests.chaos.pieces import Options, Piece, pieces
from tests.emit import Emit

OPTIONS = Options(tickets=20)
TWO = [Piece("processes", "zendesk", "sqlite"), Piece("processes", "freshdesk", "sqlite")]


class Runner:
    """Stands in for the runs: notes what was asked, prints one figure a piece, and breaks where it shall."""

    def __init__(self, duplicates: int = 0, breaks: str = "") -> None:
        self.asked: list[str] = []
        self._duplicates, self._breaks = duplicates, breaks

    def __call__(self, emit: Emit, piece: Piece, options: Options, kept: Path | None) -> None:
        self.asked.append(piece.name)
        if self._breaks == piece.name:
            raise RuntimeError("the machine is full")
        emit("processes", "duplicates", self._duplicates, options.tickets, desk=piece.desk, bar="0")


def _ran(place: Path, runner: Runner, tree: str = "one", *, wanted: Sequence[Piece] = TWO,
         options: Options = OPTIONS, seconds: float | None = None) -> int:
    emit = Emit()
    go_on(emit, Kept(place, tree), wanted, options, seconds, carry=runner)
    return emit.judge()


def test_what_was_kept_is_not_run_again_and_its_figures_still_count(tmp_path: Path) -> None:
    first, second = Runner(duplicates=1), Runner()
    assert _ran(tmp_path, first, wanted=TWO[:1]) == 1
    assert _ran(tmp_path, second) == 1  # red by the kept piece alone
    assert (first.asked, second.asked) == ([TWO[0].name], [TWO[1].name])


def test_a_run_over_kept_pieces_alone_prints_them_all_and_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _ran(tmp_path, Runner()) == 0
    capsys.readouterr()
    again = Runner()
    assert _ran(tmp_path, again) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert again.asked == []
    assert [r["desk"] for r in rows if r["name"] == "duplicates" and r["kept"] == "yes"] == [
        "zendesk", "freshdesk",
    ]


def test_a_piece_that_breaks_off_turns_the_run_red_and_is_run_again(tmp_path: Path) -> None:
    broken = Runner(breaks=TWO[0].name)
    assert _ran(tmp_path, broken) == 1
    assert broken.asked == [p.name for p in TWO]
    again = Runner()
    assert _ran(tmp_path, again) == 0
    assert again.asked == [TWO[0].name]


def test_a_run_whose_time_is_over_is_red_and_the_next_one_goes_on(tmp_path: Path) -> None:
    late, next_one = Runner(), Runner()
    assert _ran(tmp_path, late, seconds=-1) == 1
    assert late.asked == []
    assert _ran(tmp_path, next_one) == 0
    assert len(next_one.asked) == 2


class Stopped(Runner):
    """The whole run gets a SIGTERM in the middle of the second piece."""

    cleaned_up = False

    def __call__(self, emit: Emit, piece: Piece, options: Options, kept: Path | None) -> None:
        try:
            if piece == TWO[1]:
                os.kill(os.getpid(), signal.SIGTERM)
            super().__call__(emit, piece, options, kept)
        finally:
            self.cleaned_up = piece == TWO[1]


def test_a_run_that_is_told_to_end_cleans_up_keeps_what_was_whole_and_goes_on_there(tmp_path: Path) -> None:
    before, stopped = signal.getsignal(signal.SIGTERM), Stopped()
    end_in_order()
    try:
        with pytest.raises(SystemExit, match="143"):
            _ran(tmp_path, stopped)
    finally:
        signal.signal(signal.SIGTERM, before)
    again = Runner()
    assert _ran(tmp_path, again) == 0
    assert (stopped.cleaned_up, again.asked) == (True, [TWO[1].name])


def test_another_tree_and_another_size_are_run_anew(tmp_path: Path) -> None:
    assert _ran(tmp_path, Runner()) == 0
    for tree, options in (("two", OPTIONS), ("two", Options(tickets=21))):
        runner = Runner()
        assert _ran(tmp_path, runner, tree, options=options) == 0
        assert len(runner.asked) == 2
    histories = Runner()  # no piece of processes depends on them
    assert _ran(tmp_path, histories, "two", options=Options(tickets=21, histories=7)) == 0
    assert histories.asked == []


def test_what_was_forgotten_is_run_anew(tmp_path: Path) -> None:
    assert _ran(tmp_path, Runner()) == 0
    Kept(tmp_path, "one").forget()
    runner = Runner()
    assert _ran(tmp_path, runner) == 0
    assert len(runner.asked) == 2


def test_the_whole_is_every_part_on_both_desks_and_databases_and_no_two_share_a_file() -> None:
    whole = list(pieces())
    assert len({p.name for p in whole}) == len(whole)
    runs = {(p.desk, p.database, p.seed) for p in whole if p.part == "processes"}
    assert len(runs) == 2 * 2 * 3
    assert {p.desk for p in whole if p.part == "plain"} == {"zendesk", "freshdesk"}
    assert {(p.desk, p.database) for p in whole if p.part == "recovery"} == {r[:2] for r in runs}
    simulated = {(p.desk, p.seed, p.variant) for p in whole if p.part == "simulation"}
    assert simulated == {
        *((desk, seed, "") for desk in ("zendesk", "freshdesk") for seed in (1, 2, 3, 4)),
        ("", 1, "jumps"),
        ("", 1, "guards"),
    }


def test_a_run_of_zendesk_alone_has_no_jumps() -> None:
    assert [p.name for p in pieces(["simulation"], ["zendesk"])][-2:] == [
        "simulation-zendesk-4", "simulation-1-guards",
    ]


def test_no_piece_of_the_whole_takes_longer_than_40_minutes() -> None:
    assert max(p.seconds(Options()) for p in pieces()) < 40 * 60


def test_a_part_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is no part 'procesess'"):
        list(pieces(["procesess"]))


def _git(place: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True)


def test_a_tree_is_its_commit_and_whatever_differs_from_it(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text("1")
    without_git = this_tree(tmp_path)
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "One.")
    clean = this_tree(tmp_path)
    (tmp_path / "app" / "a.py").write_text("2")
    changed = this_tree(tmp_path)
    (tmp_path / "app" / "b.py").write_text("3")
    more = this_tree(tmp_path)
    assert len({without_git, clean, changed, more}) == 4
    assert this_tree(tmp_path) == more
