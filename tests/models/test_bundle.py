"""A bundle is opened when every byte is the one that was published, and written so that a reader sees all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.bundle import (
    CALIBRATION,
    GOLDEN,
    MANIFEST,
    MODEL,
    REQUIRED,
    Bundle,
    copy_bundle,
    digest_of,
    open_bundle,
    verify_bundle,
    write_bundle,
)
from models.errors import BundleRefused

Document = dict[str, Any]
Repack = Callable[..., Path]


def refusal(folder: Path, digest: str | None = None) -> str:
    with pytest.raises(BundleRefused) as refused:
        open_bundle(folder, digest)
    return str(refused.value)


def test_a_bundle_is_what_was_published(pump_folder: Path) -> None:
    bundle = open_bundle(pump_folder, digest_of((pump_folder / MANIFEST).read_bytes()))

    assert bundle.manifest.model == "pump"
    assert bundle.model == (pump_folder / MODEL).read_bytes()
    assert len(bundle.golden.scores) == 16
    assert len(bundle.calibration.scores) == 450


@pytest.mark.parametrize("name", [MANIFEST, *REQUIRED])
def test_a_missing_file_is_named(name: str, repack: Repack) -> None:
    folder = repack()
    (folder / name).unlink()

    assert refusal(folder) == f"cannot read {folder / name}: No such file or directory"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_file_that_is_not_listed_is_not_read(name: str, repack: Repack) -> None:
    folder = repack(manifest=lambda manifest: manifest["files"].pop(name))

    assert refusal(folder) == f"manifest.json does not list {name}"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_damaged_file_is_named(name: str, repack: Repack) -> None:
    folder = repack()
    data = (folder / name).read_bytes()

    for bad, message in [
        (data[:-1], f"{name} has {len(data) - 1} bytes, published with {len(data)}"),
        (data + b" ", f"{name} has {len(data) + 1} bytes; at most {len(data)} were published"),
        (b"", f"{name} has 0 bytes, published with {len(data)}"),
        (bytes([data[0] ^ 1]) + data[1:], f"{name} is damaged: its SHA-256 is not the published one"),
        (data[:100] + bytes(100) + data[200:], f"{name} is damaged: its SHA-256 is not the published one"),
    ]:
        (folder / name).write_bytes(bad)
        assert refusal(folder) == message


def test_another_manifest_than_the_journals_is_refused(repack: Repack) -> None:
    folder = repack()
    digest = digest_of((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes() + b"\n")

    assert refusal(folder, digest) == "manifest.json is damaged: its SHA-256 is not the published one"
    assert open_bundle(folder).manifest.model == "pump"


@pytest.mark.parametrize("name", [MANIFEST, MODEL])
def test_a_folder_or_a_pipe_in_place_of_a_file_is_refused(name: str, repack: Repack) -> None:
    folder = repack()
    for make in (Path.mkdir, os.mkfifo):
        (folder / name).unlink() if (folder / name).is_file() else (folder / name).rmdir()
        make(folder / name)

        assert refusal(folder) == f"{folder / name} is not a file"


@pytest.mark.parametrize("name", [MODEL, MANIFEST])
def test_a_file_of_a_terabyte_is_not_read(name: str, repack: Repack) -> None:
    folder = repack()
    os.truncate(folder / name, 2**40)

    assert f"{name} has {2**40} bytes" in refusal(folder)


@pytest.mark.parametrize(
    ("part", "edit", "message"),
    [
        ("golden", lambda golden: golden["scores"].pop(), "golden.json has more or fewer scores"),
        ("golden", lambda golden: golden["columns"]["flow"].pop(), "golden.json: the file: Value error, a column has"),
        ("golden", lambda golden: golden.update(scores=[]), "golden.json: scores: Tuple should have at least 1"),
        ("golden", lambda golden: golden["scores"].__setitem__(0, -1.0), "golden.json: scores.0: Input should be greater"),
        ("golden", lambda golden: golden.update(more=1), "golden.json: more: Extra inputs are not permitted"),
        ("calibration", lambda found: found["scores"].reverse(), "calibration.json: the file: Value error, calibration"),
        ("calibration", lambda found: found["tail"].update(mass=0), "calibration.json: tail.mass: Input should be"),
        ("calibration", lambda found: found["scores"].append(float("nan")), "calibration.json: scores.450: "),
        ("model", b"", "model.onnx is not an ONNX model: it has no graph"),
        ("golden", b"", "golden.json: the file: Invalid JSON"),
    ],
)  # fmt: skip
def test_a_part_that_makes_no_sense_is_refused_though_honestly_listed(
    part: str, edit: object, message: str, repack: Repack
) -> None:
    assert refusal(repack(**{part: edit})).startswith(message)


def test_a_check_that_checks_nothing_shows_what_the_digests_are_for(repack: Repack) -> None:
    folder = repack()
    data = (folder / CALIBRATION).read_bytes()
    (folder / CALIBRATION).write_bytes(data.replace(b"0.02", b"0.01", 1))

    assert "damaged" in refusal(folder)
    assert open_bundle(folder, check=lambda *_: None).calibration.scores[0] < 0.02


def test_other_files_that_are_listed_are_checked_when_it_is_verified(repack: Repack) -> None:
    report = b"<html>"
    entry = {"size": len(report), "digest": digest_of(report)}
    folder = repack(manifest=lambda manifest: manifest["files"].update({"report.html": entry}))
    digest = digest_of((folder / MANIFEST).read_bytes())
    (folder / "report.html").write_bytes(report)

    assert isinstance(verify_bundle(folder, digest), Bundle)
    (folder / "report.html").write_bytes(b"<HTML>")
    assert isinstance(open_bundle(folder, digest), Bundle)
    with pytest.raises(BundleRefused, match=r"report\.html is damaged"):
        verify_bundle(folder, digest)


def test_what_is_written_is_what_is_opened(tmp_path: Path, pump_folder: Path) -> None:
    bundle = open_bundle(pump_folder)

    digest = write_bundle(
        tmp_path, {name: (pump_folder / name).read_bytes() for name in REQUIRED}, bundle.manifest
    )

    assert open_bundle(tmp_path, digest) == replace(bundle, digest=digest)


def test_a_manifest_that_could_not_be_read_back_is_not_written(tmp_path: Path, pump_folder: Path) -> None:
    manifest = open_bundle(pump_folder).manifest

    with pytest.raises(BundleRefused, match="manifest.json: latent_size"):
        write_bundle(tmp_path, {MODEL: b"x"}, manifest.model_copy(update={"latent_size": 0}))
    with pytest.raises(BundleRefused, match="manifest.json: files"):
        write_bundle(tmp_path, {"../outside": b"x"}, manifest)

    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_written_last(
    tmp_path: Path, pump_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    real = os.fsync

    def watched(handle: int) -> None:
        seen.append(sorted(path.name for path in tmp_path.iterdir()))
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)

    write_bundle(tmp_path, {GOLDEN: b"1", MODEL: b"2"}, open_bundle(pump_folder).manifest)

    assert seen[:2] == [[GOLDEN], [GOLDEN, MODEL]]
    assert seen[-1] == [GOLDEN, MANIFEST, MODEL]  # and the folder that names them is synced, too


def test_a_copy_is_the_listed_files_and_nothing_else(tmp_path: Path, repack: Repack) -> None:
    folder, target = repack(), tmp_path / "target"
    target.mkdir()
    (folder / "secret").symlink_to("/etc/passwd")
    digest = digest_of((folder / MANIFEST).read_bytes())

    assert copy_bundle(folder, target, digest=digest) == digest

    assert sorted(path.name for path in target.iterdir()) == sorted([MANIFEST, *REQUIRED])
    assert open_bundle(target, digest) == open_bundle(folder, digest)


def test_a_damaged_bundle_is_not_copied(tmp_path: Path, repack: Repack) -> None:
    folder, target = repack(), tmp_path / "target"
    target.mkdir()
    digest = digest_of((folder / MANIFEST).read_bytes())
    (folder / CALIBRATION).write_bytes(b"{}")

    with pytest.raises(BundleRefused, match=r"calibration\.json has 2 bytes"):
        copy_bundle(folder, target, digest=digest)

    assert list(target.iterdir()) == []
