"""A whole house with the real model and the demo shop's help centre, and its scenes as tickets."""
from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from demo.scenes import Scene, shop_scenes
from tests.bench.deliveries import ROOT
from tests.flow.house import House, open_house
from workers.knowledge.embed import LazyEmbedder


@contextmanager
def open_shop() -> Iterator[House]:
    """On the disk of the repository; the converted model is the one every run shares."""
    quiet()
    with TemporaryDirectory(prefix="bench-", dir=_var()) as place:
        embedder = LazyEmbedder("bundled", _var() / "models")
        with open_house(f"sqlite:///{place}/candor.db", Path(place), embedder=embedder) as house:
            yield house


def quiet() -> None:
    """No log lines between the figures, and none in what is measured."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for name in ("werkzeug", "bm25s"):
        logging.getLogger(name).setLevel(logging.ERROR)


def single_scenes(expect: str) -> list[Scene]:
    """The script's scenes of one message that end so."""
    return [s for s in shop_scenes() if len(s.steps) == 1 and s.steps[0].expect == expect]


def write_scene(house: House, scene: Scene) -> str:
    """The ticket, once its delivery has arrived."""
    step = scene.steps[0]
    return house.write(
        step.write, scene.subject, scene.name, scene.email, locale=scene.locale, headers=dict(step.headers)
    )


def _var() -> Path:
    place = ROOT / "var"
    place.mkdir(exist_ok=True)
    return place
