"""Models, versions and aliases in a repository and in the read-only layer below it."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from models.bundle import MANIFEST, REQUIRED, open_bundle
from models.errors import (
    AliasNotFound,
    BundleRefused,
    ContractError,
    JournalRefused,
    ModelNotFound,
    NameRefused,
    NotPossible,
    ReadOnly,
    ThresholdRefused,
    VersionNotFound,
)
from models.manifest import Manifest
from models.repository import JOURNAL, Reference, Repository, shipped


@pytest.fixture
def parts(pump_folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """What a publisher brings."""
    return open_bundle(pump_folder).manifest, {name: (pump_folder / name).read_bytes() for name in REQUIRED}


def renamed(parts: tuple[Manifest, dict[str, bytes]], name: str) -> tuple[Manifest, dict[str, bytes]]:
    return parts[0].model_copy(update={"model": name}), parts[1]


def tree(root: Path) -> dict[str, bytes]:
    """Every file but the locks."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_the_first_version_becomes_champion_and_later_ones_only_when_promoted(
    tmp_path: Path, parts: Any
) -> None:
    repository = Repository(tmp_path / "new" / "repository")

    assert repository.models() == []
    assert repository.publish(*parts).version == 1
    assert repository.resolve("pump").version == 1
    assert repository.publish(*parts).version == 2
    assert repository.resolve("pump").version == 1
    assert repository.publish(*parts, promote=True).version == 3
    assert repository.resolve("pump").version == 3
    assert repository.models() == ["pump"]
    assert sorted(repository.state("pump").versions) == [1, 2, 3]


def test_a_version_is_found_by_number_alias_or_neither(pump_repository: Repository) -> None:
    champion = pump_repository.find("pump")

    assert (champion.version, champion.alias, champion.generation, champion.threshold) == (
        1,
        "champion",
        2,
        None,
    )
    assert pump_repository.find("pump@champion") == pump_repository.find("pump@") == champion
    pinned = pump_repository.find("pump@2")
    assert (pinned.version, pinned.alias, pinned.generation) == (2, None, None)
    assert pump_repository.open(pinned).manifest.variant == "vanilla"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("fan", ModelNotFound, "no model 'fan'; there is: pump"),
        ("pump@9", VersionNotFound, "model 'pump' has no version 9; published: 1, 2"),
        ("pump@challenger", AliasNotFound, "model 'pump' has no alias 'challenger'; there is: champion"),
        ("../pump", NameRefused, "is not a model name"),
        ("pump@0", NameRefused, "is not a version"),
        ("pump@../1", NameRefused, "is not an alias"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    text: str, error: type[ContractError], message: str, pump_repository: Repository
) -> None:
    with pytest.raises(error, match=message):
        pump_repository.find(text)


def test_promoting_and_rolling_back_move_the_alias(pump_repository: Repository) -> None:
    promoted = pump_repository.promote("pump", 2)

    assert (promoted.version, promoted.generation) == (2, 4)
    back = pump_repository.rollback("pump")
    assert (back.version, back.generation) == (1, 5)
    with pytest.raises(NotPossible, match="alias 'champion' of model 'pump' has nothing to roll back to"):
        pump_repository.rollback("pump")


def test_an_alias_is_made_by_its_first_promotion(pump_repository: Repository) -> None:
    assert pump_repository.promote("pump", 2, "challenger").alias == "challenger"
    assert pump_repository.resolve("pump").version == 1
    assert pump_repository.resolve("pump", alias="challenger").version == 2


@pytest.mark.parametrize("alias", ["7", "Champion", "../x", ""])
def test_an_alias_needs_a_name(alias: str, pump_repository: Repository) -> None:
    with pytest.raises(NameRefused):
        pump_repository.promote("pump", 2, alias)


def test_a_damaged_version_is_not_promoted(pump_repository: Repository) -> None:
    (pump_repository.root / "pump" / "2" / "model.onnx").write_bytes(b"")

    with pytest.raises(BundleRefused, match=r"model\.onnx has 0 bytes"):
        pump_repository.promote("pump", 2)

    assert pump_repository.resolve("pump").version == 1


def test_a_threshold_override_belongs_to_the_alias_and_is_rolled_back(pump_repository: Repository) -> None:
    assert pump_repository.set_threshold("pump", 7.5).threshold == 7.5
    assert pump_repository.resolve("pump", version=1).threshold is None
    assert pump_repository.promote("pump", 2).threshold is None
    assert pump_repository.rollback("pump").threshold == 7.5
    assert pump_repository.set_threshold("pump", None).threshold is None


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_threshold_that_decides_nothing_is_refused(value: float, pump_repository: Repository) -> None:
    before = tree(pump_repository.root)

    with pytest.raises(ThresholdRefused):
        pump_repository.set_threshold("pump", value)

    assert tree(pump_repository.root) == before


@pytest.mark.parametrize("change", ["rollback", "set_threshold"])
def test_an_alias_that_is_not_there_is_not_changed(change: str, pump_repository: Repository) -> None:
    value = {"value": 1.0} if change == "set_threshold" else {}

    with pytest.raises(AliasNotFound):
        getattr(pump_repository, change)("pump", alias="challenger", **value)


def test_a_threshold_is_set_on_the_version_that_is_promoted_meanwhile(
    pump_repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version is read under the lock: read before it, this would silently take the promotion back."""
    real = Repository._writing

    def late(self: Repository, model: str, **told: Any) -> Any:
        monkeypatch.undo()
        self.promote("pump", 2)
        return real(self, model, **told)

    monkeypatch.setattr(Repository, "_writing", late)

    assert pump_repository.set_threshold("pump", 7.5).version == 2


def test_a_copy_keeps_its_digest_and_is_found_again(pump_repository: Repository, tmp_path: Path) -> None:
    target = Repository(tmp_path / "target")
    second = pump_repository.resolve("pump", 2)

    copied = pump_repository.copy(second, target)

    assert (copied.version, copied.digest) == (1, second.digest)
    assert target.open(copied) == pump_repository.open(second)
    assert target.resolve("pump").version == 1
    assert pump_repository.copy(second, target) == copied
    assert pump_repository.copy(pump_repository.resolve("pump", 1), target).version == 2


def test_a_damaged_version_is_not_copied(pump_repository: Repository, tmp_path: Path) -> None:
    (pump_repository.root / "pump" / "1" / "calibration.json").write_bytes(b"{}")
    target = Repository(tmp_path / "target")

    with pytest.raises(BundleRefused, match=r"calibration\.json"):
        pump_repository.copy(pump_repository.resolve("pump"), target)

    assert tree(tmp_path / "target") == {}


@pytest.fixture
def layered(pump_repository: Repository, tmp_path: Path) -> Repository:
    """An empty repository above the one with `pump`."""
    return Repository(tmp_path / "above", below=pump_repository)


def test_a_model_below_is_served_from_there(layered: Repository, pump_repository: Repository) -> None:
    assert layered.models() == ["pump"]
    assert layered.resolve("pump") == pump_repository.resolve("pump")
    assert layered.open(layered.find("pump@2")).manifest.variant == "vanilla"
    assert layered.journal("pump") == pump_repository.journal("pump")


def test_a_model_below_is_read_only_and_its_owner_is_told_what_to_do(layered: Repository) -> None:
    for change in (
        lambda: layered.promote("pump", 2),
        lambda: layered.rollback("pump"),
        lambda: layered.set_threshold("pump", 1.0),
    ):
        with pytest.raises(ReadOnly, match="copy it first: offbeat models copy pump@1 "):
            change()

    assert not layered.root.exists()


def test_a_model_of_the_same_name_hides_the_one_below(layered: Repository, parts: Any) -> None:
    layered.copy(layered.find("pump@2"), layered)

    assert sorted(layered.state("pump").versions) == [1]
    assert layered.resolve("pump").folder.is_relative_to(layered.root)
    layered.publish(*renamed(parts, "fan"))
    assert layered.models() == ["fan", "pump"]


def test_what_is_in_neither_layer_is_told_with_both(layered: Repository, parts: Any) -> None:
    layered.publish(*renamed(parts, "fan"))

    with pytest.raises(ModelNotFound, match="there is: fan, pump"):
        layered.resolve("compressor")


def test_the_shipped_layer_is_where_the_package_is() -> None:
    assert shipped().root.parent == Path(open_bundle.__code__.co_filename).parent


def test_a_folder_without_a_journal_or_with_no_models_name_is_no_model(pump_repository: Repository) -> None:
    (pump_repository.root / "fan" / "1").mkdir(parents=True)
    shutil.copytree(pump_repository.root / "pump", pump_repository.root / "Not a name")
    (pump_repository.root / "empty").mkdir()
    (pump_repository.root / "empty" / JOURNAL).write_bytes(b'{"generation":1')

    assert pump_repository.models() == ["pump"]
    with pytest.raises(ModelNotFound):
        pump_repository.resolve("empty")


def test_one_damaged_journal_does_not_hide_the_other_models(pump_repository: Repository, parts: Any) -> None:
    pump_repository.publish(*renamed(parts, "fan"))
    journal = pump_repository.journal("fan")
    journal.write_bytes(journal.read_bytes().replace(b"published", b"promoted!"))

    assert pump_repository.models() == ["fan", "pump"]
    assert pump_repository.resolve("pump").version == 1
    with pytest.raises(JournalRefused, match="fan"):
        pump_repository.resolve("fan")
    with pytest.raises(JournalRefused):
        pump_repository.publish(*renamed(parts, "fan"))


def test_a_version_folder_the_journal_does_not_know_is_not_listed_and_its_number_is_not_used(
    pump_repository: Repository, parts: Any
) -> None:
    (pump_repository.root / "pump" / "3").mkdir()  # what a killed publisher leaves behind
    (pump_repository.root / "pump" / ".staging-4").mkdir()

    assert sorted(pump_repository.state("pump").versions) == [1, 2]
    assert pump_repository.publish(*parts).version == 4
    assert not (pump_repository.root / "pump" / ".staging-4").exists()


def test_a_publisher_stopped_before_the_champion_was_told_is_healed_by_the_next(
    pump_repository: Repository, parts: Any
) -> None:
    journal = pump_repository.journal("pump")
    journal.write_bytes(journal.read_bytes().split(b"\n")[0] + b"\n")

    assert pump_repository.publish(*parts).version == 3
    assert pump_repository.resolve("pump").version == 3


@pytest.mark.parametrize("name", REQUIRED)
def test_what_a_reader_would_refuse_is_not_published(name: str, tmp_path: Path, parts: Any) -> None:
    manifest, files = parts
    repository = Repository(tmp_path / "repository")
    lacking = {other: data for other, data in files.items() if other != name}

    for bad in (lacking, {**files, name: b"hello"}):
        with pytest.raises(BundleRefused, match=name.replace(".", r"\.")):
            repository.publish(manifest, bad)

    assert tree(repository.root) == {}
    assert repository.models() == []


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_repository_that_cannot_be_written_names_who_may(
    code: int, pump_repository: Repository, parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(pump_repository.root)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    for change in (lambda: pump_repository.promote("pump", 2), lambda: pump_repository.publish(*parts)):
        with pytest.raises(
            ReadOnly, match=f"is read-only here; its owner '{pump_repository.root.owner()}' may write it"
        ):
            change()
    monkeypatch.undo()

    assert tree(pump_repository.root) == before


def test_an_owner_without_a_name_is_still_an_owner(
    pump_repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: Path) -> str:
        raise KeyError(12345)

    monkeypatch.setattr(Path, "owner", nobody)

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(ReadOnly, match="its owner may write it"):
        pump_repository.promote("pump", 2)


def test_a_version_copied_from_a_read_only_folder_can_be_written(
    pump_repository: Repository, tmp_path: Path
) -> None:
    folder = pump_repository.root / "pump" / "1"
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)

    copied = pump_repository.copy(pump_repository.resolve("pump"), Repository(tmp_path / "target"))

    folder.chmod(stat.S_IRWXU)
    assert copied.folder.stat().st_mode & stat.S_IWUSR
    assert sorted(path.name for path in copied.folder.iterdir()) == sorted([MANIFEST, *REQUIRED])


def test_a_reference_is_a_value(pump_repository: Repository) -> None:
    assert pump_repository.resolve("pump") == pump_repository.resolve("pump")
    assert isinstance(pump_repository.resolve("pump"), Reference)
    assert len({pump_repository.find("pump"), pump_repository.find("pump@1")}) == 2
