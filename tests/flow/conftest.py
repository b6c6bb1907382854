"""A house a test, with a few pages of the demo shop and the real model; each text is embedded once for the
whole run."""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.scenes import HELP_CENTRE
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.faulty import kill_switch, set_status
from tests.flow.house import House, open_house
from workers.knowledge.embed import LazyEmbedder

MODELS = Path(__file__).resolve().parents[2] / "var" / "models"
PAGES = (
    "returns-30-days",
    "refunds-when",
    "orders-change-address",
    "account-change-address",
    "products-tent-poles",
    "care-waxing",
    "repairs-prices",
    "gift-cards-use",
    "policy-email-templates",
    "policy-contact",
    "shipping-eu",
    "agents-goodwill",
    "warranty-covers",
)


class Remembering:
    """The real embedder, asked once for each text."""

    def __init__(self, inner: LazyEmbedder) -> None:
        self._inner, self._known = inner, {}

    @property
    def model_id(self) -> str:
        return self._inner.model_id

    @property
    def width(self) -> int:
        return self._inner.width

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Any:
        fresh = [t for t in dict.fromkeys(texts) if t not in self._known]
        if fresh:
            self._known.update(zip(fresh, self._inner.embed(fresh), strict=True))
        return np.array([self._known[t] for t in texts], dtype=np.float32).reshape(len(texts), self.width)

    embed_many = embed

    def embed_peaks(self, texts: Sequence[str]) -> Any:
        return self._inner.embed_peaks(texts)


@pytest.fixture(scope="session")
def embedder() -> Remembering:
    return Remembering(LazyEmbedder("bundled", MODELS))


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small help centre out of the demo shop's."""
    folder = tmp_path_factory.mktemp("help_centre")
    for name in PAGES:
        shutil.copy(HELP_CENTRE / f"{name}.md", folder)
    return folder


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, pages: Path, embedder: Remembering) -> Iterator[House]:
    with open_house(sqlite_url, tmp_path, pages, embedder) as opened:
        yield opened


@pytest.fixture(scope="module")
def long_house(
    tmp_path_factory: pytest.TempPathFactory, pages: Path, embedder: Remembering
) -> Iterator[House]:
    var = tmp_path_factory.mktemp("long_house")
    with open_house(f"sqlite:///{var}/candor.db", var, pages, embedder) as opened:
        yield opened


@pytest.fixture
def again(long_house: House) -> House:
    """One house for many small cases, each with a ticket of its own; whole again before each, whatever the
    one before left."""
    long_house.desk.do.clear_faults()
    set_status(long_house, "active")
    kill_switch(long_house, False)
    long_house.settle(1200, step=10)
    return long_house


@pytest.fixture
def house_on_both(database_url: str, tmp_path: Path, pages: Path, embedder: Remembering) -> Iterator[House]:
    """The same on SQLite and on PostgreSQL, where the store is what is tested."""
    with open_house(database_url, tmp_path, pages, embedder) as opened:
        yield opened


@pytest.fixture
def empty_house(sqlite_url: str, tmp_path: Path, embedder: Remembering) -> Iterator[House]:
    """A desk without a single article."""
    with open_house(sqlite_url, tmp_path, None, embedder) as opened:
        yield opened


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, house: House) -> Iterator[Side]:
    """The house beside each kind of desk: what both must do the same way."""
    if request.param == "zendesk":
        yield zendesk_side(house)
        return
    with freshdesk_side(house) as fresh:
        yield fresh
