"""Bars: what a printed figure must reach, read and judged in one place, so that a figure that misses its bar
ends the run with 1."""
from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    "<=": operator.le,
    "≤": operator.le,
    ">=": operator.ge,
    "≥": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(r"(<=|>=|[<>=≤≥])?\s*(-?(?:\d+(?:\.\d*)?|\.\d+))(?:\s+(\S+))?")
# What names the run of a figure beside its own name, in a sentence on what failed.
_WHERE = ("desk", "database", "seed", "design", "guard", "of", "start", "one_mail")


@dataclass(frozen=True, slots=True)
class Bar:
    """`sign` is a key of SIGNS; `unit` is "" when the bar names none."""

    sign: str
    limit: float
    unit: str = ""

    def holds(self, value: float) -> bool:
        """False for what is not a number."""
        return SIGNS[self.sign](value, self.limit)


def read_bar(text: str) -> Bar:
    """ "0", "<= 15", "≥ .30", "≤ 15 s". Raises ValueError for any other form: a bar nobody can read must not
    hold by itself."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"a bar is a sign and a number, as in '<= 15', not {text!r}")
    return Bar(found[1] or "", float(found[2]), found[3] or "")


def missed(row: Mapping[str, Any]) -> str:
    """Why the row does not reach its bar; "" when it does or has none. A bar without a value is missed."""
    if row.get("bar") is None:
        return ""
    name = " ".join([f"{row['suite']} {row['name']}", *(f"{k}={row[k]}" for k in _WHERE if k in row)])
    try:
        bar = read_bar(str(row["bar"]))
    except ValueError as error:
        return f"{name}: {error}"
    value = row["value"]
    if value is None:
        return f"{name}: no value for the bar {row['bar']}: {row.get('why', 'nobody said why')}"
    if bar.unit and bar.unit != row.get("unit", bar.unit):
        return f"{name}: the bar is in {bar.unit}, the figure in {row['unit']}"
    return "" if bar.holds(value) else f"{name}: {value}, must be {row['bar']}"


def all_missed(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence on each row that does not reach its bar."""
    return [why for row in rows if (why := missed(row))]
