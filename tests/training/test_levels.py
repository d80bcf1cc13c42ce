"""Windows as levels and departures: the same readings, in units in which a departure can be seen."""

from __future__ import annotations

import torch

from training.levelled import LevelledPreprocessing
from training.levels import Levels, spans_of
from training.scaling import Scaling

NAN = float("nan")


def levelled(length: int) -> LevelledPreprocessing:
    """One number: 10 is usual, 2 its spread."""
    values = (0.0, 10.0, 2.0, 10.0, 4.0, 16.0, 1.0, 0.0)
    scaling = Scaling(*(torch.tensor([value], dtype=torch.float64) for value in values))
    return LevelledPreprocessing(scaling, [], length=length)


def windows(*readings: float, length: int) -> torch.Tensor:
    """Every window of a series of one number. (rows, length, 1) float64."""
    return torch.tensor(readings, dtype=torch.float64).unfold(0, length, 1).unsqueeze(-1)


def test_a_window_is_its_last_reading_and_how_far_means_of_it_are_apart() -> None:
    readings = torch.arange(16.0).reshape(1, 16, 1)

    long, short, level = Levels(16, 1).moved(readings, torch.ones_like(readings)).flatten().tolist()

    assert spans_of(16) == [1, 2, 16]
    assert (long, short, level) == (14.5 - 7.5, 15 - 14.5, 15)


def test_a_missing_reading_has_no_part_in_a_mean() -> None:
    readings = torch.tensor([[[4.0], [99.0], [8.0], [6.0]]])
    there = torch.tensor([[[1.0], [0.0], [1.0], [1.0]]])

    long, short, level = Levels(4, 1).moved(readings, there).flatten().tolist()

    assert (long, short, level) == (7.0 - 6.0, 6.0 - 7.0, 6.0)


def test_the_shortest_windows_have_levels_too() -> None:
    for length in (2, 3, 4):
        for drifting in (True, False):
            spans = spans_of(length, drifting=drifting)
            assert spans == sorted(set(spans))
            assert spans[-1] == length


def test_expected_values_are_in_the_units_of_the_readings() -> None:
    """Whoever rebuilds what it sees expects the readings themselves."""
    module = levelled(4)
    chance = torch.Generator().manual_seed(0)
    known = 10 + 2 * torch.randn(200, generator=chance).double()
    module.meet({"numeric": known.unfold(0, 4, 1).unsqueeze(-1)}, {})

    x, present = module(windows(9, 12, 11, 13, length=4))

    assert x.shape == (1, 3, 1)
    assert present.shape == (1, 3, 1)
    torch.testing.assert_close(module.restored(x), torch.tensor([[13.0]], dtype=torch.float64))


def test_a_reading_that_is_missing_now_is_not_judged() -> None:
    module = levelled(4)
    module.meet({"numeric": windows(*range(4, 17), length=4)}, {})

    _, present = module(windows(9, NAN, 11, NAN, length=4))
    _, earlier = module(windows(9, NAN, 11, 12, length=4))

    assert present.sum() == 0
    assert earlier.sum() == 3


def test_departures_are_in_units_of_their_own() -> None:
    """Of a slow wave a step from one reading to the next is small, and yet the network is to see it."""
    module = levelled(8)
    slow = [10 + 2 * float(torch.sin(torch.tensor(at / 20))) for at in range(1000)]
    module.meet({"numeric": windows(*slow, length=8)}, {})

    x, _ = module(windows(*slow, length=8))

    torch.testing.assert_close(x.std(dim=0), torch.ones(3, 1), rtol=0.02, atol=0)


def test_a_later_training_keeps_the_units_and_only_reaches_further() -> None:
    before, after = levelled(4), levelled(4)
    before.meet({"numeric": windows(*range(4, 17), length=4)}, {})
    known = {name: each.clone() for name, each in before.met().items()}

    after.meet({"numeric": windows(4, 9, 4, 9, 4, 9, length=4)}, known)

    for name in ("average", "center", "scale"):
        torch.testing.assert_close(after.met()[name], known[name])
    assert (after.low <= known["low"]).all()
    assert (after.high >= known["high"]).all()
    assert (after.low < known["low"]).any()
