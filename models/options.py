"""Read a settings model at the door: flag over environment over TOML file over default. Knows no setting by name.

Every field of the model is a flag (`--batch-size`), a variable (`OFFBEAT_BATCH_SIZE`; a list is written a,b) and a key of
the TOML file that `--config` names (`batch_size`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, NoReturn, TypeVar, get_origin

from pydantic import BaseModel, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

Model = TypeVar("Model", bound=BaseModel)
PREFIX = "OFFBEAT_"


def read_options(kind: type[Model], arguments: Sequence[str], prog: str) -> Model:
    """The settings, or SystemExit 2 after one line that names the setting and says what is wrong."""
    file = _config_file(arguments, prog)
    door = _door(kind, prog, file)
    try:
        found = door(_cli_parse_args=list(arguments))
        return kind.model_validate(found.model_dump(include=set(kind.model_fields), exclude_unset=True))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = f"--{'-'.join(map(str, first['loc'][:1])).replace('_', '-')}: " if first["loc"] else ""
        _refuse(prog, where + first["msg"].removeprefix("Value error, "))
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        _refuse(prog, f"{file}: not TOML: {error}")


def separator(text: str) -> str:
    """One character between the cells of a CSV; a tab may be written \\t. ValueError for anything else."""
    found = "\t" if text == r"\t" else text
    if len(found) != 1 or found in '"\r\n':
        raise ValueError(rf"expected one character such as ; or \t, got {text!r}")
    return found


def _config_file(arguments: Sequence[str], prog: str) -> Path | None:
    early = argparse.ArgumentParser(prog=prog, add_help=False, allow_abbrev=False)
    early.add_argument("--config", type=Path)
    file: Path | None = early.parse_known_args(arguments)[0].config
    if file is not None and not file.is_file():
        _refuse(prog, f"--config: no file {file}")
    return file


def _door(kind: type[Model], prog: str, file: Path | None) -> Any:  # noqa: ANN401
    class Door(kind, BaseSettings):  # type: ignore[misc, valid-type]
        model_config = SettingsConfigDict(
            frozen=True,
            extra="forbid",
            env_prefix=PREFIX,
            enable_decoding=False,
            cli_prog_name=prog,
            cli_kebab_case=True,
            cli_implicit_flags=True,
            cli_hide_none_type=True,
            cli_avoid_json=True,
            cli_enforce_required=False,
        )
        config: Path | None = None

        @field_validator(*kind.model_fields, mode="before")
        @classmethod
        def _listed(cls, value: object, info: Any) -> object:  # noqa: ANN401
            kind_of_field = get_origin(cls.model_fields[info.field_name].annotation)
            return value.split(",") if kind_of_field is tuple and isinstance(value, str) else value

        @classmethod
        def settings_customise_sources(  # type: ignore[override]
            cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            toml = (TomlConfigSettingsSource(settings_cls, file),) if file else ()
            return (sources["init_settings"], sources["env_settings"], *toml)

    Door.__doc__ = kind.__doc__
    return Door


def _refuse(prog: str, message: str) -> NoReturn:
    sys.stderr.write(f"{prog}: {message}\n")
    raise SystemExit(2)
