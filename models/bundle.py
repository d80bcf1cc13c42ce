"""Bundle: the folder of one version. Opened only when every byte is the one that was published; the manifest goes in last."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.contract import Contract, read_contract
from models.errors import BundleRefused
from models.manifest import FileEntry, Manifest
from models.operators import check_operators
from models.threshold import Calibration

MANIFEST, MODEL, GOLDEN, CALIBRATION = "manifest.json", "model.onnx", "golden.json", "calibration.json"
REQUIRED = (MODEL, GOLDEN, CALIBRATION)
SAMPLER = "sampler.onnx"  # of a model that can make up records
WEIGHTS = "weights.safetensors"  # to start another training from; never read to serve
PAGE, FACTS, CARD = "report.html", "report.json", "card.md"  # for people: how the training went
MOST_MANIFEST = 64 * 2**20  # bytes: far beyond ten thousand features


class Golden(Contract):
    """Made-up records with the scores they had at export; re-scored whenever the bundle is loaded.

    A score a record; of windows, one for each of the last records, at which a whole window ends.
    """

    columns: dict[str, tuple[float | str | None, ...]]
    scores: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_of_equal_length(self) -> Self:
        lengths = {len(cells) for cells in self.columns.values()}
        if len(lengths) != 1:
            raise ValueError("a column has more or fewer cells than another")
        return self

    @property
    def records(self) -> int:
        """How many records there are."""
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True, slots=True)
class Bundle:
    """One version in memory. `digest` is the SHA-256 of its manifest, which holds those of all other files."""

    manifest: Manifest
    digest: str
    model: bytes
    golden: Golden
    calibration: Calibration
    sampler: bytes | None = None


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
    manifest_bytes, manifest = _read_manifest(folder, digest, check)
    served = (*REQUIRED, SAMPLER) if SAMPLER in manifest.files else REQUIRED
    files = _read_files(folder, manifest, served, check)
    for name in (MODEL, SAMPLER):
        if name in files:
            check_operators(files[name])
    golden = read_contract(Golden, GOLDEN, files[GOLDEN])
    if golden.records != len(golden.scores) + (manifest.window.length - 1 if manifest.window else 0):
        raise BundleRefused(
            "golden.json has more or fewer scores than records, or than whole windows of them"
        )
    return Bundle(
        manifest=manifest,
        digest=digest_of(manifest_bytes),
        model=files[MODEL],
        golden=golden,
        calibration=read_contract(Calibration, CALIBRATION, files[CALIBRATION]),
        sampler=files.get(SAMPLER),
    )


def read_extra(folder: Path, manifest: Manifest, name: str) -> bytes | None:
    """The checked bytes of a file that serving does not read; None when the bundle has no such file."""
    return _read_files(folder, manifest, (name,), check_bytes)[name] if name in manifest.files else None


def verify_bundle(folder: Path, digest: str) -> Bundle:
    """The bundle, after every file that the manifest lists was checked, those that serving does not read too."""
    _, manifest = _read_manifest(folder, digest, check_bytes)
    _read_files(folder, manifest, manifest.files, check_bytes)
    return open_bundle(folder, digest)


def copy_bundle(folder: Path, into: Path, *, digest: str) -> str:
    """Write the files a bundle lists into an empty folder, each checked as it is read; returns the digest."""
    manifest_bytes, manifest = _read_manifest(folder, digest, check_bytes)
    files = _read_files(folder, manifest, manifest.files, check_bytes)
    _write_all(into, {**files, MANIFEST: manifest_bytes})
    return digest


def write_bundle(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> str:
    """Write files, then the manifest that lists them, each synced; returns the version's digest."""
    entries = {name: FileEntry(size=len(data), digest=digest_of(data)) for name, data in files.items()}
    data = manifest.model_copy(update={"files": entries}).model_dump_json(indent=2).encode()
    Manifest.parse(data)  # a copy is not validated; what could not be read back is not written
    _write_all(folder, {**files, MANIFEST: data})
    return digest_of(data)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_manifest(folder: Path, digest: str | None, check: Check) -> tuple[bytes, Manifest]:
    data = _read(folder, MANIFEST, MOST_MANIFEST)
    if digest is not None:
        check(MANIFEST, data, FileEntry(size=len(data), digest=digest))
    return data, Manifest.parse(data)


def _read_files(folder: Path, manifest: Manifest, names: Iterable[str], check: Check) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name in names:
        entry = manifest.files.get(name)
        if entry is None:
            raise BundleRefused(f"{MANIFEST} does not list {name}")
        files[name] = _read(folder, name, entry.size)
        check(name, files[name], entry)
    return files


def _read(folder: Path, name: str, most: int) -> bytes:
    """A file of at most so many bytes. A pipe would never end, and what is too large would fill the memory."""
    path = folder / name
    try:
        status = path.stat()
        if not path.is_file():
            raise BundleRefused(f"{path} is not a file")
        if status.st_size > most:
            raise BundleRefused(f"{name} has {status.st_size} bytes; at most {most} were published")
        return path.read_bytes()
    except OSError as error:
        raise BundleRefused(f"cannot read {path}: {error.strerror}") from None


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each file and sync it, in this order; then sync the folder that names them."""
    for name, data in files.items():
        with (folder / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    sync(folder)
