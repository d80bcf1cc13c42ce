"""Names of models, versions and aliases are never paths."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models.errors import ContractError, NameRefused
from models.names import alias_name, model_name, version_number
from models.repository import Repository

NOT_NAMES = [
    "",
    ".",
    "..",
    "-a",
    "_a",
    "A",
    "a/b",
    "../a",
    "a\n",
    "a b",
    "a\x00",
    "é",
    "a" * 65,
    "/etc",
    "a.b",
    "%2e",
]


@pytest.mark.parametrize("text", NOT_NAMES)
def test_what_could_be_a_path_is_no_name(text: str) -> None:
    with pytest.raises(NameRefused, match="is not a model name"):
        model_name(text)
    with pytest.raises(NameRefused, match="is not an alias"):
        alias_name(text)


@pytest.mark.parametrize("text", ["a", "0", "pump-7_b", "a" * 64])
def test_small_letters_digits_and_dashes_are_a_model_name(text: str) -> None:
    assert model_name(text) == text


def test_an_alias_is_not_all_digits() -> None:
    assert alias_name("v3") == "v3"
    with pytest.raises(NameRefused, match="not all digits"):
        alias_name("3")


@pytest.mark.parametrize("text", ["", "0", "-1", "01", "1.0", "one", "²", "٣", "1" * 10])
def test_a_version_is_a_positive_whole_number(text: str) -> None:
    with pytest.raises(NameRefused, match="is not a version"):
        version_number(text)


def test_a_version_is_read() -> None:
    assert version_number("12") == 12


def test_an_error_repeats_no_more_than_forty_characters_of_a_name() -> None:
    with pytest.raises(NameRefused) as refused:
        model_name("x" * 10_000)

    assert len(str(refused.value)) < 200


def test_a_thousand_hostile_names_open_nothing_outside_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: opened.append(self) or real(self))
    chance = random.Random(5)
    repository = Repository(tmp_path / "repository")

    for _ in range(1000):
        name = "".join(chance.choices("../\\~ab1-_\x00%\n", k=chance.randint(1, 12)))
        with pytest.raises(ContractError):
            repository.find(name)

    assert all(path.resolve().is_relative_to(tmp_path / "repository") for path in opened)
