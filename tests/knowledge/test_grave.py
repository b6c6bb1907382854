"""The head of the must-hand-off floor: made from its wordings and nothing else, deaf to other models, and
calm at any input."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from config.floor import FloorClass
from tests.pace import paces
from workers.knowledge import fit_grave, grave, wordings
from workers.knowledge.embed import HashEmbedder, LazyEmbedder
from workers.knowledge.likeness import STRETCHES_MAX, Graveness, Likeness, stretches

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def embedder() -> LazyEmbedder:
    return LazyEmbedder("bundled", ROOT / "var" / "models")


@pytest.fixture(scope="module")
def likeness(embedder: LazyEmbedder) -> Likeness:
    return Likeness(embedder)


def test_every_class_has_many_wordings_and_none_stands_twice() -> None:
    told = wordings.read()
    counts = {kind: len(wordings.grave(kind)) for kind in FloorClass}
    assert min(counts.values()) >= 180, counts
    assert sum(w.kind is None for w in told) >= 1_600
    assert len({w.text.casefold() for w in told}) == len(told)


@pytest.mark.slow
def test_held_out_wordings_are_found_and_harmless_ones_left_alone(embedder: LazyEmbedder) -> None:
    """Without the public suites: a fifth of the scenes is kept from a head that learns from the others."""
    rows = fit_grave.own_rows()
    scenes = sorted({row.group for row in rows})
    held = set(scenes[::5])
    learned = [row for row in rows if row.group not in held]
    unseen = [row for row in rows if row.group in held]
    head = fit_grave.fit(learned, embedder.embed_peaks([row.text for row in learned]), embedder.model_id)
    shares = head.probabilities(
        embedder.embed_peaks([row.text for row in unseen]), [row.text for row in unseen]
    )
    found = head.graveness(shares) >= grave.shipped().threshold
    serious = np.array([row.label != grave.HARMLESS for row in unseen])
    assert found[serious].mean() > 0.6
    assert found[~serious].mean() < 0.08


@pytest.mark.slow
def test_the_shipped_head_is_the_one_its_wordings_make(embedder: LazyEmbedder, shared_dir: Path) -> None:
    own, others = (
        fit_grave.own_rows(),
        [*fit_grave.tuned_rows(), *fit_grave.foreign_rows(shared_dir / "quality")],
    )
    peaks = embedder.embed_peaks([row.text for row in (*own, *others)])
    made, shipped = fit_grave.fit([*own, *others], peaks, embedder.model_id), grave.shipped()
    texts = [row.text for row in own][::7]
    again = made.graveness(made.probabilities(peaks[: len(own)][::7], texts))
    before = shipped.graveness(shipped.probabilities(peaks[: len(own)][::7], texts))
    assert np.abs(again - before).max() < 0.02


def test_the_stretch_is_told_with_its_class_and_the_example_it_comes_near(likeness: Likeness) -> None:
    text = (
        "Order 5512 came on Monday.\n\nMy brother has died and his card is still charged for the films. "
        "Thanks."
    )
    near = {n.kind: n for n in likeness.read(text).near}
    found = near[FloorClass.DEATH]
    assert "brother" in text[found.start : found.end]
    assert found.example in wordings.grave(FloorClass.DEATH)
    assert 0.5 < found.score <= 1


def test_ordinary_messages_are_near_nothing(likeness: Likeness) -> None:
    for text in (
        "Where is my parcel?",
        "Which size should I take, M or L?",
        "How do I change the address on my invoice?",
    ):
        assert likeness.read(text).near == ()


def test_sentences_that_are_harmless_one_by_one_are_not_grave_together(likeness: Likeness) -> None:
    """Words about texts, photos and charge add up to a likeness that no sentence bears out."""
    text = (
        "This is going in circles. I send a photo, I get the same text, I send another photo, I get the same "
        "text again. Who is in charge there?"
    )
    assert likeness.read(text).near == ()
    assert likeness.read("My order came. Nobody can stop me now. I will hang myself tonight. Bye.").near


def test_another_model_turns_the_head_off() -> None:
    embedder = HashEmbedder()
    assert Likeness(embedder).read("My brother has died") == Graveness()
    assert embedder.embedded == 0


@pytest.mark.parametrize("text", ["", " \n\t ", "😀🎉👍🏽", "...!!!???", "\x00", "\ud83d", "a" * 400,
"𝕏" * 50])
def test_odd_texts_are_near_nothing(likeness: Likeness, text: str) -> None:
    assert likeness.read(text).near == ()


def test_a_megabyte_costs_no_more_than_a_page(likeness: Likeness) -> None:
    likeness.read("warm up")
    text = "The parcel is late. " * 50_000
    assert len(stretches(text)) <= 2 * STRETCHES_MAX
    assert paces(lambda: (likeness.read(text), likeness.read("x" * 1_000_000)), 200) < 200


def test_what_stands_last_in_a_long_message_is_read(likeness: Likeness) -> None:
    text = (
        "The parcel is late and nobody tells me why it is.\n" * 2_000
        + "My husband died on Sunday, please close his account."
    )
    assert FloorClass.DEATH in {n.kind for n in likeness.read(text).near}


def test_stretches_hold_words_and_lie_in_the_text() -> None:
    text = "Hello.\n\n  First thing? Second thing! …\nA third one without a stop " + "word " * 200
    for start, end in stretches(text):
        assert text[start:end].strip() == text[start:end] != ""
