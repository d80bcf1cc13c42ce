"""A scorer serves a bundle only when it takes the manifest's features and scores as it did at export."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from models.bundle import Bundle, open_bundle
from models.encoding import encode
from models.errors import BundleRefused
from models.formats.csv_text import CsvFormat
from models.scorer import CHUNK, VECTORS, Scorer, check_scores, golden_table

Document = dict[str, Any]
Repack = Callable[..., Path]
FEATURES = {"temperature": 0, "pressure": 1, "flow": 2, "valve": 3}


def refusal(folder: Path) -> str:
    with pytest.raises(BundleRefused) as refused:
        Scorer.open(folder)
    return str(refused.value)


def test_a_bundle_scores_as_it_did_at_export(pump_folder: Path) -> None:
    bundle = open_bundle(pump_folder)

    scorer = Scorer.open(str(pump_folder), threads=1)

    found = scorer.score(encode(golden_table(bundle.golden.columns), scorer.columns)).score
    assert found == pytest.approx(bundle.golden.scores, rel=1e-5)
    assert scorer.digest == bundle.digest


def test_a_score_that_moved_is_refused(repack: Repack) -> None:
    def move(golden: Document) -> None:
        golden["scores"][3] *= 1.001

    assert refusal(repack(golden=move)) == "model.onnx does not score its golden records as it did at export"


def test_scores_may_differ_by_a_hundred_thousandth_of_score_or_threshold_and_no_more() -> None:
    published = np.array([100.0, 0.001])

    check_scores(np.array([100.0009, 0.00109]), published, threshold=10.0)
    for wrong in ([100.0011, 0.001], [100.0, 0.0012], [np.nan, 0.001], [100.0]):
        with pytest.raises(BundleRefused):
            check_scores(np.array(wrong), published, threshold=10.0)


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_renamed_in_the_manifest_is_refused(name: str, repack: Repack) -> None:
    def rename(manifest: Document) -> None:
        manifest["columns"]["features"][FEATURES[name]]["name"] = "another"

    assert refusal(repack(manifest=rename)) == "golden.json holds other features than the manifest"


def test_a_feature_renamed_everywhere_is_only_called_otherwise(repack: Repack) -> None:
    def rename(manifest: Document) -> None:
        manifest["columns"]["features"][0]["name"] = "heat"

    def follow(golden: Document) -> None:
        golden["columns"]["heat"] = golden["columns"].pop("temperature")

    assert Scorer.open(repack(manifest=rename, golden=follow)).columns.names[0] == "heat"


@pytest.mark.parametrize(("one", "other"), [(0, 1), (0, 2), (1, 2)])
def test_two_numeric_features_swapped_in_the_manifest_are_refused(
    one: int, other: int, repack: Repack
) -> None:
    def swap(manifest: Document) -> None:
        features = manifest["columns"]["features"]
        features[one], features[other] = features[other], features[one]

    assert "does not score its golden records" in refusal(repack(manifest=swap))


def test_two_names_swapped_in_the_manifest_are_refused(repack: Repack) -> None:
    def swap(manifest: Document) -> None:
        one, other = manifest["columns"]["features"][:2]
        one["name"], other["name"] = other["name"], one["name"]

    assert "does not score its golden records" in refusal(repack(manifest=swap))


def test_a_category_moved_among_the_numbers_keeps_its_place_in_the_graph(
    repack: Repack, pump: Scorer
) -> None:
    def move(manifest: Document) -> None:
        features = manifest["columns"]["features"]
        features.insert(0, features.pop())

    moved = Scorer.open(repack(manifest=move))

    table = CsvFormat().read(b"valve,flow,pressure,temperature\nopen,45,4,31\nclosed,45,4,31\n")
    for scorer in (moved, pump):
        assert scorer.columns.names == ("temperature", "pressure", "flow", "valve")
    assert (
        moved.score(encode(table, moved.columns)).score.tolist()
        == pump.score(encode(table, pump.columns)).score.tolist()
    )


def test_categories_in_another_order_are_refused(repack: Repack) -> None:
    def reverse(manifest: Document) -> None:
        manifest["columns"]["features"][3]["categories"].reverse()

    assert "does not score its golden records" in refusal(repack(manifest=reverse))


@pytest.mark.parametrize("name", FEATURES)
def test_a_dropped_feature_is_refused(name: str, repack: Repack) -> None:
    def drop(manifest: Document) -> None:
        del manifest["columns"]["features"][FEATURES[name]]

    assert refusal(repack(manifest=drop)) == "model.onnx does not take the manifest's features"


@pytest.mark.parametrize("name", FEATURES)
def test_a_retyped_feature_is_refused(name: str, repack: Repack) -> None:
    numeric = {"kind": "numeric", "typical": 1, "minimum": 0, "maximum": 1, "lowest": 0, "highest": 1}
    categorical = {"kind": "categorical", "typical": "open", "categories": ["open"]}

    def retype(manifest: Document) -> None:
        feature = manifest["columns"]["features"][FEATURES[name]]
        kind = categorical if feature["kind"] == "numeric" else numeric
        manifest["columns"]["features"][FEATURES[name]] = {**kind, "name": name}

    assert refusal(repack(manifest=retype)) == "model.onnx does not take the manifest's features"


def test_golden_cells_of_the_wrong_kind_are_refused(repack: Repack) -> None:
    def spoil(golden: Document) -> None:
        golden["columns"]["flow"][2] = "much"

    assert refusal(repack(golden=spoil)).startswith(
        "golden.json does not fit the manifest: expected a number"
    )


def test_a_latent_of_another_size_is_refused(repack: Repack) -> None:
    folder = repack(manifest=lambda manifest: manifest.update(latent_size=3))

    assert refusal(folder) == "model.onnx gives latent of shape (16, 2), not (16, 3)"


def test_a_missing_output_is_refused_and_named(repack: Repack, pump_folder: Path) -> None:
    # The name stands in the output and in the node that makes it: the graph itself stays sound.
    data = (pump_folder / "model.onnx").read_bytes().replace(b"latent_distance", b"latent_distanza")

    assert refusal(repack(model=data)) == "model.onnx has no output latent_distance"


@pytest.mark.parametrize("name", [b"latent_distance", b"numeric"])
def test_a_name_that_is_no_text_is_refused_in_silence(
    name: bytes, repack: Repack, pump_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = (pump_folder / "model.onnx").read_bytes().replace(name, name[:-1] + b"\xff")

    assert refusal(repack(model=data)).startswith("model.onnx ")
    assert capfd.readouterr() == ("", "")


def test_weights_that_onnx_runtime_cannot_load_are_refused(repack: Repack, pump_folder: Path) -> None:
    data = (pump_folder / "model.onnx").read_bytes().replace(b"Gemm", b"Relu")

    assert refusal(repack(model=data)).startswith("model.onnx does not load: ")


def test_a_graph_that_fails_on_its_golden_records_is_refused(
    pump_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Non-zero status code\nreturned while running Gather")

    monkeypatch.setattr(Scorer, "run", fail)

    assert refusal(pump_folder) == (
        "model.onnx does not score its golden records: Non-zero status code returned while running Gather"
    )


def test_a_file_of_onnx_runtimes_own_format_is_refused(tmp_path: Path, pump_folder: Path) -> None:
    options, theirs = ort.SessionOptions(), tmp_path / "model.ort"
    options.optimized_model_filepath = str(theirs)
    options.add_session_config_entry("session.save_model_format", "ORT")
    options.log_severity_level = 4
    bundle = open_bundle(pump_folder)
    ort.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])

    assert ort.InferenceSession(theirs.read_bytes(), providers=["CPUExecutionProvider"]).get_inputs()
    with pytest.raises(BundleRefused, match="does not load"):
        Scorer(replace(bundle, model=theirs.read_bytes()))


def table_of(rows: int, seed: int = 0) -> bytes:
    chance = np.random.default_rng(seed)
    lines = [f"{31 + x:.3f},{4 + y:.3f},{45 + z:.3f},open" for x, y, z in chance.standard_normal((rows, 3))]
    return "\n".join(["temperature,pressure,flow,valve", *lines]).encode()


def test_every_output_has_a_row_for_every_record(pump: Scorer) -> None:
    for rows in (0, 1, CHUNK, CHUNK + 1):
        encoded = encode(CsvFormat().read(table_of(max(rows, 1))), pump.columns).take(slice(0, rows))
        scores = pump.score(encoded)

        assert (
            scores.score.shape == scores.reconstruction_error.shape == scores.latent_distance.shape == (rows,)
        )
        assert scores.latent.shape == (rows, 2)
        assert scores.expected.shape == scores.attribution.shape == (rows, 4)
        assert {output.dtype for output in (scores.score, scores.latent, scores.expected)} == {
            np.dtype(np.float64)
        }


def test_records_score_the_same_alone_and_together(pump: Scorer) -> None:
    encoded = encode(CsvFormat().read(table_of(CHUNK + 10)), pump.columns)
    together = pump.score(encoded).score

    for row in (0, 1, CHUNK - 1, CHUNK, CHUNK + 9):
        alone = pump.score(encoded.take(slice(row, row + 1))).score
        assert alone == pytest.approx(together[[row]], rel=1e-5)


def test_threads_share_a_scorer(pump: Scorer) -> None:
    encoded = encode(CsvFormat().read(table_of(200)), pump.columns)
    wanted = pump.score(encoded).score
    found: list[bool] = []

    def work() -> None:
        found.extend(np.array_equal(pump.score(encoded).score, wanted) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 80


def test_the_bundle_a_scorer_was_made_of_is_not_kept(pump: Scorer) -> None:
    assert not any(isinstance(value, Bundle | bytes) for value in vars(pump).values())


# Graphs of one kind of feature, built by hand: (number, value) pairs as in onnx.proto. --------------------------------

INT64, DOUBLE = 7, 11


def put(name: bytes, kind: int, width: int | None = None) -> Any:
    dims = [(1, ((2, b"rows"),)), *([(1, ((1, width),))] if width else [])]
    return ((1, name), (2, ((1, ((1, kind), (2, tuple(dims)))),)))


def node(operator: bytes, inputs: list[bytes], output: bytes, *attributes: Any) -> Any:
    return (*((1, name) for name in inputs), (2, output), (4, operator), *((5, each) for each in attributes))


def flag(name: bytes, value: int) -> Any:
    return ((1, name), (3, value), (20, 2))


def small_graph(source: bytes, kind: int, width: int) -> Any:
    """The score is the sum of the absolute values; what is expected is what came."""
    nodes = [
        node(b"Cast", [source], b"x", flag(b"to", DOUBLE)),
        node(b"Abs", [b"x"], b"attribution"),
        node(b"ReduceSum", [b"attribution", b"axes"], b"score", flag(b"keepdims", 0)),
        *(node(b"Identity", [b"score"], name) for name in (b"reconstruction_error", b"latent_distance")),
        *(node(b"Identity", [b"x"], name) for name in (b"latent", b"expected")),
    ]
    axes = ((1, 1), (2, INT64), (8, b"axes"), (7, b"\x01"))
    vectors = [put(name, DOUBLE) for name in (b"score", b"reconstruction_error", b"latent_distance")]
    matrices = [put(name, DOUBLE, width) for name in (b"latent", b"expected", b"attribution")]
    graph = (
        *((1, each) for each in nodes), (2, b"small"), (5, axes), (11, put(source, kind, width)),
        *((12, each) for each in (*vectors, *matrices)),
    )  # fmt: skip
    return ((1, 8), (7, graph), (8, ((2, 18),)))


def test_a_model_of_numbers_alone_is_served(repack: Repack, protobuf: Callable[[Any], bytes]) -> None:
    def numbers_only(manifest: Document) -> None:
        del manifest["columns"]["features"][3]
        manifest["latent_size"] = 3

    def their_golden(golden: Document) -> None:
        golden.update(columns={"temperature": [1, 4], "pressure": [-2, 0], "flow": [3, 0]}, scores=[6, 4])

    model = protobuf(small_graph(b"numeric", DOUBLE, 3))
    scorer = Scorer.open(repack(manifest=numbers_only, golden=their_golden, model=model))

    found = scorer.score(encode(CsvFormat().read(b"flow,pressure,temperature\n1,2,-3\n"), scorer.columns))
    assert found.score.tolist() == [6.0]
    assert found.attribution.tolist() == [[3.0, 2.0, 1.0]]


def test_a_model_of_categories_alone_is_served(repack: Repack, protobuf: Callable[[Any], bytes]) -> None:
    def categories_only(manifest: Document) -> None:
        manifest["columns"]["features"] = manifest["columns"]["features"][3:]
        manifest["latent_size"] = 1

    def their_golden(golden: Document) -> None:
        golden.update(columns={"valve": ["open", "closed", "ajar", None]}, scores=[1, 2, 0, 1])

    model = protobuf(small_graph(b"categorical", INT64, 1))
    scorer = Scorer.open(repack(manifest=categories_only, golden=their_golden, model=model))

    found = scorer.score(encode(CsvFormat().read(b"valve\nclosed\nopen\n"), scorer.columns))
    assert found.score.tolist() == [2.0, 1.0]


def test_of_no_sample_there_is_no_column_that_was_not_asked_for(pump: Scorer) -> None:
    encoded = encode(golden_table(dict.fromkeys(pump.columns.inputs, ())), pump.columns)

    assert pump.score(encoded, VECTORS).attribution.shape == (0, 0)
    assert pump.score(encoded).attribution.shape == (0, len(pump.columns.names))
