"""`python -m tests.bench [--only names]` (or ONLY=names): every module here with a `run(emit)`.

Ends with 1 when a figure misses its bar.
"""
from __future__ import annotations

import argparse
import os
import sys

import tests.bench
from tests.bench.measure import machine
from tests.emit import Emit, modules_with_run, names_of, say, unknown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=os.environ.get("ONLY"), help="modules by name, with commas")
    given = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    modules = dict(modules_with_run(tests.bench))
    asked = names_of(given.only)
    if wrong := unknown(asked, list(modules)):
        sys.exit(wrong)
    emit = Emit()
    emit("bench", "machine", os.cpu_count(), 1, unit="cores", load=os.getloadavg()[0], **machine())
    for name, module in modules.items():
        if not asked or name in asked:
            say(f"bench: {name} (load {os.getloadavg()[0]:.1f})")
            module.run(emit)
    emit.show()
    return emit.judge()


if __name__ == "__main__":
    sys.exit(main())
