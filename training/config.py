"""TrainingConfig: everything a training can be told, once, with default and help. Read from flags, environment and TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator
from pydantic_settings import CliPositionalArg

from models.windows import LONGEST
from training.told import Name, Seconds, Separator


class TrainingConfig(BaseModel):
    """Fit an autoencoder to a file of normal records and publish it; --json prints one JSON object in place of a summary."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    data: CliPositionalArg[Path] = Field(
        description="file of normal records (.csv, .ndjson, .parquet, .arrow, .json, .npy), or folder of normal images (.png, .jpg)"
    )
    name: Name | None = Field(None, description="model name; the file's name unless told")
    repository: Path = Field(Path("var/repository"), description="where to publish")
    promote: bool = Field(default=False, description="make the new version champion")
    seed: int = Field(7, ge=0, lt=2**32, description="same seed and data, same model")

    separator: Separator = Field(",", description=r"between the cells of a CSV; \t is a tab")
    timestamp: str | None = Field(None, description="column of times: rows are split in blocks, in order")
    label: str | None = Field(
        None, description="column of known anomalies (0 and 1): kept out of fitting, used to evaluate"
    )
    passthrough: tuple[str, ...] = Field((), description="columns to accept and echo, never to learn from")
    categorical: tuple[str, ...] = Field((), description="columns of numbers that are names")

    condition: tuple[str, ...] = Field(
        (), description="columns that say what is normal, such as a mode; given, never judged"
    )
    calendar: tuple[Literal["hour", "weekday"], ...] = Field(
        (), description="features from the column of times: hour, weekday"
    )

    window: int | None = Field(
        None,
        ge=2,
        le=LONGEST,
        description="judge each reading together with those before it, this many in all",
    )
    stride: int | None = Field(
        None, ge=1, description="readings between windows in training; from their number unless told"
    )
    view: Literal["levels", "readings"] | None = Field(
        None,
        description="what of a window the network sees: its level now and how far it moved, or reading by reading; levels for "
        "an ensemble unless told",
    )
    drift: Literal["auto", "on", "off"] | None = Field(
        None,
        description="whether what is normal moves with time: on forgives such movement and sets the threshold for more of it; auto "
        "asks whether later training rows leave what earlier ones allow",
    )
    focus: int | None = Field(
        None,
        ge=1,
        le=LONGEST,
        description="readings at the end of a window that are judged; a quarter of it unless told",
    )
    gaps: Literal["break", "resample", "refuse"] = Field(
        "break", description="where readings of a series are missing: begin anew, interpolate, or refuse"
    )
    series: str | None = Field(None, description="column that says which series a reading belongs to")

    warm_start: str | None = Field(
        None, description="--from: start from this version (NAME, NAME@VERSION or NAME@ALIAS), on new data"
    )
    variant: str | None = Field(
        None, description="kind of autoencoder; an ensemble unless told, or what images and conditions need"
    )
    head: str | None = Field(
        None,
        description="how record, errors and latent become a score; combined unless told, and reconstruction for a single network of records",
    )
    preset: Literal["fast", "balanced", "best"] | None = Field(
        None, description="how much work a fit may take; balanced unless told, or what --budget allows"
    )
    budget: Seconds | None = Field(
        None, gt=0, description="time a training may take, such as 60s or 5m: the preset follows from it"
    )
    code_size: int | None = Field(None, ge=1, description="numbers in the latent; from the data unless told")
    depth: int = Field(2, ge=1, le=8, description="hidden layers of the encoder, and of the decoder")
    widths: tuple[PositiveInt, ...] = Field(
        (), description="units of each hidden layer of the encoder, instead of --depth"
    )
    decoder_widths: tuple[PositiveInt, ...] = Field(
        (), description="units of each hidden layer of the decoder, instead of the encoder's in reverse"
    )
    activation: Literal["gelu", "relu", "elu", "tanh"] = Field("gelu", description="between layers")
    loss: Literal["auto", "mse", "bce"] = Field("auto", description="bce is for data that fill [0, 1]")
    scaling: Literal["auto", "linear", "log"] = Field(
        "auto",
        description="auto: linear up to three spreads and a logarithm beyond, and for long-tailed columns of series all of it; log or linear: all columns",
    )
    noise: float | None = Field(
        None,
        ge=0,
        description="Gaussian noise on what the network sees, in spreads of each column, for variants that denoise; "
        "0.5 for records and 0.1 for windows and images unless told",
    )
    mask: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="share of values hidden from the network, for variants that denoise; 0.1 unless told, 0 for records",
    )
    sparsity: Literal["l1", "kl"] = Field("l1", description="sparse: how a code is kept sparse")
    penalty: float | None = Field(
        None,
        ge=0,
        description="sparse, contractive, variational, conditional: weight beside the reconstruction loss; the variant's own unless told",
    )
    members: int = Field(3, ge=2, le=64, description="ensemble: networks trained at once")
    pretrain: bool = Field(default=False, description="stacked: fit layer by layer before all together")

    epochs: int | None = Field(None, ge=1, description="passes over the rows; from their number unless told")
    patience: int | None = Field(
        None,
        ge=1,
        description="epochs without a better held-out loss before stopping; a third of them unless told",
    )
    batch_size: int = Field(256, ge=1, description="rows a step")
    learning_rate: float = Field(0.01, gt=0, description="highest rate of the one-cycle schedule")
    threads: int = Field(1, ge=1, description="CPU threads; 1 is fastest for small networks, and repeatable")

    validation: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="share of the training rows that decides when to stop; 0: every row learns in some members of an "
        "ensemble and is held out from one; 0 or 0.15 unless told",
    )
    calibration: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="share of rows that set the threshold; 0: the training rows do, each by what did not learn from it; "
        "0.2 for --fpr, series and single networks unless told, else 0",
    )
    private: bool = Field(
        default=False, description="keep no single training row in the model, and show none in its report"
    )
    report: bool = Field(default=True, description="write report.html beside the version's files")

    contamination: Annotated[float, Field(gt=0, lt=0.5)] | Literal["auto"] | None = Field(
        None,
        description="share of the training rows that may be anomalies, or auto: the most suspicious are set aside",
    )
    suspects: Path | None = Field(
        None,
        description="--contamination: where rows that were set aside are written; beside the repository unless told",
    )
    test: float = Field(0.2, ge=0, lt=1, description="share of rows that evaluate")
    blocks: int = Field(
        1,
        ge=1,
        description="cut a time series into this many stretches, each with training, calibration and test rows",
    )
    gap: float = Field(0.01, ge=0, lt=1, description="share of rows left out between blocks of a time series")

    quantile: float | None = Field(
        None, gt=0, lt=1, description="threshold: this quantile of calibration scores (0.99)"
    )
    fpr: float | None = Field(
        None, gt=0, lt=1, description="threshold: promise at most this false-positive rate"
    )
    robust: float | None = Field(
        None,
        gt=0,
        description="threshold: median plus this many robust spreads, for data with some anomalies",
    )

    @model_validator(mode="before")
    @classmethod
    def _window_as_table(cls, told: Any) -> Any:  # noqa: ANN401
        """`window = {length = 30, stride = 5}` in a file says the same as two keys."""
        if not isinstance(told, dict) or not isinstance(told.get("window"), dict):
            return told
        window = dict(told["window"])
        length = window.pop("length", None)
        return {**told, **window, "window": length}

    @model_validator(mode="after")
    def _windows_agree(self) -> Self:
        told = self.stride or self.series or self.focus or self.view or self.drift or self.gaps != "break"
        if told and self.window is None and self.warm_start is None:
            raise ValueError(
                "stride, view, drift, focus, series and gaps are for windows of readings; say how many with --window"
            )
        if self.focus and self.view == "levels":
            raise ValueError("focus is for readings; levels have none: take --view readings")
        if self.loss == "bce" and (self.view == "levels" or self.drift == "on"):
            raise ValueError(
                "loss bce is for values in [0, 1], and levels are not: leave it out, or take --view readings"
            )
        if self.drift == "on" and (self.view == "readings" or self.focus):
            raise ValueError("drift is of levels: take --view levels, without --focus")
        if self.window and self.focus and self.focus > self.window:
            raise ValueError(f"a window of {self.window} readings has no {self.focus} to judge")
        return self

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(rule is not None for rule in (self.quantile, self.fpr, self.robust)) > 1:
            raise ValueError("quantile, fpr and robust exclude each other")
        if self.fpr is not None and self.calibration == 0:
            raise ValueError("fpr rests on rows that nothing was fitted on; a calibration of 0 keeps none")
        if self.contamination is not None and self.fpr is not None:
            raise ValueError(
                "fpr promises a rate of false alarms on normal rows, and contamination says that some are not"
            )
        if self.preset and self.budget:
            raise ValueError("preset and budget exclude each other: a preset follows from the budget")
        if (self.calibration or 0) + self.test + 2 * self.gap >= 1:
            raise ValueError("calibration, test and gaps leave no rows to train on")
        return self

    @property
    def model(self) -> str:
        """The model's name: as told, or the file's, made to fit."""
        stem = "".join(letter if letter.isalnum() else "-" for letter in self.data.stem.lower())
        return self.name or (stem.encode("ascii", "ignore").decode().strip("-")[:64] or "model")
