"""The report of a version: what it shows is what the version says, and nothing in the data can become a part of the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.bundle import CARD, FACTS, PAGE
from models.formats import read_file
from models.judgement import judge
from models.manifest import Manifest
from models.repository import Reference, Repository
from models.scorer import Scorer
from offbeat.cli import main
from training.config import TrainingConfig
from training.pipeline import train
from training.progress import Quiet
from training.report.facts import Facts
from training.report.page import page
from training.report.shown import Shown

MOST_BYTES = 1_500_000
PAYLOAD = '<img onerror="alert(1)" src=x>'
SECRET = "1234.56789"


def trained(data: Path, folder: Path, **told: object) -> Reference:
    config = TrainingConfig.model_validate(
        {"data": data, "repository": folder, "variant": "vanilla", "epochs": 3, "code_size": 2, **told}
    )
    return train(config, Quiet(), Repository(folder)).reference


def facts_of(reference: Reference) -> Facts:
    return Facts.model_validate_json((reference.folder / FACTS).read_bytes())


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sensors over a day, one reading a minute; the last hour but one is a labelled fault."""
    chance, rows = np.random.default_rng(0), 1440
    hidden = chance.standard_normal(rows)
    first, second = (
        hidden + 0.1 * chance.standard_normal(rows),
        2 * hidden + 0.1 * chance.standard_normal(rows),
    )
    fault = (np.arange(rows) >= 1320) & (np.arange(rows) < 1380)
    first[fault] += 6
    lines = ["time,first,second,mode,label"]
    lines += [
        f"2026-03-01T{at // 60:02}:{at % 60:02}:00,{one:.4f},{other:.4f},{'ab'[at % 2]},{int(bad)}"
        for at, (one, other, bad) in enumerate(zip(first, second, fault, strict=True))
    ]
    path = tmp_path_factory.mktemp("report") / "series.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def reference(series: Path) -> Reference:
    return trained(series, series.parent / "repository", name="pump")


def test_page_facts_and_card_lie_beside_the_bundle_and_are_listed(reference):
    listed = json.loads((reference.folder / "manifest.json").read_bytes())["files"]
    shown = (reference.folder / PAGE).read_text()

    assert {PAGE, FACTS, CARD} <= {*listed}
    assert len(shown.encode()) < MOST_BYTES
    for title in ("At a glance", "Over time", "The strangest records", "Known anomalies", "Injected faults"):
        assert f">{title}</h2>" in shown


def test_the_page_asks_nobody_for_anything(reference):
    shown = (reference.folder / PAGE).read_text()

    addresses = {*re.findall(r"""https?://[^\s"'<)]+""", shown)} - {"http://www.w3.org/2000/svg"}
    assert not addresses
    assert "<script" not in shown
    assert not re.findall(r'(?:src|href)="(?!data:|#)', shown)
    assert "default-src &#x27;none&#x27;" in shown


def test_scores_rates_and_ranks_are_those_of_the_version(series, reference):
    facts, table = facts_of(reference), read_file(series)
    judged = judge(Scorer.open(reference.folder), table)
    truth = table.columns["label"].numbers().values == 1
    threshold = judged.threshold.value

    parts = facts.scores.counts
    assert sum(map(sum, parts.values())) <= table.rows == facts.rows == facts.looked_at
    assert sum(parts["known anomalies"]) == truth.sum()
    curves = facts.curves
    assert curves is not None
    held_out = np.zeros(table.rows, dtype=bool)
    held_out[_rows_of(facts, "calibration")] = held_out[_rows_of(facts, "test")] = True
    held_out &= ~truth
    chosen = held_out | truth
    assert curves.anomalies == truth.sum()
    assert curves.normal == held_out.sum()
    assert curves.auroc == pytest.approx(roc_auc_score(truth[chosen], judged.score[chosen]))
    at = int(np.argmin(np.abs(np.log(np.array(facts.sweep.thresholds) / threshold))))
    assert facts.sweep.flagged[at] == pytest.approx((judged.score[held_out] > threshold).mean(), abs=1e-6)
    assert facts.sweep.rows_per_day == pytest.approx(1440)


def _rows_of(facts: Facts, part: str) -> list[int]:
    """Rows between the first and the last time of a part."""
    assert facts.course is not None
    stretch = next(each for each in facts.course.parts if each.what == part)
    start = 1_772_323_200  # 2026-03-01
    return list(range(round((stretch.start - start) / 60), round((stretch.end - start) / 60) + 1))


def test_the_strangest_record_names_what_was_spoilt(reference):
    strangest = facts_of(reference).strangest

    assert strangest[0].known
    assert strangest[0].causes[0].feature in {"first", "second"}
    assert strangest[0].when.startswith("2026-03-01 2")
    assert sum(each.known for each in strangest) < len(strangest)  # one of each event


def test_the_course_shades_what_was_labelled(reference):
    course = facts_of(reference).course

    (known,) = course.known
    assert (known.end - known.start) == pytest.approx(59 * 60)
    middles = (np.array(course.edges[1:]) + np.array(course.edges[:-1])) / 2
    inside = (middles > known.start) & (middles < known.end)
    highest = np.array([np.nan if each is None else each for each in course.highest])
    assert np.nanmedian(highest[inside]) > 1 > np.nanmedian(highest[~inside])


def page_with(reference: Reference, name: str) -> str:
    """The page if the first sensor had another name."""

    def renamed(file: str) -> bytes:
        text = (reference.folder / file).read_text()
        return text.replace('"first"', json.dumps(name)).encode()

    manifest, facts = Manifest.parse(renamed("manifest.json")), Facts.model_validate_json(renamed(FACTS))
    return page(Shown(manifest, facts, "pump"))


def test_a_name_that_looks_like_markup_stays_a_name(reference):
    shown = page_with(reference, PAYLOAD)

    assert PAYLOAD not in shown
    assert "&lt;img onerror" in shown


def test_without_escaping_it_would_not(reference, monkeypatch):
    for module in ("sections.features", "sections.strangest", "markup"):
        monkeypatch.setattr(import_module(f"training.report.{module}"), "escape", str)

    assert PAYLOAD in page_with(reference, PAYLOAD)


@pytest.mark.parametrize("private", [True, False])
def test_records_of_a_private_model_are_not_shown(tmp_path, sensors, private):
    data = sensors(200)
    lines = data.read_text().splitlines()
    lines[50] = ",".join([SECRET, *lines[50].split(",")[1:]])
    data.write_text("\n".join(lines) + "\n")

    folder = trained(data, tmp_path / "repository", private=private, test=0.4).folder

    shown = facts_of(Reference("", 1, "", folder))
    assert bool(shown.strangest) is not private
    assert (shown.latent is None) is private
    assert ("no record of the training data is shown" in (folder / PAGE).read_text()) is private


def test_a_report_can_be_left_out_and_then_there_is_none(tmp_path, sensors, capsys):
    repository = tmp_path / "repository"
    reference = trained(sensors(120), repository, name="bare", report=False)

    assert not (reference.folder / PAGE).exists()
    assert main(["report", "bare", "--repository", str(repository)]) == 1
    assert "was published without a report" in capsys.readouterr().err


def test_the_command_writes_page_and_card_anew(reference, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    repository = str(reference.folder.parents[1])

    assert main(["report", "pump", "--repository", repository]) == 0
    assert main(["report", "pump@1", "--card", "-o", "card.md", "--repository", repository]) == 0

    assert reference.digest in Path("pump-1-report.html").read_text()
    assert Path("card.md").read_text().startswith("# pump@1\n")
    assert "pump-1-report.html" in capsys.readouterr().out


def test_a_report_that_cannot_be_written_says_so(reference, tmp_path, capsys):
    path = tmp_path / "nowhere" / "report.html"
    repository = str(reference.folder.parents[1])

    assert main(["report", "pump", "-o", str(path), "--repository", repository]) == 1
    assert f"cannot write {path}" in capsys.readouterr().err


def test_windows_are_of_a_part_only_with_all_their_readings(series):
    reference = trained(series, series.parent / "windows", window=20, variant="ensemble")
    facts = facts_of(reference)

    assert facts.course is not None
    assert sum(facts.scores.counts["training"]) < 1440
    assert facts.curves is not None
    assert facts.curves.auroc > 0.9


def test_images_are_shown_as_they_were_and_as_expected(tmp_path):
    from PIL import Image  # noqa: PLC0415

    chance = np.random.default_rng(0)
    for number in range(60):
        pixels = np.outer(np.arange(8), np.arange(8)) * 3 + chance.integers(0, 20, (8, 8))
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"{number:03}.png")

    reference = trained(tmp_path, tmp_path / "repository", name="pictures")

    strangest = facts_of(reference).strangest
    assert all(len(each.pictures) == 3 for each in strangest)
    assert all(each.when.endswith(".png") for each in strangest)
    assert (reference.folder / PAGE).read_text().count("data:image/png") == 3 * len(strangest)


def test_few_rows_and_constant_columns_make_a_report_too(tmp_path, sensors: Callable[..., Path]):
    data = sensors(25, still=[1.0] * 25)

    facts = facts_of(trained(data, tmp_path / "repository", variant="ensemble"))

    still = next(each for each in facts.features if each.name == "still")
    assert still.histogram is None
    assert facts.course is None
    assert facts.curves is None
