"""Contract: the base of everything that goes to disk in a bundle, and how it is read back. Knows no folder."""

from __future__ import annotations

import json
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, JsonValue, ValidationError

from models.errors import BundleRefused

MOST_PLACE = 100  # characters of a place in a file that an error repeats


class Contract(BaseModel):
    """Immutable and strict: an unknown key, a wrong type, NaN or infinity is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Kind = TypeVar("Kind", bound=Contract)


def _finite(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    # allow_inf_nan does not reach into JsonValue.
    json.dumps(values, allow_nan=False)
    return values


FreeForm = Annotated[dict[str, JsonValue], AfterValidator(_finite)]


def read_contract(kind: type[Kind], name: str, data: bytes) -> Kind:
    """Read strictly. BundleRefused tells the file's name and the first field that is wrong."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))[:MOST_PLACE] or "the file"
        raise BundleRefused(f"{name}: {where}: {first['msg']}") from None
