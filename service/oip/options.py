"""Options: the parameters of an inference request that mean something here. Knows no tensor."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError

from service.options import ReadOptions, mismatches
from service.refusals import OptionsRefused

HINTS = {"priority", "timeout"}  # for a server that queues; this one answers at once


class InferOptions(ReadOptions):
    """How tensors are read, judged and answered."""

    threshold: float | None = Field(
        default=None,
        gt=0,
        description="What if: judge by this threshold, in this request only, instead of the alias's.",
    )
    nan_is_missing: bool = Field(
        default=False,
        description="Whether a NaN among binary numbers is a missing value, and not one that makes its record `unknown`.",
    )
    binary_data_output: bool = Field(
        default=False, description="Whether outputs are binary, but for those that say otherwise."
    )


DEFAULTS = InferOptions()


def read_infer_options(parameters: dict[str, Any]) -> InferOptions:
    """The options among the parameters of a request. OptionsRefused for one that is unknown or wrong."""
    given = {name: value for name, value in parameters.items() if name not in HINTS}
    if not given:
        return DEFAULTS
    try:
        return InferOptions.model_validate(given)
    except ValidationError as error:
        raise OptionsRefused(mismatches(InferOptions, error, "/parameters")) from None
