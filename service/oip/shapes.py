"""Shapes: the protocol's requests and replies as the API page shows them. Only documentation; nothing is checked by it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

Parameters = dict[str, float | str | bool]


class ServerMetadata(BaseModel):
    """Who answers."""

    name: str
    version: str
    extensions: list[str]


class ServerLive(BaseModel):
    """The process answers."""

    live: Literal[True]


class ServerReady(BaseModel):
    """Every champion is loaded and tested."""

    ready: Literal[True]


class ModelReady(BaseModel):
    """The version is loaded and tested."""

    name: str
    ready: Literal[True]


class TensorMetadata(BaseModel):
    """A tensor before there is one."""

    name: str
    datatype: str
    shape: list[int] = Field(description="-1 is however many records there are.")


class ModelMetadata(BaseModel):
    """What goes into a version and what comes out."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata] = Field(description="A tensor for every column that must come.")
    outputs: list[TensorMetadata]
    properties: dict[str, str] = Field(
        description="The version and its digest; `numeric`: the tensor that may come instead of those of all numbers; "
        "`passthrough`: columns that may come and are not read."
    )


class InputTensor(BaseModel):
    """A column, or all numbers at once, or pictures."""

    name: str
    datatype: str
    shape: list[int]
    parameters: Parameters | None = Field(
        default=None,
        description="`binary_data_size`: bytes of its elements, which then stand behind the JSON.",
    )
    data: list[JsonValue] | None = Field(
        default=None, description="Its elements, flat or nested; null is missing."
    )


class OutputRequest(BaseModel):
    """A tensor that is wanted."""

    name: str
    parameters: Parameters | None = Field(
        default=None, description="`binary_data`: whether its elements stand behind the JSON of the reply."
    )


class InferenceRequest(BaseModel):
    """Tensors of as many records each."""

    id: str | None = Field(default=None, description="Comes back in the reply.")
    parameters: Parameters | None = Field(
        default=None,
        description="`threshold`, `last_only` and `extra` as in /v1; `nan_is_missing`: whether a NaN among binary numbers "
        "is a missing value; `binary_data_output`: whether outputs are binary unless they say otherwise.",
    )
    inputs: list[InputTensor]
    outputs: list[OutputRequest] | None = Field(default=None, description="All there are, when left away.")


class OutputTensor(BaseModel):
    """An answer for every record."""

    name: str
    datatype: str
    shape: list[int]
    parameters: Parameters | None = None
    data: list[JsonValue] | None = Field(
        default=None, description="Its elements, flat; numbers are null where a record is unknown."
    )


class InferenceReply(BaseModel):
    """Verdicts, and which version gave them by which threshold."""

    model_name: str
    model_version: str
    id: str | None = None
    parameters: Parameters = Field(
        description="`threshold`, `threshold_method`, `digest`, and of an alias its `generation`."
    )
    outputs: list[OutputTensor]


class IndexRequest(BaseModel):
    """Which versions to list."""

    ready: bool = Field(default=False, description="Only those that answer.")


class IndexEntry(BaseModel):
    """A version, and whether it answers."""

    name: str
    version: str | None = None
    state: Literal["READY", "UNAVAILABLE"]
    reason: str


class ProtocolError(BaseModel):
    """What was refused, and why."""

    error: str
