"""Places that rows gather around, with and without each of the rows."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from training.prototypes import FINE, PRIVATE, Grain, Prototypes


def cloud(rows: int, size: int = 3, seed: int = 0) -> Tensor:
    return torch.randn(rows, size, generator=torch.Generator().manual_seed(seed))


def coarse(most: int) -> Grain:
    return dataclasses.replace(FINE, most=most)


def test_few_rows_are_their_own_places_and_a_row_sits_on_its_own() -> None:
    z = cloud(50)

    made = Prototypes(z, FINE, seed=0)

    nearest = made.places[made(z).argmin(dim=1), :3]
    assert len(made.places) == 50
    torch.testing.assert_close(nearest, z)


def test_what_a_place_stands_for_adds_up_to_the_rows() -> None:
    z = cloud(3000)

    made = Prototypes(z, coarse(100), seed=0)

    assert made.counts.sum() == 3000
    assert len(made.counts) == 100


def test_without_itself_a_row_meets_the_centre_of_the_others() -> None:
    """The short cut against doing it: the centre of a crowd computed again without each of its rows."""
    z = cloud(400)
    made = Prototypes(z, coarse(20), seed=0)

    short = torch.cat(list(made.without_themselves(z)))

    for row in range(0, 400, 37):
        place = int(made.own[row])
        others = z[(made.own == place) & (torch.arange(400) != row)]
        width = made.wide[place]
        again = (z[row] - others.mean(dim=0)).square().sum() / width + torch.log(
            torch.tensor(400.0) / len(others)
        )
        assert float(short[row, place]) == pytest.approx(float(again), rel=1e-3)


def test_a_row_that_is_alone_is_not_there_for_itself() -> None:
    z = torch.cat([cloud(200), torch.full((1, 3), 40.0)])
    made = Prototypes(z, coarse(20), seed=0)

    far = torch.cat(list(made.without_themselves(z)))[-1]

    assert torch.isinf(far[made.own[-1]])
    assert float(made.near(far.unsqueeze(0))[0]) > 100


def test_repeated_rows_are_one_place_that_counts_more() -> None:
    z = torch.cat([cloud(40), torch.zeros(60, 3)])

    made = Prototypes(z, FINE, seed=0)

    assert len(made.places) == 41
    assert int(made.counts.max()) == 60


def test_a_private_place_is_never_a_single_row() -> None:
    z = torch.cat([cloud(500), 30 + 10 * cloud(5, seed=1)])

    open_, private = (Prototypes(z, grain, seed=0) for grain in (FINE, PRIVATE))

    distances = torch.cdist(private.places[:, :3], z)
    assert int(private.counts.min()) >= 5
    assert float(distances.min()) > 0
    assert float(torch.cdist(open_.places[:, :3], z).min()) == 0


def test_the_product_keeps_its_digits_where_rows_are_close_and_far_from_zero() -> None:
    z = 500 + 0.01 * cloud(300)
    made = Prototypes(z, FINE, seed=0)

    far = made(z[:20])

    exact = (z[:20].double().unsqueeze(1) - made.places[:, :3].double()).square().sum(
        dim=2
    ) / made.wide + torch.log(made.counts.sum() / made.counts)
    torch.testing.assert_close(far.double(), exact, rtol=1e-4, atol=1e-3)
