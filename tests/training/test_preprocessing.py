"""Raw values to scaled inputs and back."""

from __future__ import annotations

import math

import torch

from training.preprocessing import LIMIT, Preprocessing
from training.scaling import Scaling

NAN = float("nan")


def made() -> Preprocessing:
    """Two numbers (the second constant at 5) and a category of two."""
    column = {
        "unit": [0.0, 0.0],
        "center": [10.0, 5.0],
        "scale": [2.0, 0.05],
        "typical": [9.0, 5.0],
        "lowest_seen": [4.0, 5.0],
        "highest_seen": [14.0, 5.0],
        "active": [1.0, 0.0],
        "bends": [0.0, 0.0],
    }
    return Preprocessing(
        Scaling(**{name: torch.tensor(value, dtype=torch.float64) for name, value in column.items()}), [2]
    )


def test_numbers_are_scaled_missing_ones_are_typical_and_codes_are_one_hot() -> None:
    x, present = made()(
        torch.tensor([[14.0, 5.0], [NAN, 5.0]], dtype=torch.float64), torch.tensor([[2], [-1]])
    )

    torch.testing.assert_close(x, torch.tensor([[2.0, 0, 0, 0, 1], [-0.5, 0, 0, 0, 0]]))
    torch.testing.assert_close(present, torch.tensor([[1.0, 1, 1], [0, 1, 0]]))


def test_an_unseen_category_has_a_column_of_its_own() -> None:
    x, _ = made()(torch.zeros(1, 2, dtype=torch.float64), torch.tensor([[0]]))

    assert x[0, 2:].tolist() == [1, 0, 0]


def test_far_values_are_clamped_and_the_network_sees_no_further_than_it_was_trained() -> None:
    module = made()
    x, _ = module(torch.tensor([[1e300, 5.0]], dtype=torch.float64), torch.tensor([[1]]))

    assert x[0, 0] == LIMIT
    assert module.seen(x)[0, 0] == 2.5  # (14 - 10) / 2, widened by a tenth of the range


def test_a_counter_near_two_billion_keeps_its_last_digit() -> None:
    scaling = Scaling(
        *(
            torch.tensor([value], dtype=torch.float64)
            for value in (0.0, 1.7e9, 1.0, 1.7e9, 1.7e9, 1.7e9 + 9, 1.0, 0.0)
        )
    )
    numbers = torch.tensor([[1.7e9 + 1], [1.7e9 + 2]], dtype=torch.float64)

    assert Preprocessing(scaling, [])(numbers)[0].flatten().tolist() == [1, 2]


def test_a_constant_feature_is_hidden_from_the_network_but_not_from_the_score() -> None:
    module = made()
    x, _ = module(torch.tensor([[10.0, 5.5]], dtype=torch.float64), torch.tensor([[1]]))

    assert module.seen(x)[0, 1] == 0
    assert module.rebuilt(torch.ones(1, 5))[0, 1] == 0
    assert x[0, 1] == 10


def test_expected_values_come_back_in_their_own_units_and_categories_as_codes() -> None:
    restored = made().restored(torch.tensor([[1.0, 0, 0.9, 0.1, 0.4]]))

    assert restored.tolist() == [[12.0, 5.0, 2.0]]


def test_errors_of_a_category_are_summed_over_its_columns() -> None:
    assert made().per_feature(torch.tensor([[1.0, 2, 3, 4, 5]])).tolist() == [[1, 2, 12]]


def test_a_long_tailed_number_is_scaled_by_its_logarithm_and_comes_back() -> None:
    module = Preprocessing(
        Scaling(
            *(
                torch.tensor([value], dtype=torch.float64)
                for value in (10.0, 1.0, 2.0, 5.0, 0.0, 1e6, 1.0, 0.0)
            )
        ),
        [],
    )
    numbers = torch.tensor([[0.0], [10.0], [1e6], [-10.0]], dtype=torch.float64)

    x, _ = module(numbers, None)

    expected = (numbers.sign() * torch.log1p(numbers.abs() / 10) - 1) / 2
    torch.testing.assert_close(x.double(), expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(module.restored(x), numbers, rtol=1e-5, atol=1e-4)


def test_a_bent_number_is_linear_to_three_spreads_and_a_logarithm_beyond() -> None:
    module = bent(lowest=-1e4, highest=1e4)
    numbers = torch.tensor([[-2.0], [0.5], [3.0], [3.0 + math.e - 1], [-1003.0]], dtype=torch.float64)

    x, _ = module(numbers, None)
    seen = module.seen(x)

    torch.testing.assert_close(x, numbers.float())  # heads judge values as far out as they are
    torch.testing.assert_close(
        seen, torch.tensor([[-2.0], [0.5], [3.0], [4.0], [-3.0 - math.log1p(1000.0)]]), rtol=1e-6, atol=1e-6
    )
    torch.testing.assert_close(module.straight(seen), x, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(module.restored(seen), numbers, rtol=1e-5, atol=1e-5)


def test_what_is_missing_is_what_the_network_expects() -> None:
    module = made()
    x, present = module(torch.tensor([[NAN, 5.0]], dtype=torch.float64), torch.tensor([[-1]]))
    expected = torch.tensor([[1.5, 0, 0.1, 0.7, 0.2]])

    filled = module.filled(x, present, expected)

    torch.testing.assert_close(filled, torch.tensor([[1.5, 0, 0.1, 0.7, 0.2]]))


def bent(lowest: float, highest: float) -> Preprocessing:
    columns = (0.0, 0.0, 1.0, 0.0, lowest, highest, 1.0, 1.0)
    return Preprocessing(Scaling(*(torch.tensor([value], dtype=torch.float64) for value in columns)), [])
