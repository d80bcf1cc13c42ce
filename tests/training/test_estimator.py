"""AutoencoderDetector in scikit-learn's habits: its own checks, DataFrames, and the same verdicts as the served model."""

from __future__ import annotations

import doctest
import io
import json
import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

import training.estimator
from models.formats import FORMATS
from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer
from training.estimator import AutoencoderDetector

HOUSE = Path(__file__).parents[2]
TOO_FEW = "fits fewer than 20 samples, from which no threshold can be set that means anything"
NOVELTY = "judges new rows: of those it was fitted on it remembers each, and flags none"
ROUNDING = "float32 products round by the place of a row in its batch, in the seventh digit"
EXPECTED_FAILURES = {
    "check_outliers_train": NOVELTY,
    "check_outliers_fit_predict": NOVELTY,
    "check_methods_sample_order_invariance": ROUNDING,
    "check_n_features_in_after_fitting": TOO_FEW,
    "check_classifier_data_not_an_array": TOO_FEW,
}


# Those that fit nothing, or once; the whole suite exports fifty models, and waits for `make soak`.
PLAIN: dict[str, Any] = {"preset": "fast", "head": "reconstruction"}
QUICK = {
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_unfitted",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_get_params_invariance",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
}


def test_scikit_learns_quick_checks_pass() -> None:
    checks = estimator_checks_generator(AutoencoderDetector(epochs=5, preset="fast"))
    named = {getattr(check.func, "__name__", ""): (estimator, check) for estimator, check in checks}

    assert {*named} >= QUICK
    for name in QUICK:
        estimator, check = named[name]
        check(estimator)


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [AutoencoderDetector(epochs=5, preset="fast")], expected_failed_checks=lambda _: EXPECTED_FAILURES
)
def test_scikit_learns_own_checks_pass(estimator: AutoencoderDetector, check: Callable[..., None]) -> None:
    check(estimator)


class Series:
    """A column as pandas and polars give it."""

    def __init__(self, cells: list[Any]) -> None:
        self._cells = cells

    def to_list(self) -> list[Any]:
        return self._cells


class DataFrame:
    """What pandas and polars have in common."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._cells = columns

    @property
    def columns(self) -> list[str]:
        return list(self._cells)

    def __getitem__(self, name: str) -> Series:
        return Series(self._cells[name])


@pytest.fixture(scope="module")
def readings() -> np.ndarray:
    """Three sensors that follow one load."""
    chance = np.random.default_rng(0)
    load = chance.uniform(20, 80, 300)
    return np.column_stack([load, 0.5 * load, 100 - load]) + chance.normal(0, 1, (300, 3))


@pytest.fixture(scope="module")
def fitted(readings: np.ndarray) -> AutoencoderDetector:
    return AutoencoderDetector(code_size=1, epochs=80).fit(readings)


def valves(rows: int = 200) -> dict[str, list[Any]]:
    """While the valve is open there is flow."""
    chance = np.random.default_rng(1)
    valve = chance.choice(["open", "closed"], rows)
    flow = np.where(valve == "open", 50, 0.5) + chance.normal(0, 1, rows)
    return {
        "time": [f"2026-01-01T00:{row // 60:02}:{row % 60:02}" for row in range(rows)],
        "flow": [None if row % 40 == 0 else float(value) for row, value in enumerate(flow)],
        "valve": valve.tolist(),
    }


@pytest.fixture(scope="module")
def of_frame() -> AutoencoderDetector:
    return AutoencoderDetector(epochs=120).fit(DataFrame(valves()))


def test_the_example_in_the_documentation_is_true() -> None:
    ran = doctest.testmod(training.estimator)

    assert ran.attempted > 5
    assert ran.failed == 0


def test_what_breaks_the_pattern_is_an_outlier_and_what_follows_it_is_none(
    fitted: AutoencoderDetector,
) -> None:
    new = [[50, 25, 50], [50, 60, 50], [np.nan, 25, 50]]

    assert fitted.predict(new).tolist() == [1, -1, 1]
    assert (fitted.anomaly_score(new) > 1).tolist() == [False, True, False]
    assert fitted.decision_function(new) == pytest.approx(1 - fitted.anomaly_score(new))


def test_a_record_without_a_value_is_never_called_normal(fitted: AutoencoderDetector) -> None:
    nothing = [[np.nan, np.nan, np.nan]]

    assert fitted.predict(nothing).tolist() == [-1]
    assert np.isnan(fitted.score_samples(nothing)).all()
    assert np.isnan(fitted.transform(nothing)).all()
    assert np.isnan(fitted.reconstruct(nothing)).all()


def test_what_was_fitted_is_what_is_served(
    fitted: AutoencoderDetector, readings: np.ndarray, tmp_path: Path
) -> None:
    found = fitted.save(tmp_path / "repository", "load")

    text = io.StringIO()
    np.savetxt(text, readings, delimiter=",", header="x0,x1,x2", comments="", fmt="%.17g")
    judged = judge(Scorer.open(found.folder), FORMATS["csv"].read(text.getvalue().encode()))
    assert (found.model, found.version) == ("load", 1)
    assert Repository(tmp_path / "repository").resolve("load").version == 1
    assert fitted.anomaly_score(readings).tolist() == judged.anomaly_score.tolist()
    assert [{1: "normal", -1: "anomaly"}[each] for each in fitted.predict(readings)] == judged.verdicts


# Nothing that trains can be imported here: that is where most models are scored.
SCORE = """
import json, sys
sys.modules.update(dict.fromkeys(["torch", "onnx", "onnxscript", "sklearn", "scipy", "safetensors"]))
from models.formats import read_file
from models.judgement import judge
from models.scorer import Scorer

print(json.dumps(judge(Scorer.open(sys.argv[1]), read_file(sys.argv[2])).anomaly_score.tolist()))
"""


def test_a_saved_model_scores_the_same_where_torch_cannot_be_imported(
    fitted: AutoencoderDetector, readings: np.ndarray, tmp_path: Path
) -> None:
    folder, data = fitted.save(tmp_path / "repository", "load").folder, tmp_path / "readings.csv"
    np.savetxt(data, readings, delimiter=",", header="x0,x1,x2", comments="", fmt="%.17g")

    command = [sys.executable, "-c", SCORE, str(folder), str(data)]
    printed = subprocess.run(command, cwd=HOUSE, check=True, capture_output=True, text=True).stdout

    assert json.loads(printed) == fitted.anomaly_score(readings).tolist()


def test_a_second_save_is_a_second_version(fitted: AutoencoderDetector, tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    fitted.save(repository, "load")

    assert fitted.save(repository, "load").version == 2
    assert repository.resolve("load").version == 1
    assert fitted.save(repository, "load", promote=True).version == repository.resolve("load").version


def test_the_columns_of_a_dataframe_keep_their_names_and_text_is_a_category(
    of_frame: AutoencoderDetector,
) -> None:
    columns = of_frame.scorer_.columns

    assert of_frame.feature_names_in_.tolist() == ["time", "flow", "valve"]
    assert columns.names == ("flow", "valve")
    assert columns.passthrough == ("time",)
    assert set(columns.categorical[0].categories) == {"open", "closed"}


def test_the_order_of_columns_does_not_matter(of_frame: AutoencoderDetector) -> None:
    columns = valves()
    turned = {name: columns[name] for name in ("valve", "time", "flow")}

    scores = of_frame.score_samples(DataFrame(columns))

    assert scores.tolist() == of_frame.score_samples(DataFrame(turned)).tolist()


def test_a_dataframe_is_rebuilt_as_a_dataframe_with_categories(of_frame: AutoencoderDetector) -> None:
    odd = {"time": ["2026-01-02T00:00:00"] * 2, "flow": [50.0, 0.5], "valve": ["open", "closed"]}

    rebuilt = of_frame.reconstruct(DataFrame(odd))

    assert isinstance(rebuilt, DataFrame)
    assert rebuilt.columns == ["flow", "valve"]
    assert rebuilt["valve"].to_list() == ["open", "closed"]
    assert rebuilt["flow"].to_list() == pytest.approx([50, 0.5], abs=10)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"valve": None}, "X has no column 'valve', which AutoencoderDetector was fitted with"),
        ({"heat": [1.0] * 200}, "X has a column 'heat', which AutoencoderDetector was not fitted with"),
        ({"flow": ["fast"] * 200}, "row 0, column 'flow': expected a number, got \"fast\" (and 199 more)"),
    ],
    ids=["a column too few", "a column too many", "text for a number"],
)
def test_a_dataframe_that_does_not_fit_is_refused_by_name(
    changed: dict[str, Any], message: str, of_frame: AutoencoderDetector
) -> None:
    columns = {name: cells for name, cells in {**valves(), **changed}.items() if cells is not None}

    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the text is compared below
        of_frame.predict(DataFrame(columns))

    assert str(refused.value) == message


REFUSED = [
    ({"variant": "magic"}, "no variant 'magic'; there is: vanilla, denoising"),
    ({"epochs": 0}, "epochs: Input should be greater than or equal to 1"),
    ({"quantile": 0.9, "fpr": 0.1}, "quantile, fpr and robust exclude each other"),
    ({"fpr": 1e-6}, "calibration rows support no false-positive rate below"),
    ({"variant": "denoising", "condition": ("x0",)}, "variant 'denoising' takes no --condition"),
    ({"passthrough": ("x9",)}, "no column 'x9'; the columns are x0, x1, x2"),
]


@pytest.mark.parametrize(("told", "message"), REFUSED, ids=[str(case[0]) for case in REFUSED])
def test_what_cannot_be_fitted_is_a_value_error_that_says_why(
    told: dict[str, Any], message: str, readings: np.ndarray
) -> None:
    with pytest.raises(ValueError, match=message.replace("(", "\\(")):
        AutoencoderDetector(**{"epochs": 2, **told}).fit(readings)


CELLS_REFUSED = [
    (Decimal("1.5"), "expected a number, text or a time, got Decimal Decimal('1.5')"),
    (2**64, "a whole number beyond 64 bits is not exact; give it as text, or rounded, such as 1.5e16"),
    (10**400, "a whole number beyond 64 bits is not exact; give it as text, or rounded, such as 1.5e16"),
    (math.inf, "expected a finite number, got inf"),
    (b"picture", "expected a number, text or a time, got bytes b'picture'"),
    ("\ud800", "expected a number, text or a time, got str '\\ud800'"),
]


@pytest.mark.parametrize("column", ["flow", "valve", "note"])
@pytest.mark.parametrize(("cell", "why"), CELLS_REFUSED, ids=[ascii(case[0])[:20] for case in CELLS_REFUSED])
def test_a_cell_that_could_not_be_served_is_refused_by_its_column(
    column: str, cell: Any, why: str, of_frame: AutoencoderDetector
) -> None:
    columns = valves() | ({"note": ["as ever"] * 200} if column == "note" else {})
    spoilt = {**columns, column: [*columns[column][:3], cell, *columns[column][4:]]}
    refusing = [AutoencoderDetector(epochs=1, **PLAIN, passthrough=("note",) if column == "note" else ()).fit]

    for refuse in [*refusing, *([of_frame.predict] if column != "note" else [])]:
        with pytest.raises(ValueError) as refused:  # noqa: PT011  # the text is compared below
            refuse(DataFrame(spoilt))

        assert str(refused.value) == f"row 3, column '{column}': {why}"


def test_infinity_in_an_array_is_refused_by_its_column(
    fitted: AutoencoderDetector, readings: np.ndarray
) -> None:
    spoilt = readings.copy()
    spoilt[7, 1] = -np.inf

    for refuse in (AutoencoderDetector(epochs=1, **PLAIN).fit, fitted.predict):
        with pytest.raises(ValueError, match="row 7, column 'x1': expected a finite number, got -inf"):
            refuse(spoilt)


def test_after_a_refused_fit_nothing_is_fitted(readings: np.ndarray) -> None:
    spoilt = readings[:, :2].copy()
    spoilt[0, 0] = np.inf
    fresh = AutoencoderDetector(epochs=1, **PLAIN)
    before = AutoencoderDetector(epochs=1, **PLAIN).fit(readings)

    for detector in (fresh, before):
        with pytest.raises(ValueError, match="expected a finite number"):
            detector.fit(spoilt)

        for use in (detector.predict, detector.transform, detector.reconstruct):
            with pytest.raises(NotFittedError):
                use(readings[:, :2])
        with pytest.raises(NotFittedError):
            detector.save("nowhere", "nothing")
    assert pickle.loads(pickle.dumps(before.fit(readings))).predict(readings[:2]).shape == (2,)


def test_fewer_than_twenty_samples_are_refused(readings: np.ndarray) -> None:
    with pytest.raises(
        ValueError, match=r"X has 19 sample\(s\) of 3 feature\(s\); at least 20 samples are needed"
    ):
        AutoencoderDetector().fit(readings[:19])


def test_a_condition_says_what_is_normal(readings: np.ndarray) -> None:
    mode = np.arange(300) % 2
    x = np.column_stack([readings + 40 * mode[:, None], mode])

    fitted = AutoencoderDetector(
        "conditional", condition=("x3",), categorical=("x3",), epochs=2, **PLAIN
    ).fit(x)

    columns = fitted.scorer_.columns
    assert columns.conditions == ("x3",)
    assert set(columns.categorical[0].categories) == {"0", "1"}


def test_chance_is_the_random_states(readings: np.ndarray) -> None:
    def scores(state: Any) -> list[float]:
        fitted = AutoencoderDetector(epochs=2, random_state=state, **PLAIN).fit(readings)
        return fitted.score_samples(readings).tolist()  # type: ignore[no-any-return]

    assert scores(3) == scores(3)
    assert scores(np.random.RandomState(3)) != scores(4)


CELLS = [
    (np.float64(1.5), 1.5),
    (np.int64(3), 3),
    (np.bool_(True), True),  # noqa: FBT003
    (np.float64("nan"), None),
    (np.datetime64("2026-01-31T12:00:00"), "2026-01-31T12:00:00"),
    (type("NAType", (), {})(), None),
    ("open", "open"),
]


@pytest.mark.parametrize(("cell", "plain"), CELLS, ids=[str(plain) for _, plain in CELLS])
def test_cells_are_read_as_json_would_hold_them(cell: Any, plain: Any) -> None:
    table = training.estimator.table_of({"a": [cell]})

    assert table.columns["a"].cells == [plain]
    assert type(table.columns["a"].cells[0]) is type(plain)
