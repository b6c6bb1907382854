"""Every point of the door's checklist names tests that are there; what is missing is named as such."""
from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from tests.figures import Figures
from tests.security_points import MISSING, POINTS
from tests.web.conftest import house  # noqa: F401
from tests.web.seeding import WebHouse

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent


@lru_cache(maxsize=200)
def names_in(file: str) -> frozenset[str]:
    """The names of a file's tests, without `test_`; none for a file that is not there."""
    path = TESTS / file
    if not path.is_file():
        return frozenset()
    found = (n.name for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef))
    return frozenset(name.removeprefix("test_") for name in found if name.startswith("test_"))


def is_there(named: str) -> bool:
    file, _, name = named.partition("::")
    return bool(names_in(file)) if name == "*" else name in names_in(file)


def test_each_point_has_tests_and_each_of_them_is_there(figures: Figures) -> None:
    points = [(area, point, tests) for area, listed in POINTS.items() for point, tests in listed]
    gone = [f"{area}: {point}: {t}" for area, point, tests in points for t in tests if not is_there(t)]
    assert gone == []
    assert [point for _, point, tests in points if not tests] == []
    assert len({point for _, point, _ in points} | set(MISSING)) == len(points) + len(MISSING)
    figures("door", f"checklist {len(points)}/{len(points) + len(MISSING)}", len(points),
            len(points) + len(MISSING), missing="; ".join(MISSING))


def test_a_test_that_is_not_there_is_seen() -> None:
    assert not is_there("web/test_access.py::no_such_test") and not is_there("web/nowhere.py::*")
    assert is_there("test_security_points.py::a_test_that_is_not_there_is_seen")


def test_every_locked_package_has_its_hash() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = re.sub(r"\\\n\s*", " ", (ROOT / lock).read_text("utf-8"))
        packages = [line for line in text.splitlines() if re.match(r"[a-zA-Z0-9]", line)]
        assert len(packages) > 20, lock
        assert [line[:60] for line in packages if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("path", ["/login", "/tickets", "/t/x", "/a/x/1", "/nowhere"])
def test_no_page_takes_an_address_from_the_request(house: WebHouse, path: str) -> None:  # noqa: F811
    forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    answer = house.app.test_client().get(path, base_url="https://evil.example", headers=forwarded)
    assert "evil.example" not in answer.text
    assert "evil.example" not in answer.headers.get("Location", "")
