"""Customer- and agent-facing sentences, per language, from `config/words/<language>/*.yaml`.

A file holds a tree of strings and lists of strings; keys are joined with dots. Strings may hold
`{placeholders}`.
"""
from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

SHIPPED = Path(__file__).parent / "words"
LANGUAGES = ("en", "fr", "de", "es")


class WordingError(ValueError):
    """A words file cannot be used; the message names file and key."""


# loaded once and told apart by identity: what is compiled from them is kept per object
@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of one language. `texts` are sentences by dotted key, `lists` are phrase lists. Neither is
    changed after loading."""

    language: str
    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def say(self, key: str, **values: object) -> str:
        """The sentence with its placeholders filled. Raises WordingError naming the key when one is
        missing."""
        try:
            return self.texts[key].format(**values)
        except KeyError as error:
            raise WordingError(f"words {self.language}: {key} needs {error.args[0]!r}") from None

    def phrases(self, key: str) -> tuple[str, ...]:
        return self.lists.get(key, ())


@lru_cache(maxsize=64)  # what is compiled from a language is kept per object, across a fork too
def load_words(language: str, root: Path = SHIPPED) -> Words:
    """Every file of the language's folder in one `Words`. Raises WordingError on a doubled key or a value
    that is not a text."""
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for path in sorted((root / language).glob("*.yaml")):
        for key, value in _flatten(_tree(path), ""):
            if key in texts or key in lists:
                raise WordingError(f"{path}: {key} stands in two files")
            if isinstance(value, str):
                texts[key] = value
            elif isinstance(value, list) and all(isinstance(v, str) for v in value):
                lists[key] = tuple(value)
            else:
                raise WordingError(f"{path}: {key} must be a text or a list of texts")
    if not texts and not lists:
        raise WordingError(f"no words for language {language!r} in {root}")
    return Words(language, texts, lists)


def _tree(path: Path) -> Mapping[str, object]:
    try:
        tree = _parse(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WordingError(
            f"{path}: is not YAML in UTF-8: {getattr(error, 'problem', None) or error}"
        ) from None
    if not isinstance(tree, Mapping):
        raise WordingError(f"{path}: must be a tree of keys")
    return tree


def _parse(text: str) -> object:
    # libyaml reads the phrase lists seventeen times faster (4 languages: 0.06 s instead of 1 s at each
    # start).
    return yaml.load(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)  # noqa: S506 both are safe


def placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _flatten(tree: Mapping[str, object], prefix: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found.extend(_flatten(value, name + "."))
        else:
            found.append((name, value))
    return found
