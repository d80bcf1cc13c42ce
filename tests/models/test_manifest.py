"""A manifest is strict: what it does not know, it refuses, and it says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import BundleRefused
from models.manifest import Manifest

Document = dict[str, Any]


@pytest.fixture
def document(pump_folder: Path) -> Document:
    return json.loads((pump_folder / "manifest.json").read_bytes())


def put(path: str, value: object) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        *way, last = path.split(".")
        for token in way:
            document = document[int(token) if token.isdigit() else token]
        document[last] = value

    return edit


WRONG = [
    ("threshold.value", 0), ("threshold.value", -1), ("threshold.value", float("nan")), ("threshold.value", float("inf")),
    ("threshold.value", None), ("threshold.value", "41.9"), ("threshold.value", True), ("threshold.method", "guess"),
    ("threshold.parameter", float("nan")),
    ("format", 2), ("format", "1"), ("model", "../pump"), ("model", "Pump"), ("latent_size", 0), ("latent_size", 2.5),
    ("columns.features", []), ("columns.features.0.kind", "image"), ("columns.features.0.typical", float("nan")),
    ("columns.features.0.minimum", 99), ("columns.features.0.name", "flow"), ("columns.features.3.categories", []),
    ("columns.features.3.categories", ["open", "open"]), ("columns.features.0.unit", "bar"), ("columns.passthrough", ["flow"]),
    ("training.rows.train", "597"), ("training.data_digest", "sha256:abc"), ("training.settings", {"noise": float("nan")}),
    ("quality", {"injected_faults": {"spike": {"detected": float("nan")}}}), ("quality", {"auroc": [float("inf")]}), ("quality", []),
    ("files", {"../../etc/passwd": {"size": 1, "digest": "sha256:" + 64 * "0"}}),
    ("files", {"a/b": {"size": 1, "digest": "sha256:" + 64 * "0"}}),
    ("files", {"model.onnx": {"size": -1, "digest": "sha256:" + 64 * "0"}}),
    ("files", {"model.onnx": {"size": 1, "digest": "md5:0"}}),
    ("surprise", 1), ("threshold.surprise", 1),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{path}={str(value)[:20]}" for path, value in WRONG])
def test_a_wrong_value_is_refused_and_its_place_told(path: str, value: object, document: Document) -> None:
    put(path, value)(document)

    with pytest.raises(BundleRefused) as refused:
        Manifest.parse(json.dumps(document).encode())

    assert str(refused.value).startswith(f"manifest.json: {path.split('.', maxsplit=1)[0]}")


@pytest.mark.parametrize("path", ["threshold", "columns", "files", "training", "quality", "variant"])
def test_a_lacking_field_is_refused_and_named(path: str, document: Document) -> None:
    del document[path]

    with pytest.raises(BundleRefused, match=f"manifest.json: {path}: Field required"):
        Manifest.parse(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"format":1e400}', b"[" * 100_000])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(BundleRefused, match=r"^manifest\.json: "):
        Manifest.parse(data)


def test_a_number_too_large_for_a_float_in_a_free_field_is_refused(document: Document) -> None:
    data = json.dumps(document).replace('"test_rows": 300', '"test_rows": 1e400').encode()

    with pytest.raises(BundleRefused, match=r"manifest\.json: quality: "):
        Manifest.parse(data)


def test_a_hostile_key_is_not_repeated_at_length(document: Document) -> None:
    document["x" * 1_000_000] = 1

    with pytest.raises(BundleRefused) as refused:
        Manifest.parse(json.dumps(document).encode())

    assert len(str(refused.value)) < 300


def test_what_was_read_is_written_the_same(pump_folder: Path) -> None:

    today = Manifest.parse((pump_folder / "manifest.json").read_bytes()).model_dump_json(indent=2).encode()

    assert Manifest.parse(today).model_dump_json(indent=2).encode() == today
