"""Manifest: all that is known about one version of a model.

To change it: add the field with a default, so that old manifests still read; raise FORMAT only when an old reader
would serve a new bundle wrongly; put a bundle of the old form under tests/models/golden. A reader refuses formats it
does not know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.contract import Contract, FreeForm, read_contract
from models.features import FeatureSchema
from models.names import MODEL_PATTERN
from models.threshold import Threshold
from models.windows import Window

FORMAT: Literal[1] = 1
Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
# A name, never a path.
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class FileEntry(Contract):
    """A file of the bundle: its size in bytes and its digest."""

    size: int = Field(ge=0)
    digest: Sha256


class Rows(Contract):
    """How many samples each part of the training data had: rows, windows or images.

    `set_aside` rows held nan or inf; at `without_window` rows no whole window ended; `suspects` were likely anomalies, and
    nothing was fitted on them.
    """

    train: int
    validation: int
    calibration: int
    test: int
    set_aside: int = 0
    without_window: int = 0
    suspects: int = 0


class Tried(Contract):
    """A network that was fitted for a moment to choose a shape: how badly it rebuilds held-out samples from noisy ones.

    `risk` is the variant's own loss on them, `seconds` the time it took; `chosen` marks the one that was fitted in the end.
    """

    code_size: int
    hidden: tuple[int, ...]
    risk: float
    seconds: float
    chosen: bool = False


class Training(Contract):
    """What was trained on what: enough to do it again, and what was tried before."""

    created: str
    data: str
    data_digest: Sha256
    seed: int
    rows: Rows
    epochs: int
    seconds: float
    settings: FreeForm
    libraries: dict[str, str]
    tried: tuple[Tried, ...] = ()


class Manifest(Contract):
    """One version of a model. Its own SHA-256 is the version's `digest`."""

    format: Literal[1] = FORMAT
    model: str = Field(pattern=MODEL_PATTERN)
    variant: str
    head: str
    latent_size: int = Field(gt=0)
    columns: FeatureSchema
    window: Window | None = None
    threshold: Threshold
    training: Training
    quality: FreeForm
    files: dict[FileName, FileEntry]

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Read strictly. BundleRefused names the first field that is wrong."""
        return read_contract(cls, "manifest.json", data)
