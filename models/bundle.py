"""Bundle: the folder of one version. Opened only when every byte is the one that was published; the manifest goes in last."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError

from models.contract import Contract
from models.errors import BundleRefused
from models.manifest import FileEntry, Manifest
from models.operators import check_operators
from models.threshold import Calibration

MANIFEST, MODEL, GOLDEN, CALIBRATION = "manifest.json", "model.onnx", "golden.json", "calibration.json"
REQUIRED = (MODEL, GOLDEN, CALIBRATION)
Part = TypeVar("Part", bound=Contract)


class Golden(Contract):
    """Made-up records with the scores they had at export; re-scored whenever the bundle is loaded."""

    columns: dict[str, tuple[float | str | None, ...]]
    scores: tuple[float, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Bundle:
    """One version in memory. `digest` is the SHA-256 of its manifest, which holds those of all other files."""

    manifest: Manifest
    digest: str
    model: bytes
    golden: Golden
    calibration: Calibration


def digest_of(data: bytes) -> str:
    """`sha256:` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def check_bytes(name: str, data: bytes, entry: FileEntry) -> None:
    """BundleRefused unless these are the bytes that were published."""
    if len(data) != entry.size:
        raise BundleRefused(f"{name} has {len(data)} bytes, published with {entry.size}")
    if digest_of(data) != entry.digest:
        raise BundleRefused(f"{name} is damaged: its SHA-256 is not the published one")


Check = Callable[[str, bytes, FileEntry], None]


def open_bundle(folder: Path, digest: str | None = None, *, check: Check = check_bytes) -> Bundle:
    """Read a bundle; what was checked is what is returned. `digest` is what the manifest must hash to.

    BundleRefused says which file is missing, damaged or not of this project. `check` exists so that a
    test can show what happens without it.
    """
    manifest_bytes = _read(folder, MANIFEST)
    if digest is not None:
        check(MANIFEST, manifest_bytes, FileEntry(size=len(manifest_bytes), digest=digest))
    manifest = Manifest.parse(manifest_bytes)
    files: dict[str, bytes] = {}
    for name in REQUIRED:
        if name not in manifest.files:
            raise BundleRefused(f"{MANIFEST} does not list {name}")
        files[name] = _read(folder, name)
        check(name, files[name], manifest.files[name])
    check_operators(files[MODEL])
    return Bundle(
        manifest=manifest,
        digest=digest_of(manifest_bytes),
        model=files[MODEL],
        golden=_parsed(Golden, GOLDEN, files[GOLDEN]),
        calibration=_parsed(Calibration, CALIBRATION, files[CALIBRATION]),
    )


def write_bundle(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> str:
    """Write files, then the manifest that lists them, each synced; returns the version's digest."""
    for name, data in files.items():
        _write(folder / name, data)
    entries = {name: FileEntry(size=len(data), digest=digest_of(data)) for name, data in files.items()}
    data = manifest.model_copy(update={"files": entries}).model_dump_json(indent=2).encode()
    _write(folder / MANIFEST, data)
    sync(folder)
    return digest_of(data)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise BundleRefused(f"cannot read {folder / name}: {error.strerror}") from None


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _parsed(kind: type[Part], name: str, data: bytes) -> Part:
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        raise BundleRefused(f"{name}: {error.errors(include_url=False)[0]['msg']}") from None
