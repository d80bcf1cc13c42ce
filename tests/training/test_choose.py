"""What is chosen for the user: the size of the code, the preset, and what nobody told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from models.feed import Feed
from training.asked import check_asked
from training.autoencoder import Shape
from training.config import TrainingConfig
from training.decided import Decided, decide
from training.errors import TrainingRefused
from training.results import Prepared
from training.steps import afford as affording
from training.steps.afford import afford
from training.steps.choose import choose, narrowest_of_the_best
from training.steps.describe import describe
from training.steps.preprocess import preprocess
from training.steps.read import read
from training.steps.split import split

Quick = Callable[..., TrainingConfig]


def shapes(*codes: int) -> list[Shape]:
    return [Shape(axes=(8,), hidden=(16,), code_size=code, activation="gelu", loss="mse") for code in codes]


def prepared_by(config: TrainingConfig) -> tuple[Prepared, Decided]:
    source = read(config)
    roles = describe(source.table, config)
    decided = decide(config, source.table, roles)
    return preprocess(source.table, roles, split(roles, decided), decided), decided


def test_the_narrowest_code_that_chance_does_not_tell_from_the_best_is_taken() -> None:
    chance = torch.Generator().manual_seed(0)
    noise = torch.randn(16, generator=chance)
    wobble = 0.02 * torch.randn(16, generator=chance)
    risks = torch.stack([1 + noise, 0.5 + noise + wobble, 0.499 + noise])  # all meet the same rows

    assert narrowest_of_the_best(risks, shapes(2, 3, 5)) == 1
    assert narrowest_of_the_best(torch.stack([1 + noise, 0.6 + noise, 0.5 + noise]), shapes(2, 3, 5)) == 2


def test_what_was_tried_is_told_and_one_is_chosen(quick: Quick) -> None:
    told: list[int] = []
    prepared, decided = prepared_by(quick(preset="best"))

    chosen = choose(prepared, decided, lambda _number, _of, code, _risk: told.append(code))

    assert len(chosen.tried) > 1
    assert sorted(told) == [each.code_size for each in chosen.tried]
    assert [each.code_size for each in chosen.tried if each.chosen] == [chosen.shape.code_size]
    assert all(np.isfinite(each.risk) for each in chosen.tried)


@pytest.mark.parametrize(
    "told", [{"code_size": 3}, {"preset": "fast"}, {"noise": 0, "mask": 0}, {"variant": "vanilla"}]
)
def test_nothing_is_tried_where_there_is_nothing_to_tell_codes_apart(
    told: dict[str, Any], quick: Quick
) -> None:
    prepared, decided = prepared_by(quick(**{"preset": "best", **told}))

    assert choose(prepared, decided, lambda *_: None).tried == ()


def test_no_test_row_is_looked_at(quick: Quick) -> None:
    prepared, decided = prepared_by(quick(preset="balanced"))
    nonsense = Feed({name: np.full_like(values, 1e6) for name, values in prepared.test.inputs.items()})

    usual, other = (
        choose(each, decided, lambda *_: None) for each in (prepared, replace(prepared, test=nonsense))
    )

    assert [each.risk for each in usual.tried] == [each.risk for each in other.tried]


@pytest.mark.parametrize(
    ("seconds", "preset", "epochs"),
    [(600, "best", None), (22, "balanced", None), (10, "fast", None), (0.5, "fast", 1)],
)
def test_the_largest_preset_that_ends_in_time_is_taken(
    seconds: float, preset: str, epochs: int | None, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affording, "_seconds_a_step", lambda *_: (0.007, 5000, 256))
    config = quick().model_copy(update={"epochs": None, "preset": None, "budget": seconds})
    prepared, decided = prepared_by(config)

    found = afford(prepared, decided, spent=0.0)

    assert (found.preset, found.epochs) == (preset, epochs)


def test_a_step_is_timed_on_this_machine(quick: Quick) -> None:
    config = quick().model_copy(update={"preset": None, "epochs": None, "budget": 3600.0})
    prepared, decided = prepared_by(config)

    assert afford(prepared, decided, spent=0.0).preset == "best"
    assert afford(prepared, decided, spent=3599.99).preset == "fast"


@pytest.mark.parametrize(
    ("told", "head"),
    [
        ({}, "combined"),
        ({"variant": "denoising"}, "reconstruction"),
        ({"variant": "denoising", "head": "combined"}, "combined"),
        ({"variant": "denoising", "window": 5}, "combined"),
    ],
    ids=str,
)
def test_a_single_network_of_records_judges_by_itself(
    told: dict[str, Any], head: str, sensors: Callable[..., Path]
) -> None:
    config = TrainingConfig.model_validate({"data": sensors(), **told})
    table = read(config).table

    assert decide(config, table, describe(table, config)).head == head


@pytest.mark.parametrize(
    ("told", "variant", "noise", "validation", "calibration"),
    [
        ({}, "ensemble", 0.5, 0.0, 0.0),
        ({"fpr": 0.05}, "ensemble", 0.5, 0.0, 0.2),
        ({"variant": "vanilla"}, "vanilla", 0.5, 0.15, 0.2),
        ({"window": 5}, "ensemble", 0.3, 0.15, 0.2),
        ({"validation": 0.3, "calibration": 0.1}, "ensemble", 0.5, 0.3, 0.1),
    ],
    ids=str,
)
def test_what_nobody_told_follows_from_the_records(
    told: dict[str, Any], variant: str, noise: float, validation: float, calibration: float, quick: Quick
) -> None:
    config = quick(**told)
    source = read(config)

    found = decide(config, source.table, describe(source.table, config))

    assert (found.variant, found.noise) == (variant, noise)
    assert (found.validation, found.calibration) == (validation, calibration)


def test_values_are_hidden_from_a_network_that_will_miss_some(tmp_path: Path) -> None:
    (tmp_path / "gaps.csv").write_text(
        "a,b\n" + "\n".join(f"{row},{row if row % 7 else ''}" for row in range(60))
    )
    config = TrainingConfig(data=tmp_path / "gaps.csv")
    source = read(config)

    assert decide(config, source.table, describe(source.table, config)).mask > 0


def test_a_budget_is_a_time_and_no_preset() -> None:
    data = Path("x.csv")

    assert TrainingConfig(data=data, budget=cast("Any", "2m")).budget == 120
    with pytest.raises(ValueError, match="expected a time such as 60s or 5m, got 'xm'"):
        TrainingConfig(data=data, budget=cast("Any", "xm"))
    with pytest.raises(ValueError, match="preset and budget exclude each other"):
        TrainingConfig(data=data, budget=60, preset="best")


def test_a_promised_rate_needs_rows_of_its_own() -> None:
    with pytest.raises(ValueError, match="a calibration of 0 keeps none"):
        TrainingConfig(data=Path("x.csv"), fpr=0.05, calibration=0.0)


@pytest.mark.parametrize(
    "told", [{"variant": "vanilla", "validation": 0}, {"variant": "vanilla", "calibration": 0}], ids=str
)
def test_a_single_network_cannot_do_without_held_out_rows(told: dict[str, Any], quick: Quick) -> None:
    config = quick(**told)

    with pytest.raises(TrainingRefused, match="needs members that each leave out a part of the rows"):
        check_asked(config, read(config).table)
