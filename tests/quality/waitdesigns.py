"""Waits as told: what the worker says today beside every other design, on the whole of a log.

All are rounded to spoken times. `rows: answered` scores each design on the rows it answers, `rows: common`
on those answered by every design that answers any. `group` and `band` are `all` where nothing is split.
Seconds are of working time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.emit import Emit
from tests.quality.intervals import of_share
from tests.quality.waitbands import bands
from tests.quality.waitplay import DESIGNS, LEARNED, ORACLE, RAW_DRAIN, TOLD, WRONG_MINUTES, Told
from tests.quality.waitscores import Score, answered_by, notices, score, silence

SILENT = "this design tells nothing here"


def as_told(emit: Emit, suite: str, groups: Mapping[str, Sequence[Told]], seed: int | None = None) -> None:
    """Rows for the whole log, and for each group × band; a single group is the whole log."""
    pooled = [told for rows in groups.values() for told in rows]
    speaking = [design for design in DESIGNS if any(design in told.said for told in pooled)]
    for group, rows in ({"all": pooled} | (dict(groups) if len(groups) > 1 else {})).items():
        fields: dict[str, object] = {"group": group, "seed": seed}
        for design in DESIGNS:
            if design != ORACLE or design in speaking:  # without a truth beside the log there is no oracle
                _answered(emit, suite, rows, fields | {"design": design})
        _common(emit, suite, rows, speaking, fields)
        for design in (TOLD, LEARNED):
            _beside_raw(emit, suite, rows, fields | {"design": design})
            put_notices(emit, suite, rows, fields | {"band": "all", "design": design})


def put(
    emit: Emit, suite: str, name: str, value: float | None, n: int, why: str, fields: Mapping[str, object]
) -> None:
    """A figure, or why there is none."""
    emit(suite, name, value, n, why=why if value is None else None, **fields)


def put_kept(emit: Emit, suite: str, found: Score, fields: Mapping[str, object]) -> None:
    low, high = of_share(found.kept, found.n) if found.n else (None, None)
    why = "no promise whose end is known" if found.offered else SILENT
    put(emit, suite, "kept_share", found.share, found.n, why, {**fields, "low": low, "high": high})


def put_pinball(emit: Emit, suite: str, found: Score, fields: Mapping[str, object]) -> None:
    why = "no reply to score on" if found.offered else SILENT
    put(emit, suite, "pinball", found.pinball, found.replied, why, {"unit": "s", **fields})


def put_mean(emit: Emit, suite: str, found: Score, fields: Mapping[str, object]) -> None:
    put(emit, suite, "mean_promise_s", found.mean, found.offered, SILENT, {"unit": "s", **fields})


def put_share(
    emit: Emit, suite: str, name: str, part: int, rows: Sequence[Told], fields: Mapping[str, object]
) -> None:
    put(emit, suite, name, part / len(rows) if rows else None, len(rows), "no rows", fields)


def put_notices(emit: Emit, suite: str, rows: Sequence[Told], fields: Mapping[str, object]) -> None:
    found = notices(rows, str(fields["design"]))
    shares = {
        "broken_without_notice": found.without,
        "broken_small": found.small,
        "broken_short": found.short,
        "revised_share": found.mailed,
    }
    for name, value in shares.items():
        put(emit, suite, name, value if found.promises else None, found.promises, SILENT, fields)
    put(emit, suite, "needless_share", found.needless, found.mails, "no promise was revised", fields)


def put_against(
    emit: Emit, suite: str, rows: Sequence[Told], design: str, other: str, fields: Mapping[str, object]
) -> None:
    """The design's pinball over the other's, on the rows that both answer."""
    both = answered_by(rows, (design, other))
    ours, theirs = score(both, design).pinball, score(both, other).pinball
    ratio = ours / theirs if ours is not None and theirs else None
    put(
        emit,
        suite,
        f"pinball_vs_{other}",
        ratio,
        len(both),
        "no reply that both speak of",
        {**fields, "design": design},
    )


def _answered(emit: Emit, suite: str, rows: Sequence[Told], fields: Mapping[str, object]) -> None:
    design = str(fields["design"])
    fields = {**fields, "rows": "answered", "minutes_wrong_by": WRONG_MINUTES.get(design)}
    put_mean(emit, suite, score(rows, design), {**fields, "band": "all"})
    for why, count in silence(rows, design).items():
        put_share(emit, suite, "silent_share", count, rows, {**fields, "band": "all", "reason": why})
    for band, part in (("all", rows), *bands(rows, least=1)):
        found, split = score(part, design), {**fields, "band": band}
        put_kept(emit, suite, found, split)
        put_pinball(emit, suite, found, split)
        put_share(emit, suite, "answered_share", found.offered, part, split)


def _common(
    emit: Emit, suite: str, rows: Sequence[Told], speaking: Sequence[str], fields: Mapping[str, object]
) -> None:
    fields = {**fields, "band": "all", "rows": "common"}
    shared = answered_by(rows, speaking)
    put_share(emit, suite, "common_share", len(shared), rows, {**fields, "designs": " ".join(speaking)})
    for design in speaking:
        found, spoken = score(shared, design), {**fields, "design": design}
        put_kept(emit, suite, found, spoken)
        put_pinball(emit, suite, found, spoken)
        put_mean(emit, suite, found, spoken)


def _beside_raw(emit: Emit, suite: str, rows: Sequence[Told], fields: Mapping[str, object]) -> None:
    put_against(
        emit, suite, rows, str(fields["design"]), RAW_DRAIN, {**fields, "band": "all", "rows": "both"}
    )
