"""`offbeat models`: what it prints for people and for scripts, what it changes, and how it exits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.bundle import digest_of
from models.repository import Repository
from offbeat.cli import main


class Terminal:
    """`offbeat models …` on one repository."""

    def __init__(self, repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
        self.repository, self.capsys = repository, capsys

    def run(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """What is printed, to both streams."""
        found = main(["models", *arguments, "--repository", str(self.repository.root)])
        out, err = self.capsys.readouterr()
        assert found == code, out + err
        return out, err

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """The one object that is printed for scripts, and nothing else."""
        out, err = self.run(*arguments, "--json", code=code)
        assert err == ""
        assert out.count("\n") == 1
        document = json.loads(out)
        assert isinstance(document, dict)
        return document


@pytest.fixture
def terminal(pump_repository: Repository, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal beside the repository with `pump`; nothing is shipped below it."""
    return Terminal(pump_repository, capsys)


@pytest.fixture(autouse=True)
def _nothing_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("models.cli.shipped", lambda: Repository(tmp_path / "shipped"))
    monkeypatch.delenv("OFFBEAT_REPOSITORY", raising=False)


def damage(repository: Repository, version: int, name: str) -> None:
    path = repository.root / "pump" / str(version) / name
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def rewrite_manifest(repository: Repository, version: int, **edit: object) -> None:
    """A changed manifest, with a journal that knows it."""
    path = repository.root / "pump" / str(version) / "manifest.json"
    old = path.read_bytes()
    path.write_text(json.dumps({**json.loads(old), **edit}))
    journal = Repository(repository.root.parent / "elsewhere")
    reference = repository.resolve("pump", version)
    changed = type(reference)("pump", version, digest_of(path.read_bytes()), reference.folder)
    repository.copy(changed, journal)
    shutil.rmtree(repository.root / "pump")
    shutil.copytree(journal.root / "pump", repository.root / "pump")


def test_list_shows_every_model_with_its_champion(terminal: Terminal) -> None:
    terminal.repository.promote("pump", 2, "challenger")

    assert terminal.json("list") == {
        "repository": str(terminal.repository.root),
        "models": [
            {
                "model": "pump",
                "versions": [1, 2],
                "aliases": {"champion": 1, "challenger": 2},
                "champion": {"variant": "denoising", "features": 4, "threshold": 41.93598262786862},
                "fault": None,
            }
        ],
    }
    out, _ = terminal.run("list")
    row = next(line for line in out.splitlines() if "pump" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["pump", "1", "denoising", "4", "41.936", "1, 2", "challenger 2"]  # fmt: skip


def test_list_of_nothing_says_so(terminal: Terminal) -> None:
    shutil.rmtree(terminal.repository.root)

    assert terminal.run("list") == (f"no model in {terminal.repository.root}\n", "")
    assert terminal.json("list")["models"] == []


def test_list_goes_on_behind_what_is_damaged(terminal: Terminal) -> None:
    damage(terminal.repository, 1, "model.onnx")
    (terminal.repository.root / "fan").mkdir()
    (terminal.repository.root / "fan" / "aliases.jsonl").write_text("hello\n")

    fan, pump = terminal.json("list")["models"]

    assert fan["fault"].endswith("fan/aliases.jsonl, line 1 is not a journal line")
    assert pump["fault"] == "model.onnx is damaged: its SHA-256 is not the published one"
    assert "is damaged" in terminal.run("list")[0]


def test_show_tells_all_about_a_version(terminal: Terminal) -> None:
    terminal.repository.set_threshold("pump", 7.5)

    out, _ = terminal.run("show", "pump")

    for told in (
        "pump@1", "denoising", "threshold 41.936 (quantile 0.99)", "champion (generation 4, threshold 7.5)", "sha256:",
        "597 train", "118 epochs", "temperature", "19.393 to 34.476", "open, closed", "timestamp, id",
        "false positive rate 0.00667", "broken_correlation",
    ):  # fmt: skip
        assert told in out


def test_show_for_scripts_is_the_manifest_with_its_place(terminal: Terminal) -> None:
    document = terminal.json("show", "pump@2")

    assert document["aliases"] == {}
    assert document["version"] == 2
    assert document["digest"] == terminal.repository.resolve("pump", 2).digest
    assert document["folder"] == str(terminal.repository.root / "pump" / "2")
    assert document["threshold"]["method"] == "quantile"
    assert [feature["name"] for feature in document["columns"]["features"]] == [
        "temperature",
        "pressure",
        "flow",
        "valve",
    ]
    assert terminal.json("show", "pump@champion")["aliases"] == {
        "champion": {"generation": 2, "threshold": None}
    }


def test_show_shortens_nothing_of_the_quality_and_takes_any_form_of_it(terminal: Terminal) -> None:
    quality = {
        "labelled": {"anomalies": 12, "auroc": 0.98765},
        "note": "by hand",
        "nothing": {},
        "odd": {"a": {"x": 1}, "b": {"y": None}},
    }
    rewrite_manifest(terminal.repository, 1, quality=quality)

    out, _ = terminal.run("show", "pump")

    for told in ("anomalies", "12", "0.988", "note by hand", "odd"):
        assert told in out


def test_a_model_without_test_rows_was_not_evaluated(terminal: Terminal) -> None:
    rewrite_manifest(terminal.repository, 1, quality={})

    assert "nothing was evaluated" in terminal.run("show", "pump")[0]


def test_names_in_a_manifest_are_text_and_neither_mark_up_nor_control_codes(terminal: Terminal) -> None:
    columns = json.loads((terminal.repository.root / "pump" / "1" / "manifest.json").read_text())["columns"]
    columns["features"][0]["name"] = "[red]\x1b[2Jheat[/red] :smiley:"
    columns["passthrough"] = ["id\x07"]
    rewrite_manifest(terminal.repository, 1, columns=columns)

    out, _ = terminal.run("show", "pump")

    assert "[red]\\x1b[2Jheat[/red] :smiley:" in out
    assert "id\\x07" in out
    assert not any(ord(each) < 32 and each != "\n" for each in out)


def test_verify_opens_every_version(terminal: Terminal) -> None:
    out, _ = terminal.run("verify")

    assert "2 verified, 0 refused" in out
    assert terminal.json("verify", "pump") == {
        "versions": [
            {
                "model": "pump",
                "version": version,
                "digest": terminal.repository.resolve("pump", version).digest,
                "fault": None,
            }
            for version in (1, 2)
        ],
        "refused": 0,
    }


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "golden.json", "calibration.json"])
def test_verify_names_the_file_that_is_damaged_and_exits_1(name: str, terminal: Terminal) -> None:
    damage(terminal.repository, 2, name)

    document = terminal.json("verify", "pump", code=1)

    assert document["refused"] == 1
    assert [each["fault"] for each in document["versions"]] == [
        None,
        f"{name} is damaged: its SHA-256 is not the published one",
    ]
    out, _ = terminal.run("verify", "pump", code=1)
    assert name in out
    assert "2 verified, 1 refused" in out
    terminal.run("verify", "pump@1")
    terminal.run("verify", "pump@2", code=1)
    terminal.run("verify", "pump@champion", "pump@1")


def test_verify_scores_the_golden_records(terminal: Terminal) -> None:
    columns = json.loads((terminal.repository.root / "pump" / "1" / "manifest.json").read_text())["columns"]
    columns["features"][:2] = reversed(columns["features"][:2])
    rewrite_manifest(terminal.repository, 1, columns=columns)

    assert terminal.json("verify", code=1)["versions"][0]["fault"] == (
        "model.onnx does not score its golden records as it did at export"
    )


def test_verify_of_nothing_is_all_right(terminal: Terminal) -> None:
    shutil.rmtree(terminal.repository.root)

    assert terminal.json("verify") == {"versions": [], "refused": 0}


def test_copy_brings_a_version_into_another_repository(terminal: Terminal, tmp_path: Path) -> None:
    document = terminal.json("copy", "pump@2", str(tmp_path / "target"))

    assert document == {
        "model": "pump",
        "version": 1,
        "digest": terminal.repository.resolve("pump", 2).digest,
    }
    assert Repository(tmp_path / "target").resolve("pump").digest == document["digest"]
    assert terminal.run("copy", "pump@2", str(tmp_path / "target")) == (
        f"pump@1 is in {tmp_path / 'target'}\n",
        "",
    )


def test_promote_and_rollback_move_an_alias(terminal: Terminal) -> None:
    second = terminal.repository.resolve("pump", 2).digest

    assert terminal.json("promote", "pump@2") == {
        "model": "pump", "version": 2, "digest": second, "alias": "champion", "generation": 4, "threshold": None
    }  # fmt: skip
    assert terminal.run("rollback", "pump") == ("champion of pump is version 1\n", "")
    assert terminal.run("promote", "pump@2", "--alias", "challenger") == (
        "challenger of pump is version 2\n",
        "",
    )
    assert terminal.json("promote", "pump@challenger")["version"] == 2


def test_a_threshold_that_comes_back_is_told(terminal: Terminal) -> None:
    terminal.repository.set_threshold("pump", 7.5)
    terminal.repository.promote("pump", 2)

    assert terminal.run("rollback", "pump") == ("champion of pump is version 1, threshold 7.5\n", "")


def test_a_version_that_does_not_score_as_at_its_export_is_not_promoted(terminal: Terminal) -> None:
    columns = json.loads((terminal.repository.root / "pump" / "2" / "manifest.json").read_text())["columns"]
    columns["features"][:2] = reversed(columns["features"][:2])
    rewrite_manifest(terminal.repository, 2, columns=columns)
    before = terminal.repository.journal("pump").read_bytes()

    _, err = terminal.run("promote", "pump@1", "--alias", "challenger", code=1)

    assert err == "offbeat models: model.onnx does not score its golden records as it did at export\n"
    assert terminal.repository.journal("pump").read_bytes() == before


def test_diff_tells_what_differs_and_nothing_else(terminal: Terminal) -> None:
    document = terminal.json("diff", "pump@1", "pump@2")

    found = {each["field"]: (each["left"], each["right"]) for each in document["differences"]}
    assert (document["left"]["version"], document["right"]["version"]) == (1, 2)
    assert found["variant"] == ("denoising", "vanilla")
    assert found["training.epochs"] == (118, 263)
    assert "model" not in found
    assert not any(name.startswith("features.") for name in found)
    out, _ = terminal.run("diff", "pump@1", "pump@2")
    assert "pump@1" in out
    assert "41.936" in out


def test_diff_tells_features_by_name_and_small_changes_with_all_their_digits(terminal: Terminal) -> None:
    manifest = json.loads((terminal.repository.root / "pump" / "1" / "manifest.json").read_text())
    features = manifest["columns"]["features"]
    features[0]["maximum"] = 34.476000001
    features[1], features[2] = features[2], features[1]
    features[3]["name"] = "gate"
    other = Terminal(Repository(terminal.repository.root.parent / "other"), terminal.capsys)
    shutil.copytree(terminal.repository.root, other.repository.root)
    rewrite_manifest(other.repository, 1, columns=manifest["columns"])
    other.repository.copy(terminal.repository.resolve("pump", 1), other.repository)

    found = {each["field"]: each for each in other.json("diff", "pump@1", "pump@2")["differences"]}

    assert "34.476000001" in other.run("diff", "pump@1", "pump@2")[0]
    assert found["features.gate.kind"] == {"field": "features.gate.kind", "left": "categorical"}
    assert found["features.valve.kind"] == {"field": "features.valve.kind", "right": "categorical"}
    assert not any("flow" in name for name in found)


def test_a_version_does_not_differ_from_itself(terminal: Terminal) -> None:
    assert terminal.run("diff", "pump", "pump@1") == ("pump@1 and pump@1 are alike\n", "")
    assert terminal.json("diff", "pump", "pump@1")["differences"] == []


def test_the_shipped_layer_is_below(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("models.cli.shipped", lambda: terminal.repository)
    above = Terminal(Repository(tmp_path / "above"), terminal.capsys)

    assert above.json("list")["models"][0]["model"] == "pump"
    _, err = above.run("rollback", "pump", code=1)
    assert err.startswith(
        "offbeat models: model 'pump' is shipped read-only; copy it first: offbeat models copy pump@1 "
    )


def test_the_repository_is_the_flags_then_the_environments(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OFFBEAT_REPOSITORY", str(terminal.repository.root))

    assert main(["models", "list"]) == 0
    assert "pump" in terminal.capsys.readouterr().out
    assert main(["models", "list", "--repository", str(tmp_path / "none")]) == 0
    assert "no model in" in terminal.capsys.readouterr().out
    monkeypatch.delenv("OFFBEAT_REPOSITORY")
    monkeypatch.chdir(tmp_path)
    assert main(["models", "list"]) == 0
    assert terminal.capsys.readouterr().out == "no model in var/repository\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "fan"], "no model 'fan'; there is: pump"),
        (["show", "pump@9"], "model 'pump' has no version 9; published: 1, 2"),
        (["verify", "pump@9"], "model 'pump' has no version 9; published: 1, 2"),
        (["verify", "fan"], "no model 'fan'; there is: pump"),
        (["promote", "pump@challenger"], "model 'pump' has no alias 'challenger'; there is: champion"),
        (["promote", "pump@1", "--alias", "3"], "'3' is not an alias: a-z, 0-9, _ and -, at most 64, not all digits"),
        (["rollback", "pump"], "alias 'champion' of model 'pump' has nothing to roll back to"),
        (["diff", "pump@1", "../etc"], "'../etc' is not a model name: a-z, 0-9, _ and -, at most 64, not starting with _ or -"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], message: str, terminal: Terminal
) -> None:
    before = terminal.repository.journal("pump").read_bytes()

    assert terminal.run(*arguments, code=1) == ("", f"offbeat models: {message}\n")
    assert terminal.repository.journal("pump").read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [[], ["polish"], ["show"], ["promote", "pump"], ["diff", "pump"], ["copy", "pump"], ["list", "--fast"]],
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["models", *arguments])

    assert stopped.value.code == 2
    assert "usage: offbeat models" in capsys.readouterr().err


def test_a_verb_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["models", "--help"])

    out = " ".join(capsys.readouterr().out.split())
    assert stopped.value.code == 0
    for verb in ("list", "show", "verify", "copy", "promote", "rollback", "diff"):
        assert f" {verb} " in out
    assert "Copy a version into another repository, byte by byte." in out
