"""What everything is compared with: a Flask application that answers 202 and does nothing else. `gunicorn
tests.bench.bare:app`."""
from __future__ import annotations

from flask import Flask

app = Flask(__name__, static_folder=None)


@app.post("/hooks/<desk>")
def take(desk: str) -> tuple[str, int]:
    return "", 202
