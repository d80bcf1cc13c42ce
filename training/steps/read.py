"""Read the training file into a table."""

from __future__ import annotations

from models.bundle import digest_of
from models.formats import read_bytes, table_of
from training.config import TrainingConfig
from training.results import Source


def read(config: TrainingConfig) -> Source:
    """The table of `config.data` and the digest of its bytes. FormatRefused names the file."""
    data = read_bytes(config.data)
    return Source(config.data.name, digest_of(data), table_of(config.data, data, config.separator))
