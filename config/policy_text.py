"""The YAML of a policy, read within bounds: what can never be a policy is refused with its line.

A date, number or truth value that cannot be one stays the text it was written as, so that the schema refuses
it under the name of its key.
"""
from __future__ import annotations

import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 500_000
MOST_VALUES = 50_000  # with every alias written out
DEEPEST = 20
LONGEST_NUMBER = 100  # characters; more is left as text
SHOWN = 60  # characters of what somebody wrote, in an error
_PASSED = "\n\t"  # the control characters a text may hold


class PolicyError(ValueError):
    """A policy cannot be used; nothing of it was kept."""


def read_text(path: Path) -> str:
    """The text of a file. Raises PolicyError for what is not a file, not UTF-8, or too long."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise PolicyError(f"{path}: is not a file: name the policy's own file")
        if found.st_size > MOST_BYTES:
            raise PolicyError(f"{path}: is larger than {MOST_BYTES} bytes: a policy is a few pages of text")
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror})") from None


def parse(text: str, where: str) -> Any:
    """What the YAML says. Raises PolicyError, naming `where` and the line, for what is not YAML or breaks a
    bound."""
    if len(text) > MOST_BYTES:
        raise PolicyError(f"{where}: is longer than {MOST_BYTES} characters: a policy is a few pages of text")
    try:
        loader = _Reader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _Bounds(where).measure(node, 0)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" line {place.line + 1}" if place else ""
        why = " ".join(str(getattr(error, "problem", None) or error).split())
        raise PolicyError(f"{where}:{line} is not YAML: {why}") from None
    except RecursionError:
        raise PolicyError(f"{where}: {_TOO_DEEP}") from None


def shown(value: object) -> str:
    """What somebody wrote, for an error: quoted, on one line, and short."""
    text = repr(value[:SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}…"


_TOO_DEEP = f"more than {DEEPEST} lists and groups stand inside each other: a policy needs four"


class _Bounds:
    """How much a document is once its aliases are written out. An alias may repeat a part, and never itself
    within."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._sizes: dict[int, int] = {}
        self._within: set[int] = set()

    def measure(self, node: yaml.Node, depth: int) -> int:
        """The number of values in it."""
        known = self._sizes.get(id(node))
        if known is not None:
            return known
        if depth > DEEPEST:
            raise self._error(node, _TOO_DEEP)
        if id(node) in self._within:
            raise self._error(node, "holds itself by an alias: write out what is meant")
        self._within.add(id(node))
        size = 1 + sum(self.measure(part, depth + 1) for part in self._parts(node))
        self._within.discard(id(node))
        if size > MOST_VALUES:
            raise self._error(node, f"holds more than {MOST_VALUES} values: use fewer aliases")
        self._sizes[id(node)] = size
        return size

    def _parts(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.MappingNode):
            return [part for pair in node.value for part in pair]
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        for letter in node.value:
            if unicodedata.category(letter) in ("Cc", "Cs") and letter not in _PASSED:
                raise self._error(node, f"a text holds U+{ord(letter):04X}, which cannot be sent: delete it")
        return []

    def _error(self, node: yaml.Node, why: str) -> PolicyError:
        return PolicyError(f"{self._where}: line {node.start_mark.line + 1}: {why}")


class _Reader(yaml.SafeLoader):
    """YAML's plain values and nothing else."""


def _or_text(construct: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def read(loader: _Reader, node: yaml.ScalarNode) -> Any:
        if isinstance(node.value, str) and len(node.value) > LONGEST_NUMBER:
            return node.value
        try:
            return construct(loader, node)
        except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError):
            # 2026-02-30, `!!bool perhaps`, `!!timestamp soon`: PyYAML trusts its own patterns
            return node.value

    return read


for _tag in ("int", "float", "bool", "timestamp"):
    _Reader.add_constructor(
        f"tag:yaml.org,2002:{_tag}", _or_text(getattr(yaml.SafeLoader, f"construct_yaml_{_tag}"))
    )
