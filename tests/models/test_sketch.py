"""A sketch shows where scores lie, on which side of the threshold, and where along the records the strange ones are."""

from __future__ import annotations

import numpy as np
import pytest

from models.sketch import EDGES, MOST, STRANGE, WIDTH, Sketch


def lines(sketch: Sketch) -> tuple[str, str, str]:
    bars, axis = (line.plain for line in sketch.histogram())
    return bars, axis, sketch.strip().plain


def test_scores_stand_on_their_side_of_the_threshold():
    at = lines(Sketch.of(np.array([1.0])))[0].index
    just = Sketch.of(np.array([1.0, np.nextafter(1.0, 2.0)]))

    bars, axis, _ = lines(just)

    assert at("█") == bars.index("│") - 1
    assert bars[bars.index("│") - 1] == bars[bars.index("│") + 1] == "█"
    assert axis.index("1 ", axis.index("0.1") + 4) == bars.index("│")


def test_what_lies_beyond_is_in_the_outermost_bars_and_nan_in_none():
    found = Sketch.of(np.array([0.0, 1e-9, 1e300, np.nan]))

    assert found.counts[0] == 2
    assert found.counts[-1] == 1
    assert sum(found.counts) == 3


def test_only_anomalies_are_red():
    strip = Sketch.of(np.array([0.5] * 10 + [3.0] + [0.5] * 9)).strip()

    (red,) = [span for span in strip.spans if span.style == STRANGE]
    assert red.start == 10
    assert len(strip.plain) == 20


@pytest.mark.parametrize("pieces", [1, 3, 200])
def test_pieces_make_the_sketch_of_the_whole(pieces):
    chance = np.random.default_rng(0)
    scores = np.minimum(np.exp(chance.normal(-1, 0.5, 5000)), 0.9)
    scores[2500] = 50.0
    whole, found = Sketch.of(scores), Sketch()
    for piece in np.array_split(scores, pieces):
        found = found.plus(Sketch.of(piece))

    assert found.counts == whole.counts
    assert sum(stretch.rows for stretch in found.stretches) == 5000
    assert len(found.stretches) <= MOST
    strip = found.strip()
    assert len(strip.plain) == WIDTH
    red = [span.start for span in strip.spans if span.style == STRANGE]
    assert red
    assert all(abs(at - WIDTH // 2) <= 1 for at in red)  # a stretch may reach into two characters


def test_of_nothing_there_is_nothing_to_see():
    bars, _, strip = lines(Sketch())
    nan = lines(Sketch.of(np.full(4, np.nan)))

    assert not bars.replace("│", "").strip()
    assert not strip.strip()
    assert not nan[2].strip()
    assert len(bars) == len(EDGES) + 2
