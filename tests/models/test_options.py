"""Settings from flags, environment and file, in this order; whatever is wrong is named and exits 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.options import read_options


class Brewing(BaseModel):
    """How to brew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    leaf: Path = Field(description="what to brew")
    minutes: float = Field(3.0, gt=0, description="how long")
    extra_hot: bool = Field(default=False, description="boiling")
    spices: tuple[str, ...] = Field((), description="what else")

    @model_validator(mode="after")
    def _no_boiled_green(self) -> Brewing:
        if self.extra_hot and self.leaf.name == "green":
            raise ValueError("green tea is not boiled")
        return self


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        read_options(Brewing, arguments, "brew")
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_a_flag_counts_before_the_environment_the_file_and_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "brew.toml"
    file.write_text('minutes = 4\nspices = ["mint", "ginger"]\nleaf = "black"\n')
    monkeypatch.setenv("OFFBEAT_MINUTES", "5")

    told = read_options(Brewing, ["--minutes", "6", "--config", str(file)], "brew")
    by_environment = read_options(Brewing, ["--config", str(file)], "brew")
    monkeypatch.delenv("OFFBEAT_MINUTES")
    by_file = read_options(Brewing, ["--config", str(file)], "brew")
    by_default = read_options(Brewing, ["--leaf", "white"], "brew")

    assert [each.minutes for each in (told, by_environment, by_file, by_default)] == [6, 5, 4, 3]
    assert told == Brewing(leaf=Path("black"), minutes=6, spices=("mint", "ginger"))
    assert told.model_fields_set == {"leaf", "minutes", "spices"}


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFBEAT_SPICES", "mint,ginger")

    assert read_options(Brewing, ["--leaf", "black"], "brew").spices == ("mint", "ginger")


def test_a_switch_needs_no_value() -> None:
    assert read_options(Brewing, ["--leaf", "black", "--extra-hot"], "brew").extra_hot


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--leaf", "black", "--minutes", "long"], "brew: --minutes: Input should be a valid number"),
        (["--leaf", "black", "--minutes", "0"], "brew: --minutes: Input should be greater than 0"),
        (["--leaf", "green", "--extra-hot"], "brew: green tea is not boiled"),
        (["--leaf", "black", "--sugar", "2"], "unrecognized arguments: --sugar 2"),
        (["--config", "gone.toml"], "brew: --config: no file gone.toml"),
    ],
)
def test_what_is_wrong_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(arguments, capsys)


def test_a_setting_that_is_needed_and_not_given_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "leaf" in refused([], capsys)


@pytest.mark.parametrize("data", [b"minutes =", b"\xff"])
def test_a_file_that_is_no_toml_is_named(
    data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "brew.toml"
    file.write_bytes(data)

    assert f"brew: {file}: not TOML: " in refused(["--config", str(file)], capsys)


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "brew.toml"
    file.write_text("sugar = 2\n")

    assert "--sugar: Extra inputs are not permitted" in refused(
        ["--leaf", "black", "--config", str(file)], capsys
    )
