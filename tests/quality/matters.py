"""Suite `matters`: is a second message of a customer rightly taken for the same matter. Pairs of our own that
nothing is fitted on."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.reading.matter import Matter, same_matter
from app.core.verdicts import Reading
from config.wording import LANGUAGES
from tests.core.tickets import WORDS
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.corpora import DEMO, corpus, embedder
from tests.quality.reading import read_text
from tests.quality.rows import Row, each, read
from workers.deciding.matters import matter_read

SUITE = "matters"
OWN = Path(__file__).parent / "matters" / "pairs.jsonl"
Pair = tuple[Matter, Matter, float | None]
READ = ("en",)  # by the bundled model


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    weigh = weigher(var)
    said = [(row, same) for row, same in each(emit, SUITE, read(OWN), lambda row: same_matter(*weigh(row)))]
    for language in ("all", *LANGUAGES):
        of = [(bool(row["same"]), same) for row, same in said if language in ("all", row["lang"])]
        _share(emit, "precision", [true for true, same in of if same], language)
        _share(emit, "recall", [same for true, same in of if true], language)


def weigher(var: Path) -> Callable[[Row], Pair]:
    """What makes of a row what `same_matter` is asked: both messages as the worker reads them over the demo
    shop's help centre."""
    held, vectors = corpus(Path(), DEMO, var), embedder(var)

    def one(reading: Reading) -> Matter:
        return matter_read(reading, held.searcher.search(reading.question), WORDS)

    def weigh(row: Row) -> Pair:
        first, second = read_text(row["first"]), read_text(row["second"])
        if row["lang"] not in READ:
            return one(first), one(second), None
        a, b = vectors.embed([first.question, second.question])
        return one(first), one(second), float(a @ b)

    return weigh


def _share(emit: Emit, name: str, hits: Sequence[bool], language: str) -> None:
    if not hits:
        emit(SUITE, name, None, 0, lang=language, why="no pair was taken for the same")
        return
    low, high = intervals.of_share(sum(hits), len(hits))
    emit(SUITE, name, sum(hits) / len(hits), len(hits), lang=language, low=low, high=high)
