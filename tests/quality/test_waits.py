"""The yardstick of waits: odd rows cost a row, designs are scored on what they spoke, and no truth leaks."""

from __future__ import annotations

import ast
import csv
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.deciding.destination import Destination
from app.core.waits import round_up
from app.core.writing.compose import wait_of
from app.core.writing.supplies import Way
from config.load import SHIPPED_POLICY, load_policy
from config.policy import Hours, Team
from connectors.clock import HOUR, MINUTE, SECOND, from_iso
from connectors.records import QueueSnapshot
from tests.emit import Emit
from tests.quality import waitcharts, waitdesigns, waits, waitsimulated
from tests.quality.waitlogs import ALWAYS, Item, Log, desk_logs, events, real_log
from tests.quality.waitplay import LEARNED, RAW_DRAIN, TOLD, Told, play, told_today
from tests.quality.waitscores import answered_by, notices, score

START = from_iso("2026-05-11T08:00:00Z")
PAIR = Team("repairs", 2, 20)
ROOT = Path(__file__).parents[2]
HEAD = "id,arrival_s,reply_s,depth_at_arrival,ended\n"


def a_log(*items: Item, hours: Hours = ALWAYS, team: Team = PAIR) -> Log:
    return Log("repairs", items, hours, team, max((item.left or item.arrived for item in items), default=0))


def answered(name: str, arrived: int, after: int) -> Item:
    return Item(name, START + arrived, START + arrived + after, True, 2)


def busy(count: int = 60) -> Log:
    return a_log(*(answered(f"t{n}", n * 10 * MINUTE, (5 + 7 * (n % 9)) * MINUTE) for n in range(count)))


def a_folder(tmp_path: Path, train: str, asked: str) -> Path:
    folder = tmp_path / "waits_own"
    folder.mkdir()
    (folder / "train.csv").write_text(HEAD + train)
    (folder / "eval.csv").write_text(HEAD + asked)
    return folder


def spoken(said: float, wait: float, *, replied: bool = True, mailed: float | None = None) -> Told:
    item = Item("t", START, START + round(wait * SECOND), replied, 2)
    return Told(item, 0, 0, 0, False, 0.0, {LEARNED: said, TOLD: said}, {}, None, wait, mailed)


def figures(emit: Emit, name: str, **fields: object) -> list[object]:
    return [
        row["value"]
        for row in emit.rows
        if row["name"] == name and all(row.get(field) == value for field, value in fields.items())
    ]


def test_a_ticket_answered_in_the_second_it_came_waited_nothing():
    log = a_log(answered("at once", 0, 0), answered("later", MINUTE, 9 * MINUTE))
    assert [(kind, item.id) for _, kind, item in events(log)] == [
        (1, "at once"),
        (2, "at once"),
        (1, "later"),
        (0, "later"),
    ]
    rows = play(log)
    assert [told.wait for told in rows] == [0.0, 540.0]
    assert score(rows, TOLD).share == 1.0


def test_who_leaves_makes_room_before_who_comes_in_the_same_second():
    log = a_log(answered("first", 0, 10 * MINUTE), answered("second", 10 * MINUTE, MINUTE))
    assert [told.depth for told in play(log)] == [0, 0]


def test_an_empty_log_and_a_log_of_one_ticket_are_played():
    assert play(a_log()) == []
    (told,) = play(a_log(answered("only", 0, 4 * MINUTE)))
    # Two people, 20 minutes a ticket, nobody ahead: 9 in 10 within 34.6 minutes, spoken as 35.
    assert (told.wait, told.said[TOLD], told.said["ql"]) == (240.0, 2100.0, 600.0)
    assert "last10" not in told.said


def test_figures_of_an_empty_log_say_why_there_are_none(tmp_path):
    emit = Emit()
    waits.run(emit, a_folder(tmp_path, "", "").parent, ["waits_own"], tmp_path)
    assert figures(emit, "kept_share", design=TOLD, group="all", band="all") == [None]
    assert figures(emit, "answered_share", design=TOLD, group="all", band="all") == [None]


def test_rows_that_cannot_be_are_named_and_counted(tmp_path, capsys):
    asked = "late,100,50,0,1\nfine,200,260,0,1\nfine,300,360,0,1\nsoon,400,400,0,1\n"
    asked += "odd,soon,1,0,1\nopen,500,900,0,0\n"
    emit = Emit()
    log, scored = real_log(emit, "waits_own", a_folder(tmp_path, "old,0,60,0,1\n", asked))
    assert [item.id for item in log.items] == ["old", "fine", "soon", "open"]
    assert scored == {"fine", "soon", "open"}
    assert (emit.tried["waits_own"], emit.broken["waits_own"]) == (7, 3)
    assert [line.split(":")[1] for line in capsys.readouterr().err.splitlines()] == [
        f" waits_own {i}" for i in ("late", "fine", "odd")
    ]


def test_a_run_over_odd_rows_ends(tmp_path):
    rows = "".join(f"t{n},{n * 60},{n * 60 + n % 7 * 30},0,1\n" for n in range(80)) + "bad,9000,1,0,1\n"
    emit = Emit()
    waits.run(
        emit,
        a_folder(tmp_path, rows, "a,9100,9100,0,1\nb,9200,9100,0,1\nc,9300,9400,1,1\n").parent,
        ["waits_own"],
        tmp_path,
    )
    assert emit.broken["waits_own"] == 2
    assert figures(emit, "answered_share", design=RAW_DRAIN, group="all", band="all", rows="answered") == [
        1.0
    ]


def test_train_rows_teach_and_are_not_scored():
    log = busy()
    asked = frozenset(("t50", "t51"))
    assert [told.item.id for told in play(log, asked=asked)] == ["t50", "t51"]
    assert [told.said for told in play(log, asked=asked)] == [
        told.said for told in play(log) if told.item.id in asked
    ]


@pytest.mark.parametrize(
    ("waiting", "seen", "team"),
    [(0, 0, PAIR), (7, 3, PAIR), (4000, 3, PAIR), (7, 19, Team("repairs")), (7, 20, Team("repairs"))],
)
def test_what_is_scored_as_told_is_what_the_worker_says(waiting, seen, team):
    hours = Hours("Europe/London", tuple((d * 1440 + 540, d * 1440 + 1020) for d in range(5)))
    policy = replace(load_policy(SHIPPED_POLICY), teams=(team,), hours=hours, horizon_days=5)
    queue = QueueSnapshot("repairs", waiting, START, "search")
    way = Way(Destination("d", "repairs", "repairs"), "d", "d", queue, seen)
    assert told_today(waiting, team, hours, START, seen) == wait_of(way, policy, START)


def test_every_design_is_held_to_the_time_it_would_have_spoken():
    rows = play(busy())
    for told in rows:
        for design, bound in told.said.items():
            until = told.item.arrived + round(bound * SECOND)
            assert bound > 0, design
            assert round_up(ALWAYS, told.item.arrived, until) == until, (
                f"{design} of {told.item.id} is no spoken time"
            )


def test_the_formulas_of_products_are_what_their_pages_say():
    log = a_log(
        answered("a", 0, 10 * MINUTE),
        answered("b", 20 * MINUTE, 40 * MINUTE),
        answered("c", 30 * MINUTE, HOUR),
        answered("d", 2 * HOUR, MINUTE),
    )
    said = {told.item.id: told.said for told in play(log)}
    assert said["c"]["hol"] == 600.0  # b waits since 10 minutes
    assert (said["d"]["les"], said["d"]["last10"], said["d"]["rolling_p50"], said["d"]["rolling_p90"]) == (
        3600.0,
        2400.0,
        2400.0,
        3600.0,
    )
    assert said["d"]["ema"] == 1200.0  # .9 × (.9 × 600 + .1 × 2400) + .1 × 3600 = 1062 s, said as 20 minutes
    assert said["c"]["ql"] == 1200.0  # one ahead: 2 × 20 min / 2 people


def test_a_wrong_word_of_the_admin_moves_what_is_told_and_nothing_learned_from_others():
    (first, *_) = play(busy())
    assert first.said["told_half_minutes"] < first.said[TOLD] < first.said["told_double_minutes"]


def test_a_promise_is_kept_to_the_second_and_a_leaver_tells_nothing():
    rows = [
        spoken(600.0, 600.0),
        spoken(600.0, 601.0),
        spoken(600.0, 300.0, replied=False),
        spoken(600.0, 900.0, replied=False),
    ]
    found = score(rows, TOLD)
    assert (found.kept, found.n, found.replied, found.offered, found.mean) == (1, 3, 2, 4, 600.0)
    assert found.pinball == pytest.approx((0 + 0.9 * 1) / 2)


def test_common_rows_are_those_that_all_designs_answer():
    both, one = spoken(600.0, 60.0), spoken(600.0, 60.0)
    both.said["les"] = 60.0
    assert answered_by([both, one], (TOLD, "les")) == [both]


def test_who_never_mails_breaks_without_notice():
    rows = [
        spoken(3600.0, 9000.0, mailed=3000.0),
        spoken(3600.0, 1800.0, mailed=1000.0),
        spoken(3600.0, 60.0),
        spoken(900.0, 9000.0),
    ]
    learned, told = notices(rows), notices(rows, TOLD)
    assert (learned.without, learned.short, learned.mailed, learned.needless) == (0.0, 0.25, 0.5, 0.5)
    assert (told.without, told.short, told.mailed, told.needless) == (0.25, 0.25, 0.0, None)


def test_as_told_prints_the_whole_log_and_each_group_by_band():
    emit = Emit()
    waitdesigns.as_told(emit, "waits_own", {"one": play(busy(40)), "two": play(busy(20))})
    for design in (TOLD, LEARNED, RAW_DRAIN, *waits.PRODUCTS):
        for name in ("kept_share", "pinball", "answered_share"):
            for group in ("all", "one", "two"):
                assert len(figures(emit, name, design=design, group=group, band="all", rows="answered")) == 1
        assert figures(emit, "kept_share", design=design, group="two", band="normal", rows="answered") != []
    counts = {
        row["n"]
        for row in emit.rows
        if row.get("rows") == "common" and row["name"] == "pinball" and row["group"] == "all"
    }
    assert len(counts) == 1, "common rows differ between designs"


def test_the_simulator_writes_the_same_files_for_the_same_seed(tmp_path):
    one, two = waitsimulated.write(tmp_path / "one", 5), waitsimulated.write(tmp_path / "two", 5)
    for name in ("tickets.csv", "truth.csv", "calendar.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    with (one / "tickets.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 3000
    assert {row["exit_kind"] for row in rows} == {"human_reply", "closed_no_reply", "open"}
    emit = Emit()
    assert sum(len(log.items) for log in desk_logs(emit, "waits_simulator", one)) == len(rows)
    assert emit.broken["waits_simulator"] == 0


@pytest.mark.slow
def test_a_false_truth_changes_the_oracle_alone(tmp_path):
    folder = waitsimulated.write(tmp_path / "log", 5)
    _cut(folder, 200)
    found = []
    for seconds in ("60", "90000"):
        rows = (folder / "truth.csv").read_text().splitlines()
        (folder / "truth.csv").write_text(
            "\n".join([rows[0], *(f"{row.split(',')[0]},,{seconds}" for row in rows[1:])])
        )
        emit = Emit()
        waits.desk(emit, "waits_own", folder)
        found.append(emit.rows)
    oracle, rest = (
        [
            [
                row
                for row in rows
                if (row.get("design") == "oracle_ql") is oracles and row["name"] != "common_share"
            ]
            for rows in found
        ]
        for oracles in (True, False)
    )
    assert oracle[0] != oracle[1]
    common = [[row for row in rows if row.get("rows") != "common"] for rows in rest]
    assert common[0] == common[1]


def _cut(folder: Path, count: int) -> None:
    rows = (folder / "tickets.csv").read_text().splitlines()
    (folder / "tickets.csv").write_text("\n".join(rows[: count + 1]))


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def test_no_estimator_and_no_scoring_imports_the_simulator_or_reads_its_truth():
    product = [
        file for room in ("app", "workers", "connectors", "config") for file in (ROOT / room).rglob("*.py")
    ]
    scoring = [
        ROOT / "tests" / "quality" / f"{name}.py"
        for name in ("waitplay", "waitscores", "waitlogs", "waitdesigns", "waitbands", "waitcharts", "waits")
    ]
    assert len(product) > 100
    for file in (*product, *scoring):
        assert not any("waitsimulated" in name for name in imports(file)), file
    for file in (*product, *(file for file in scoring if file.stem != "waits")):
        assert not any("waitoracle" in name for name in imports(file)), file
    readers = [
        file.name
        for file in (ROOT / "tests" / "quality").glob("wait*.py")
        if '"truth.csv"' in file.read_text(encoding="utf-8")
    ]
    assert sorted(readers) == ["waitoracle.py", "waitsimulated.py"]


def test_a_chart_is_the_same_file_for_the_same_rows(tmp_path):
    pytest.importorskip("matplotlib", reason="charts need matplotlib, of requirements-dev.txt")
    rows = play(busy(200))
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        waitcharts.promised_against_real(rows, folder, "waits_own")
    drawn = (one / "promised_waits_own.svg").read_bytes()
    assert drawn == (two / "promised_waits_own.svg").read_bytes()
    assert drawn.count(b"<!-- what the worker says today -->") == 1


def test_the_curve_tells_what_nine_in_ten_waited():
    rows = [spoken(3600.0, 360.0 * (n + 1)) for n in range(20)]
    assert waitcharts.curve(rows, TOLD) == [(1.0, pytest.approx(1.9))]
