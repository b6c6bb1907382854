"""`make chaos`: figures as JSON lines on stdout, progress and a table on stderr. Ends with 0 when every piece
was run and every figure reaches its bar, else with 1.

    python -m tests.chaos [--tickets 1000] [--seeds 3] [--desk zendesk|freshdesk|both] [--database
    sqlite|postgresql|both] [--only parts] [--minutes N] [--fresh]

What a piece has found is kept in var/chaos: the next run of the same tree and sizes goes on behind it.
"""
from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.bench.houses import quiet
from tests.bench.measure import machine
from tests.chaos.kept import Kept, this_tree
from tests.chaos.pieces import (
    DATABASES,
    DESKS,
    PARTS,
    Carry,
    Options,
    Piece,
    carry_out,
    pieces,
)
from tests.emit import Emit, names_of, say, unknown
from tests.services import ROOT

FOLDER = ROOT / "var" / "chaos"


def main(given: Sequence[str] | None = None) -> int:
    asked = _arguments(given)
    if wrong := unknown(names_of(asked.only), PARTS):
        sys.exit(wrong)
    quiet()
    end_in_order()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    options = Options(asked.tickets, asked.rounds, asked.histories)
    wanted = list(
        pieces(
            [part for part in PARTS if not asked.only or part in names_of(asked.only)],
            DESKS if asked.desk == "both" else (asked.desk,),
            DATABASES if asked.database == "both" else (asked.database,),
            asked.seeds,
        )
    )
    kept = Kept(FOLDER, this_tree())
    if asked.fresh:
        kept.forget()
    emit = Emit()
    emit("chaos", "machine", os.cpu_count(), 1, unit="cores", load=os.getloadavg()[0], **machine())
    go_on(emit, kept, wanted, options, asked.minutes * 60 or None, asked.keep)
    emit.show()
    return emit.judge()


def end_in_order() -> None:
    """A SIGTERM ends the run as Ctrl-C does: what the piece under way has started is ended with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def go_on(
    emit: Emit,
    kept: Kept,
    wanted: Sequence[Piece],
    options: Options,
    seconds: float | None = None,
    folder: Path | None = None,
    carry: Carry = carry_out,
) -> None:
    """Print what is kept of the pieces, and run and keep the others. None is begun after `seconds`; each that
    is missing or broke off is a figure without a value, which is red.

    `folder`: where each piece's logs and databases stay.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    left = [p for p in wanted if kept.rows(p.name, p.size(options)) is None]
    minutes = sum(p.seconds(options) for p in left) / 60
    say(f"chaos: {len(wanted)} pieces, {len(wanted) - len(left)} of them kept; about {minutes:.0f} min to go")
    missing = 0
    for piece in wanted:
        rows = kept.rows(piece.name, piece.size(options))
        if rows is not None:
            for row in rows:
                emit.again(row, kept="yes")
        elif ends is not None and time.monotonic() > ends:
            missing += 1
            say(f"chaos: {piece.name} was not begun")
        else:
            missing += not _one(emit, kept, piece, options, folder, carry)
    emit("chaos", "pieces_missing", missing, len(wanted), bar="0")


def _one(
    emit: Emit, kept: Kept, piece: Piece, options: Options, folder: Path | None, carry: Carry
) -> bool:
    """Whether the piece came to its end; what broke off is not kept, and is run again the next time."""
    say(f"chaos: {piece.name} (about {piece.seconds(options) / 60:.0f} min)")
    before, began = len(emit.rows), time.monotonic()
    try:
        carry(emit, piece, options, _place(folder, piece))
    except Exception:
        # The other pieces are worth their figures all the same; the exit code tells.
        say(f"chaos: {piece.name} broke off\n{traceback.format_exc()}")
        return False
    emit("chaos", "minutes", (time.monotonic() - began) / 60, 1, piece=piece.name, unit="min")
    kept.keep(piece.name, piece.size(options), emit.rows[before:])
    return True


def _place(folder: Path | None, piece: Piece) -> Path | None:
    if folder is None:
        return None
    place = folder.absolute() / f"{time.strftime('%m%d-%H%M%S')}-{piece.name}"
    place.mkdir(parents=True)
    return place


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--tickets", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--desk", choices=(*DESKS, "both"), default="both")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--minutes", type=float, default=0, help="begin no further piece after so many")
    parser.add_argument("--rounds", type=int, default=Options.rounds, help="of recovery")
    parser.add_argument("--histories", type=int, default=Options.histories, help="simulated, per desk")
    parser.add_argument("--only", help=f"parts, by comma: {','.join(PARTS)}")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs have kept")
    parser.add_argument("--keep", type=Path, help="a folder for the logs and databases of each piece")
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
