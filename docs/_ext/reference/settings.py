"""Settings: every setting of the service with the values it takes, from its model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from models.options import PREFIX
from reference.markdown import code, table
from reference.parsers import actions, parser_of
from service.settings import Settings

WORDS = {
    "gt": "above {}",
    "ge": "{} or more",
    "lt": "below {}",
    "le": "at most {}",
    "min_length": "{} characters or more",
}
HEADER = ["setting", "flag · variable", "default", "takes", "what it does"]


def written() -> str:
    """A row a setting; one that is no flag, because every user of a machine can read flags, has only its variable."""
    flags = {action.dest: action.option_strings[0] for action in actions(parser_of("serve"))}
    return table(
        HEADER, (_row(name, field, flags.get(name, "")) for name, field in Settings.model_fields.items())
    )


def _row(name: str, field: FieldInfo, flag: str) -> list[str]:
    default = "" if field.default is None else str(field.default)
    said = " · ".join(code(each) for each in (flag, PREFIX + name.upper()) if each)
    return [code(name), said, default, ", ".join(_takes(field)), field.description or ""]


def _takes(field: FieldInfo) -> Iterator[str]:
    """In words: the choices there are, or the limits."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if get_origin(kind) is Literal:
            yield " or ".join(code(choice) for choice in get_args(kind))
    if field.annotation is bool:
        yield "on or off"
    for limit in field.metadata:
        yield from (
            word.format(_number(getattr(limit, name))) for name, word in WORDS.items() if hasattr(limit, name)
        )


def _number(value: Any) -> str:  # noqa: ANN401
    return f"{value:,}" if isinstance(value, int) else str(value)
