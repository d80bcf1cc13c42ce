"""What the tests of the contract share: the pump bundle, loaded, and repacked with changed parts. Without torch and onnx."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.bundle import digest_of, open_bundle
from models.scorer import Scorer

PUMP = Path(__file__).parents[1] / "bundles" / "pump" / "1"
PARTS = {"model": "model.onnx", "golden": "golden.json", "calibration": "calibration.json"}


@pytest.fixture
def pump_folder() -> Path:
    """The folder of version 1 of `pump`; not to be written to."""
    return PUMP


@pytest.fixture(scope="session")
def pump() -> Scorer:
    """Version 1 of `pump`, loaded."""
    return Scorer(open_bundle(PUMP))


@pytest.fixture
def repack(tmp_path: Path) -> Callable[..., Path]:
    """Write version 1 of `pump` with edited parts into a folder, its files honestly listed again.

    `manifest`, `golden` and `calibration` take a function that edits the JSON document; `model` takes bytes.
    """

    def write(**edits: Any) -> Path:
        folder = tmp_path / "repacked"
        folder.mkdir()
        manifest = json.loads((PUMP / "manifest.json").read_bytes())
        for part, name in PARTS.items():
            data = edited((PUMP / name).read_bytes(), edits.pop(part, None))
            manifest["files"][name] = {"size": len(data), "digest": digest_of(data)}
            (folder / name).write_bytes(data)
        (folder / "manifest.json").write_bytes(
            edited(json.dumps(manifest).encode(), edits.pop("manifest", None))
        )
        assert not edits, f"no such parts: {edits}"
        return folder

    return write


@pytest.fixture(scope="session")
def protobuf() -> Callable[[Any], bytes]:
    """Bytes of a protobuf message: (number, value) pairs, a value a whole number, bytes, or a message in its turn."""
    return encoded


def encoded(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b"".join(_field(*each) for each in value)


def _field(number: int, value: Any) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = encoded(value)
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def edited(data: bytes, edit: Any) -> bytes:
    if edit is None or isinstance(edit, bytes):
        return data if edit is None else edit
    document = json.loads(data)
    edit(document)
    return json.dumps(document).encode()
