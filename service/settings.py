"""Settings: everything an operator may change, once, with default and help. Knows not where the values come from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import CliSuppress

MEGABYTE = 1 << 20
Gather = Literal["auto", "on", "off"]


class Settings(BaseModel):
    """Score records over HTTP until told to stop."""  # --help begins with it

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    repository: Path = Field(
        default=Path("var/repository"),
        description="Folder of the models to serve; the shipped models lie below it.",
    )
    host: str = Field(
        default="127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 is every one."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(
        default=1,
        gt=0,
        description="Processes that answer on the one port; every limit below holds for each of them.",
    )
    max_body_bytes: int = Field(
        default=64 * MEGABYTE, gt=0, description="Longest request body, in bytes; beyond it 413."
    )
    max_rows: int = Field(default=100_000, gt=0, description="Most records in one request; beyond it 413.")
    max_in_flight: int = Field(default=64, gt=0, description="Most requests at work at once; beyond it 503.")
    max_held_bytes: int = Field(
        default=256 * MEGABYTE,
        gt=0,
        description="Most bytes of request bodies in memory at once; beyond it 503.",
    )
    receive_seconds: float = Field(
        default=10.0, gt=0, description="Time a client has to send a whole body; then 408."
    )
    drain_seconds: float = Field(
        default=1.0,
        ge=0,
        description="Time between saying not ready and taking no more requests, when told to stop.",
    )
    refresh_seconds: float = Field(
        default=1.0, gt=0, description="How often to look for changes that others made to the repository."
    )
    threads: int = Field(
        default=0,
        ge=0,
        description="ONNX Runtime threads of each loaded version; 0 gives a large graph its worker's share of the processors and a small one 1.",
    )
    gather: Gather = Field(
        default="auto",
        description="Score single records that arrive together in one run of the graph: where it pays, always, or never.",
    )
    max_loaded: int = Field(
        default=8,
        gt=0,
        description="Most versions kept loaded for requests that name a version no alias points at.",
    )
    events: bool = Field(
        default=False,
        description="Tell whoever asks what is scored as it comes, values of single anomalies included.",
    )
    max_event_streams: int = Field(
        default=32, gt=0, description="Most streams of events open at once; beyond it 503."
    )
    # Every user of a machine can read the flags of every process on it: hidden, though it works.
    admin_key: CliSuppress[SecretStr | None] = Field(
        default=None,
        min_length=8,
        description="Bearer token that may move aliases and thresholds; without one nobody may.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level to log."
    )
    access_log: bool = Field(default=False, description="Log a line for every request.")
