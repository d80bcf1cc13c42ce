"""Value errors: what scikit-learn's own estimators raise, in place of what the rooms below refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from models.errors import ContractError, TableMismatch


@contextmanager
def as_value_error() -> Iterator[None]:
    """ValueError with the same one line."""
    try:
        yield
    except TableMismatch as error:
        raise ValueError(error.placed) from error
    except ContractError as error:
        raise ValueError(str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = f"{first['loc'][0]}: " if first["loc"] else ""
        raise ValueError(where + first["msg"].removeprefix("Value error, ")) from None
