"""An exception as the logs may name it: by its kind and its place. Its message may quote a ticket."""
from __future__ import annotations

import traceback
from pathlib import PurePath


def where(error: BaseException) -> str:
    """`file.py:12` of the innermost of our own lines; "" when there is none."""
    lines = [
        f"{PurePath(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename
    ]
    return lines[-1] if lines else ""
