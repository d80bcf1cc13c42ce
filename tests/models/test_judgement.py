"""From scores to verdicts: nothing that is not a finite number is called normal, and every verdict says why."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.encoding import encode
from models.explanation import shares
from models.features import FeatureSchema, NumericFeature
from models.feed import Samples
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat
from models.judgement import Contribution, Judgement, judge
from models.scorer import OUTPUTS, Outputs, Scorer, Scores
from models.table import Table
from models.threshold import Threshold
from models.unknown import reasons

HEADER = "temperature,pressure,flow,valve"
ORDINARY = "31.2,4.1,46.0,open"


def table(*rows: str) -> Table:
    return CsvFormat().read("\n".join([HEADER, *rows]).encode())


def judged(pump: Scorer, *rows: str) -> Judgement:
    return judge(pump, table(*rows))


class Rigged(Scorer):
    """The pump's scorer, some of whose outputs are somebody else's."""

    def __init__(self, scorer: Scorer, **outputs: object) -> None:
        vars(self).update(vars(scorer))
        self.outputs = outputs

    def score(self, samples: Samples, outputs: Outputs = OUTPUTS) -> Scores:
        return replace(super().score(samples, outputs), **self.outputs)


def test_an_ordinary_record_is_normal_and_a_strange_one_is_not(pump: Scorer) -> None:
    found = judged(pump, ORDINARY, "31.2,4.1,0.5,open")

    assert found.verdicts == ["normal", "anomaly"]
    assert found.reasons == [None, None]
    assert found.rows == 2
    assert found.anomaly_score.tolist() == pytest.approx(
        (found.score / pump.manifest.threshold.value).tolist()
    )
    assert found.p_value[0] > found.p_value[1] == pytest.approx(1 / 451)
    assert found.severity[0] < found.severity[1] <= 1


def test_another_threshold_decides_when_told(pump: Scorer) -> None:
    generous = Threshold(value=1e9, method="manual", parameter=1e9)

    found = judge(pump, table("31.2,4.1,0.5,open"), generous)

    assert found.verdicts == ["normal"]
    assert found.anomaly_score[0] < 1e-3


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-inf", "Infinity"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_with_a_cell_that_is_not_finite_is_unknown(cell: str, place: int, pump: Scorer) -> None:
    cells = ORDINARY.split(",")
    cells[place] = cell

    found = judged(pump, ",".join(cells), ORDINARY)

    assert found.verdicts == ["unknown", "normal"]
    assert found.reasons[0] == f"not a finite number: {HEADER.split(',')[place]}"
    for vector in (
        found.score,
        found.anomaly_score,
        found.p_value,
        found.severity,
        found.reconstruction_error,
        found.latent_distance,
    ):
        assert np.isnan(vector[0])
        assert np.isfinite(vector[1])
    assert np.isnan(found.latent[0]).all()
    assert np.isfinite(found.latent[1]).all()
    assert found.contributions(0, 4) == []


def test_a_record_without_any_value_is_unknown(pump: Scorer) -> None:
    found = judged(pump, ",,,", ORDINARY)

    assert found.verdicts == ["unknown", "normal"]
    assert found.reasons[0] == "no feature has a value"
    assert found.imputed(0) == HEADER.split(",")


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_is_unknown(score: float, pump: Scorer) -> None:
    found = judge(Rigged(pump, score=np.array([score, 1.0])), table(ORDINARY, ORDINARY))

    assert found.verdicts == ["unknown", "normal"]
    assert found.reasons == ["the score is not a finite number", None]


def test_a_reason_names_the_first_features_and_counts_the_others() -> None:
    ranges = {"typical": 0.0, "minimum": 0.0, "maximum": 1.0, "lowest": -9.0, "highest": 9.0}
    columns = FeatureSchema(features=tuple(NumericFeature(name=f"f{place}", **ranges) for place in range(8)))
    encoded = encode(CsvFormat().read(b"f0,f1,f2,f3,f4,f5,f6,f7\n" + b",".join([b"nan"] * 8)), columns)

    assert reasons(encoded, np.zeros(1), columns, {}) == {
        0: "not a finite number: f0, f1, f2, f3, f4 and 3 more"
    }


def test_the_shares_of_all_features_sum_to_one(pump: Scorer) -> None:
    rows = [
        f"{temperature},{pressure},{flow},open"
        for temperature in (19, 31, 99)
        for pressure in (0, 4)
        for flow in (-5, 45)
    ]

    found = judged(pump, *rows, "31,4,,ajar")

    for row in range(found.rows):
        contributions = found.contributions(row, 4)
        assert sum(each.share for each in contributions) == pytest.approx(1)
        shares = [each.share for each in contributions]
        assert shares == sorted(shares, reverse=True)


def test_shares_are_all_zero_where_nothing_was_attributed(pump: Scorer) -> None:
    attribution = np.array([[0.0, 0, 0, 0], [np.nan, np.inf, 3, 1]])

    found = judge(Rigged(pump, attribution=attribution), table(ORDINARY, ORDINARY))

    assert shares(attribution).tolist() == [[0, 0, 0, 0], [0, 0, 0.75, 0.25]]
    assert found.contributions(0, 4) == []
    assert [each.feature for each in found.contributions(1, 4)] == ["flow", "valve"]


def test_the_cause_of_a_strange_record_is_the_feature_that_is_wrong(pump: Scorer) -> None:
    found = judged(pump, "31.2,4.1,80,open", "45.0,4.1,46.0,open")

    high_flow, high_temperature = found.contributions(0, 1)[0], found.contributions(1, 1)[0]
    assert (high_flow.feature, high_flow.actual, high_flow.direction) == ("flow", 80.0, "above")
    assert 30 < high_flow.expected < 60
    assert (high_temperature.feature, high_temperature.direction) == ("temperature", "above")
    assert found.contributions(0, 0) == []
    assert len(found.contributions(0, 2)) == 2


def test_a_contribution_tells_actual_and_expected_in_the_records_own_units(pump: Scorer) -> None:
    outputs = {"attribution": np.array([[4.0, 3, 2, 1]]), "expected": np.array([[30.0, 5, 46, 2]])}

    found = judge(Rigged(pump, **outputs), table("31.2,4.1,,open"))

    assert found.contributions(0, 4) == [
        Contribution("temperature", 31.2, 30.0, 0.4, "above"),
        Contribution("pressure", 4.1, 5.0, 0.3, "below"),
        Contribution("flow", None, 46.0, 0.2, "other"),
        Contribution("valve", "open", "closed", 0.1, "other"),
    ]
    assert found.expected(0) == {"temperature": 30.0, "pressure": 5.0, "flow": 46.0, "valve": "closed"}


@pytest.mark.parametrize("code", [0, 3, -1, np.nan, np.inf])
def test_an_expected_value_the_model_cannot_name_is_none(code: float, pump: Scorer) -> None:
    found = judge(Rigged(pump, expected=np.array([[np.nan, np.inf, 46, code]])), table(ORDINARY))

    assert found.expected(0) == {"temperature": None, "pressure": None, "flow": 46.0, "valve": None}


def test_missing_values_are_imputed_and_told(pump: Scorer) -> None:
    found = judged(pump, ",4.1,46.0,", ORDINARY)

    assert found.imputed(0) == ["temperature", "valve"]
    assert found.imputed(1) == []
    assert found.verdicts[0] != "unknown"


def test_what_the_model_never_saw_is_warned_of(pump: Scorer) -> None:
    found = judged(pump, ORDINARY, "99,4.1,46,ajar", "31,-1e6,46,open", "1e30,4.1,46,open")

    assert found.warnings(0) == []
    assert found.warnings(1) == [
        "temperature: 99 is outside the trained range 19.393 to 34.476",
        'valve: unseen category "ajar"',
    ]
    assert found.warnings(2) == [
        "pressure: -1e+06 is outside the trained range 3.232 to 4.683",
        "pressure: clamped to -3623.12 to 3631.23",
    ]
    assert found.verdicts[1:] == ["anomaly"] * 3
    assert np.isfinite(found.score).all()


def test_a_hostile_category_is_repeated_escaped_and_short(pump: Scorer) -> None:
    (told,) = judged(pump, "31.2,4.1,46.0,\x1b[31m" + "x" * 1000).warnings(0)

    assert told.startswith('valve: unseen category "\\u001b[31mxxx')
    assert len(told) < 80


# The same table in every form -----------------------------------------------------------------------------------------

numbers = st.one_of(
    st.none(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-100, 100),
)
text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5)
words = st.one_of(
    st.none(),
    st.sampled_from(["open", "closed", "Open"]),
    text.filter(lambda word: not word or not word.isspace()),
)
records = st.fixed_dictionaries(
    {"temperature": numbers, "pressure": numbers, "flow": numbers, "valve": words, "id": words}
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(records, min_size=1, max_size=6),
    st.permutations(["temperature", "pressure", "flow", "valve", "id"]),
    st.data(),
)
def test_records_columns_rows_and_csv_of_one_table_give_the_same_scores(
    pump: Scorer, rows: list[dict[str, object]], order: list[str], data: st.DataObject
) -> None:
    reader, cells = JsonFormat(), {name: [row[name] for row in rows] for name in order}
    sparse = [
        {name: row[name] for name in order if row[name] is not None or data.draw(st.booleans())}
        for row in rows
    ]
    whole = reader.read(_json({"columns": cells}))

    found = [
        judge(pump, table_)
        for table_ in (
            whole,
            reader.read(_json({"records": sparse})),
            reader.read(_json({"features": order, "rows": [[row[name] for name in order] for row in rows]})),
            CsvFormat().read(CsvFormat().write(whole)),
            CsvFormat(";").read(CsvFormat(";").write(whole)),
            reader.read(reader.write(whole)),
        )
    ]

    for other in found[1:]:
        assert other.verdicts == found[0].verdicts
        assert other.reasons == found[0].reasons
        assert np.array_equal(other.score, found[0].score, equal_nan=True)
        for row in range(len(rows)):
            assert other.imputed(row) == found[0].imputed(row)
            assert other.warnings(row) == found[0].warnings(row)


def _json(document: object) -> bytes:
    return json.dumps(document).encode()
