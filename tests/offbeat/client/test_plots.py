"""Replies as pictures: what stands in them is what the reply says, and nothing is imported or kept that need not be."""

from __future__ import annotations

import ast
import json
import math
import pickle
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.dates import num2date
from matplotlib.figure import Figure

from offbeat.client import ColumnsReply, EmbedReply, ReconstructReply, ScoreReply
from offbeat.client.plots.strip import COLUMNS

ROOT = Path(__file__).parents[3]
NAN = float("nan")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PNG = b"\x89PNG"
SOURCE = {"model": "pump", "version": 2}


def cause(feature, share, direction="above"):
    return {"feature": feature, "actual": 2.0, "expected": 1.0, "share": share, "direction": direction}


def result(score, *contributions, **echoed):
    verdict = "unknown" if score is None else "anomaly" if score > 1 else "normal"
    more = {"passthrough": echoed} if echoed else {}
    return {"verdict": verdict, "anomaly_score": score, "contributions": list(contributions), **more}


def reply(*results):
    return ScoreReply(SOURCE | {"results": list(results)})


def scored(*scores):
    return reply(*map(result, scores))


def drawn(chart, name):
    """(x, y) of the line that the legend names so."""
    [line] = [line for line in chart.lines if line.get_label() == name]
    return list(line.get_xdata()), list(line.get_ydata())


def moments(picture):
    return [num2date(place) for place in drawn(picture.axes[0], "anomaly score")[0]]


def lengths(chart):
    """How long the bar of each feature is, in each direction."""
    names = [tick.get_text() for tick in chart.get_yticklabels()]
    return {
        bars.get_label(): {name: round(bar.get_width(), 6) for name, bar in zip(names, bars, strict=True)}
        for bars in chart.containers
    }


def test_scores_stand_on_a_logarithmic_axis_with_the_threshold_and_red_anomalies():
    chart = scored(0.5, 3.0, 0.02, 1.0, 40.0).plot().axes[0]

    assert chart.get_yscale() == "log"
    assert drawn(chart, "anomaly score") == ([0, 1, 2, 3, 4], [0.5, 3.0, 0.02, 1.0, 40.0])
    assert set(drawn(chart, "threshold")[1]) == {1}
    assert drawn(chart, "anomaly") == ([1, 4], [3.0, 40.0])
    low, high = chart.get_ylim()
    assert low < 0.02
    assert high > 40
    styles = {
        line.get_label(): (line.get_linestyle(), mpl.colors.to_rgb(line.get_color())) for line in chart.lines
    }
    assert styles["threshold"][0] == "--"
    red, green, blue = styles["anomaly"][1]
    assert red > 2 * max(green, blue)
    assert chart.get_title(loc="left") == "pump@2: 2 anomalies among 5 records"


def test_an_unknown_record_leaves_a_gap_and_is_counted():
    chart = scored(None, 0.5, None, 2.0, None).plot().axes[0]

    x, y = drawn(chart, "anomaly score")
    assert x == [0, 1, 2, 3, 4]
    assert [math.isnan(each) for each in y] == [True, False, True, False, True]
    assert drawn(chart, "anomaly") == ([3], [2.0])
    assert chart.get_xlim()[0] < 0
    assert chart.get_xlim()[1] > 4
    assert chart.get_title(loc="left") == "pump@2: 1 anomaly among 5 records, 3 unknown"


@pytest.mark.parametrize("scores", [[None], [None, None], [0.0, -1.0], [1.7e308, 1e-300, None], [0.3]])
def test_odd_scores_are_drawn_too(scores):
    assert scored(*scores).plot()._repr_png_().startswith(PNG)


def test_a_reply_of_columns_gives_the_same_picture():
    results = [result(0.5, cause("flow", 0.9), timestamp="2026-03-01T12:00:00"), result(None, timestamp=None)]
    columns = {name: [each[name] for each in results] for name in results[0]}

    pictures = [reply(*results).plot(), ColumnsReply(SOURCE | {"results": columns}).plot()]

    one, other = (picture._repr_png_() for picture in pictures)
    assert one == other
    # The control: another score, another picture.
    assert (
        one
        != reply(result(0.6, cause("flow", 0.9), timestamp="2026-03-01T12:00:00"), results[1])
        .plot()
        ._repr_png_()
    )


TIMES = {
    "text": lambda times: [each.isoformat() for each in times],
    "with an offset": lambda times: [each.astimezone().isoformat() for each in times],
    "datetimes": lambda times: times,
    "an iterator": iter,
    "numpy": lambda times: np.array([each.replace(tzinfo=None) for each in times], dtype="datetime64[ns]"),
    "pandas": pd.Series,
    "an index": lambda times: pd.DatetimeIndex([each.replace(tzinfo=None) for each in times]),
    "polars": pl.Series,
}


@pytest.mark.parametrize("form", TIMES)
def test_x_may_be_times_of_every_form(form):
    times = [NOON + timedelta(seconds=second) for second in range(3)]

    picture = scored(0.1, 0.2, 3.0).plot(x=TIMES[form](times))

    assert moments(picture) == times
    assert picture.axes[0].get_xlabel() == "time (UTC)"


def test_times_are_written_in_utc_wherever_the_reader_is():
    def written() -> list[str | float]:
        picture = scored(0.1, 0.2, 3.0).plot(x=[NOON + timedelta(days=day) for day in range(3)])
        picture.draw_without_rendering()
        return [tick.get_text() for tick in picture.axes[0].get_xticklabels()] + picture.axes[
            0
        ].get_xticks().tolist()

    with mpl.rc_context({"timezone": "Asia/Kolkata"}):
        abroad = written()

    assert abroad == written()
    assert {"12:00", "Mar-02"} <= set(abroad)


@pytest.mark.parametrize(("echoed", "expected"), [("2026-03-01T12:00:00Z", NOON), (NOON.timestamp(), NOON)])
def test_an_echoed_column_of_times_is_the_x_axis(echoed, expected):
    assert moments(reply(result(0.5, label=0, timestamp=echoed)).plot()) == [expected]


@pytest.mark.parametrize(
    "cells", [["1.3.2026", "2.3.2026"], [1.7e12, 1.8e12], [None, None], ["9999-12-31", None]]
)
def test_what_only_has_the_name_of_times_is_none(cells):
    picture = reply(*(result(0.5, date=cell) for cell in cells)).plot()

    assert max(drawn(picture.axes[0], "anomaly score")[0]) in {1, 1.8e12}
    assert picture._repr_png_()


def test_x_may_be_numbers_or_the_name_of_an_echoed_column_and_runs_from_left_to_right():
    verdicts = reply(
        result(0.1, depth=30, day="2026-03-03"),
        result(0.2, depth=10, day="2026-03-01"),
        result(0.3, depth=20, day=None),
    )

    assert drawn(verdicts.plot(x="depth").axes[0], "anomaly score") == ([10, 20, 30], [0.2, 0.3, 0.1])
    assert drawn(verdicts.plot(x=np.array([3, 2, 1])).axes[0], "anomaly score") == (
        [1, 2, 3],
        [0.3, 0.2, 0.1],
    )
    by_day = verdicts.plot(x="day")
    assert [each.day for each in moments(by_day)] == [1, 3]  # a record without one has no place
    assert by_day.axes[0].get_xlabel() == "day (UTC)"
    assert len(moments(verdicts.plot(x=[date(2026, 3, day) for day in (1, 2, 3)]))) == 3


def test_an_x_that_does_not_fit_is_told():
    verdicts = reply(result(0.1, label=0), result(0.2, label=1))

    with pytest.raises(ValueError, match="x has 3 cells for 2 records"):
        verdicts.plot(x=[1, 2, 3])
    with pytest.raises(ValueError, match="no column 'when' beside the verdicts; there: label"):
        verdicts.plot(x="when")
    with pytest.raises(ValueError, match="x must hold numbers or times .* not 'noon'"):
        verdicts.plot(x=["noon", "midnight"])


def test_a_reply_without_results_is_told():
    with pytest.raises(ValueError, match="nothing to plot: the reply holds no results"):
        reply().plot()


def test_bars_are_the_mean_shares_over_the_strangest_anomalies():
    told = [
        result(5.0, cause("flow", 0.8), cause("valve", 0.2, "other")),
        result(9.0, cause("flow", 0.4, "below")),
    ]
    normal = result(0.5, cause("pressure", 1.0))

    chart = reply(*told, normal, result(None)).plot().axes[1]

    assert lengths(chart) == {
        "above what was expected": {"flow": 0.4, "valve": 0.0},
        "below what was expected": {"flow": 0.2, "valve": 0.0},
        "another value": {"flow": 0.0, "valve": 0.1},
    }
    assert [text.get_text() for text in chart.texts] == [" 60%", " 10%"]
    assert chart.get_title(loc="left") == "Why: the 2 strangest records"


def test_of_many_anomalies_ten_and_eight_features_are_told():
    many = [
        result(100.0 - row, *(cause(f"f{row}", 0.5 / (row + 1)) for row in range(12))) for row in range(20)
    ]
    weak = [result(1.5, cause("weak", 1.0)) for _ in range(50)]

    chart = reply(*weak, *many).plot().axes[1]

    assert list(lengths(chart)["above what was expected"]) == [f"f{row}" for row in range(8)]
    assert chart.get_title(loc="left") == "Why: the 10 strangest records"


def test_without_an_anomaly_the_strangest_record_is_told_and_without_causes_there_are_no_bars():
    told = reply(result(0.2, cause("flow", 1.0)), result(0.6, cause("valve", 1.0))).plot()

    assert lengths(told.axes[1]) == {"above what was expected": {"valve": 1.0}}
    assert told.axes[1].get_title(loc="left") == "Why: the strangest record"
    assert len(scored(0.2, 5.0).plot().axes) == 1


def test_names_are_no_formulas():
    named = reply(result(5.0, cause("$\\broken{$" * 9, 1.0))).plot()

    assert named._repr_png_().startswith(PNG)
    assert named.axes[1].get_yticklabels()[0].get_text().endswith("…")


def test_of_a_hundred_thousand_records_the_highest_of_each_column_is_drawn_in_time():
    scored(0.5).plot()._repr_png_()  # what is imported once
    scores = np.random.default_rng(0).uniform(0.01, 0.9, 100_000)
    strange = [7, 7777, 50_001, 99_999]
    scores[strange] = [2.0, 30.0, 4.0, 500.0]
    results = [
        result(score, cause("flow", 0.5), timestamp=(NOON + timedelta(seconds=row)).isoformat())
        for row, score in enumerate(scores.tolist())
    ]
    results[20_000:30_000] = [
        result(None, timestamp=each["passthrough"]["timestamp"]) for each in results[20_000:30_000]
    ]
    for row in (6, 50_000):  # an unknown record does not hide those beside it
        results[row] = result(None, timestamp=results[row]["passthrough"]["timestamp"])
    verdicts = reply(*results)

    began = time.perf_counter()
    picture = verdicts.plot()
    png = picture._repr_png_()
    seconds = time.perf_counter() - began

    x, y = drawn(picture.axes[0], "highest of about 111")
    assert png.startswith(PNG)
    assert len(x) == COLUMNS
    assert x == sorted(x)
    known = np.array(y)
    assert COLUMNS / 10 - 2 <= np.isnan(known).sum() <= COLUMNS / 10
    assert drawn(picture.axes[0], "anomaly")[1] == [2.0, 30.0, 4.0, 500.0]
    reds = [num2date(place).timestamp() - NOON.timestamp() for place in drawn(picture.axes[0], "anomaly")[0]]
    assert reds == pytest.approx(strange, abs=0.01)
    assert seconds < 2


def test_records_at_one_place_are_drawn_however_many():
    picture = scored(*[0.5] * 5000, 7.0).plot(x=[3] * 5001)

    assert drawn(picture.axes[0], "anomaly") == ([3], [7.0])


def test_records_without_a_place_are_left_out_and_the_others_drawn_one_by_one():
    picture = scored(0.1, 0.2, 0.3, 9.0).plot(x=[1, None, None, None])

    assert drawn(picture.axes[0], "anomaly score") == ([1], [0.1])


def test_embeddings_lie_along_their_main_axes():
    along, across = np.meshgrid(np.linspace(-3, 3, 20), np.linspace(-1, 1, 20))
    turned = np.stack([along.ravel(), across.ravel(), np.zeros(400)], axis=1) @ rotation() + 7

    picture = EmbedReply(SOURCE | {"embeddings": [*turned.tolist(), None], "reasons": []}).plot()

    [dots] = picture.axes[0].lines
    assert np.ptp(dots.get_xdata()) == pytest.approx(6)
    assert np.ptp(dots.get_ydata()) == pytest.approx(2)
    assert picture.axes[0].get_xlabel() == "first main axis, 90% of the spread"
    assert picture.axes[0].get_title(loc="left") == "pump@2: 400 embeddings, 1 unknown"


def rotation():
    return np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]


@pytest.mark.parametrize("embeddings", [[[1.0]], [[1.0], [2.0]], [[1.0, 2.0]] * 3])
def test_embeddings_without_a_second_axis_are_drawn_too(embeddings):
    assert EmbedReply(SOURCE | {"embeddings": embeddings}).plot()._repr_png_().startswith(PNG)


@pytest.mark.parametrize("embeddings", [[], [None, None]])
def test_no_embedding_is_told(embeddings):
    with pytest.raises(ValueError, match=f"none of {len(embeddings)} records has an embedding"):
        EmbedReply(SOURCE | {"embeddings": embeddings}).plot()


@pytest.fixture
def rebuilt():
    """The reply to three records, the second of which cannot be judged."""
    first, last = {"flow": 1.5, "valve": "open", "heat": 5.0}, {"flow": 2.5, "valve": "open", "heat": 9.0}
    return ReconstructReply(SOURCE | {"records": [first, None, last], "reasons": []})


RECORDS = [
    {"flow": flow, "valve": "open", "heat": 5.0, "time": f"2026-03-01T12:00:0{flow}"} for flow in (1, 2, 3)
]


def test_reconstructions_stand_beside_the_records(rebuilt):
    picture = rebuilt.plot(RECORDS)

    assert [chart.get_title(loc="left") for chart in picture.axes] == ["pump@2: heat", "flow"]
    chart = picture.axes[1]
    assert drawn(chart, "actual")[1] == [1, 2, 3]
    assert drawn(chart, "expected")[1] == pytest.approx([1.5, NAN, 2.5], nan_ok=True)
    assert [num2date(place).second for place in drawn(chart, "actual")[0]] == [1, 2, 3]
    assert picture._repr_png_().startswith(PNG)


@pytest.mark.parametrize(
    "make", [pd.DataFrame, pl.DataFrame, lambda records: records], ids=["pandas", "polars", "plain"]
)
def test_records_may_have_every_form_and_features_are_chosen(rebuilt, make):
    picture = rebuilt.plot(make(RECORDS), show=["flow"], x=[3, 2, 1])

    [chart] = picture.axes
    assert drawn(chart, "actual") == ([1, 2, 3], [3, 2, 1])
    assert chart.get_xlabel() == ""
    array = rebuilt.plot(
        np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]), features=["flow", "heat"], show=["flow"]
    )
    assert drawn(array.axes[0], "actual") == ([0, 1, 2], [1, 2, 3])
    assert array.axes[0].get_xlabel() == "record"


def test_records_and_features_that_do_not_fit_are_told(rebuilt):
    with pytest.raises(ValueError, match="2 records are not those of 3 reconstructions"):
        rebuilt.plot(RECORDS[:2])
    with pytest.raises(ValueError, match="features of numbers are flow, heat, not 'valve'"):
        rebuilt.plot(RECORDS, show=["valve", "heat"])
    with pytest.raises(ValueError, match="features of numbers are none"):
        ReconstructReply(SOURCE | {"records": [None]}).plot(RECORDS[:1])


def test_a_picture_can_be_kept_and_written(tmp_path):
    picture = scored(0.5, 3.0).plot()

    assert isinstance(picture, Figure)
    for kind in ("png", "svg", "pdf", "jpg"):
        picture.savefig(tmp_path / f"verdicts.{kind}")
        assert (tmp_path / f"verdicts.{kind}").stat().st_size > 1000
    assert drawn(pickle.loads(pickle.dumps(picture)).axes[0], "anomaly") == ([1], [3.0])


def test_a_reply_is_a_dictionary_still():
    plain = SOURCE | {"results": [result(0.5)]}

    verdicts = ScoreReply(plain)

    assert verdicts == plain
    assert json.loads(json.dumps(verdicts)) == plain
    assert repr(verdicts) == repr(plain)
    assert type(pickle.loads(pickle.dumps(verdicts))) is ScoreReply


def test_without_matplotlib_it_says_what_to_install(monkeypatch, rebuilt):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as where it is not installed
    asked = [scored(0.5).plot, EmbedReply(SOURCE | {"embeddings": []}).plot, lambda: rebuilt.plot(RECORDS)]

    for plot in asked:
        with pytest.raises(
            ImportError, match=r"plot\(\) draws with matplotlib: pip install 'offbeat\[plot\]'"
        ) as told:
            plot()
        assert told.value.__cause__ is told.value.__context__ is None


def test_nothing_global_is_touched_and_pyplot_never_imported():
    code = (
        "import sys, matplotlib as mpl; from offbeat.client import ScoreReply\n"
        # Reading the backend would choose one, and import pyplot.
        "told = lambda: {name: mpl.rcParams[name] for name in mpl.rcParams if name != 'backend'}; before = told()\n"
        "one = {'verdict': 'anomaly', 'anomaly_score': 2.0, 'contributions': []}\n"
        "ScoreReply(model='pump', version=1, results=[one]).plot()._repr_png_()\n"
        "print('matplotlib.pyplot' in sys.modules, told() == before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )

    assert [ast.literal_eval(word) for word in done.stdout.split()] == [False, True]


def test_every_reply_of_a_service_can_be_plotted(ask, address, pumped, reading):
    records = [pumped(row) for row in range(1, 12)] + [pumped(1) | {"flow": NAN}]

    for verb in ("score", "score_columns"):
        verdicts = ask(address, verb, "pump", records)
        chart = verdicts.plot().axes[0]
        assert drawn(chart, "anomaly")[0] == [9]
        assert math.isnan(drawn(chart, "anomaly score")[1][11])
    assert (
        len(
            ask(address, "score_csv", "pump", b"temperature,pressure,flow,valve\n31,4.1,46,open\n")
            .plot()
            .axes
        )
        == 2
    )
    assert len(ask(address, "embed", "pump", records).plot().axes[0].lines[0].get_xdata()) == 11
    shown = ask(address, "reconstruct", "pump", records).plot(records, show=["temperature", "flow"])
    assert drawn(shown.axes[0], "actual")[1][9] == 90
    readings = [reading(second) for second in range(20)]
    assert moments(ask(address, "score", "vibration", readings).plot())[-1].timestamp() == pytest.approx(
        1_700_000_019
    )
