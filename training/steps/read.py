"""Read the training file, or folder of images, into a table."""

from __future__ import annotations

import hashlib

from models.bundle import digest_of
from models.formats import read_bytes, read_file, table_of
from models.table import Table
from training.config import TrainingConfig
from training.results import Source


def read(config: TrainingConfig) -> Source:
    """The table of `config.data` and the digest of its bytes. FormatRefused names the file."""
    if config.data.is_dir():
        table = read_file(config.data)
        return Source(config.data.name, _digest(table), table)
    data = read_bytes(config.data)
    return Source(config.data.name, digest_of(data), table_of(config.data, data, config.separator))


def _digest(table: Table) -> str:
    """Of the names and bytes of all images, in order."""
    digest = hashlib.sha256()
    for name, image in zip(*(column.cells for column in table.columns.values()), strict=True):
        digest.update(f"{name}\0{len(image)}\0".encode() + image)
    return f"sha256:{digest.hexdigest()}"
