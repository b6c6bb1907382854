"""The pieces a whole run is made of, each small enough for 40 minutes on two cores and kept by itself."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import recovery, simulated
from tests.chaos.report import report, tell
from tests.chaos.run import Wish, run
from tests.emit import Emit

PARTS = ("processes", "plain", "recovery", "simulation")
DESKS, DATABASES = ("zendesk", "freshdesk"), ("sqlite", "postgresql")
# The ordinary design: with the same faults; with a Redis that keeps its file; and that design without looking
# at the ticket first.
PLAIN = {
    "wiped": ("plain_celery", True),
    "kept": ("plain_celery", False),
    "blind": ("plain_celery_blind", False),
}
# Seconds a run takes beside its trouble: start, drain, and what the settle asks for. The trouble lasts until
# most tickets were taken up in the middle of it: twice as long as people write.
BESIDE = {"zendesk": 150, "freshdesk": 280}
ROUND_SECONDS = 75  # of recovery
HISTORIES_A_SECOND = 250
GUARDS_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes; each kind of piece depends on one of them."""

    tickets: int = 1_000
    rounds: int = recovery.ROUNDS
    histories: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """`variant` tells pieces of one part, desk, database and seed apart; "" where there is one alone."""

    part: str
    desk: str = ""
    database: str = ""
    seed: int = 1
    variant: str = ""

    @property
    def name(self) -> str:
        """Also of the file it is kept in."""
        return "-".join(filter(None, (self.part, self.desk, self.database, str(self.seed), self.variant)))

    def size(self, options: Options) -> dict[str, int]:
        """What of the options its figures depend on."""
        match self.part:
            case "processes" | "plain":
                return {"tickets": options.tickets}
            case "recovery":
                return {"rounds": options.rounds}
        return {"histories": options.histories}

    def seconds(self, options: Options) -> float:
        """About how long it takes on two cores."""
        match self.part:
            case "processes" | "plain":
                return 2 * self.wish(options).seconds + BESIDE[self.desk]
            case "recovery":
                return options.rounds * ROUND_SECONDS
        if self.variant == "guards":
            return GUARDS_SECONDS
        return simulated.share(self.variant or self.desk, options.histories) / HISTORIES_A_SECOND

    def wish(self, options: Options) -> Wish:
        """Of a part that runs processes."""
        design, wipe = PLAIN[self.variant] if self.part == "plain" else ("candor", True)
        return Wish(self.desk, self.database, self.seed, options.tickets, design, wipe)


def pieces(
    parts: Sequence[str] = PARTS,
    desks: Sequence[str] = DESKS,
    databases: Sequence[str] = DATABASES,
    seeds: int = 3,
) -> Iterator[Piece]:
    """All that a run of these parts is made of, the quickest news first."""
    for part in parts:
        match part:
            case "processes":
                for seed in range(1, seeds + 1):
                    yield from (Piece(part, d, db, seed) for d in desks for db in databases)
            case "plain":
                yield from (Piece(part, d, databases[0], 1, variant) for variant in PLAIN for d in desks)
            case "recovery":
                yield from (Piece(part, d, db) for d in desks for db in databases)
            case "simulation":
                for seed in range(1, simulated.SPLIT + 1):
                    yield from (Piece(part, d, seed=seed) for d in desks)
                variants = (v for v in simulated.VARIANTS if v == "guards" or "freshdesk" in desks)
                yield from (Piece(part, variant=v) for v in variants)
            case _:
                raise ValueError(f"there is no part {part!r}; there are: {', '.join(PARTS)}")


Carry = Callable[[Emit, Piece, Options, Path | None], None]


def carry_out(emit: Emit, piece: Piece, options: Options, kept: Path | None) -> None:
    """Run the piece and print its figures. `kept`: a folder for logs and databases, None to keep none."""
    match piece.part:
        case "processes" | "plain":
            wish = piece.wish(options)
            found = run(wish, kept)
            tell(wish, found)
            report(emit, wish, found)
        case "recovery":
            recovery.run(emit, piece.desk, piece.database, options.rounds)
        case "simulation":
            simulated.piece(emit, piece.variant or piece.desk, options.histories, piece.seed)
