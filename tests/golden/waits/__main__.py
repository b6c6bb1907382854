"""`python -m tests.golden.waits --write` writes the golden texts anew; review the diff, every line is read by
a customer."""
from __future__ import annotations

import sys

from tests.golden.waits.cases import LANGUAGES, path_of, render

if sys.argv[1:] != ["--write"]:
    sys.exit("usage: python -m tests.golden.waits --write")
for language in LANGUAGES:
    path_of(language).write_text(render(language), encoding="utf-8")
    print(path_of(language))
