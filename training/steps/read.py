"""Read the training file into a table."""

from __future__ import annotations

from models.bundle import digest_of
from models.errors import ContractError
from models.formats import of_file
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.results import Source


def read(config: TrainingConfig) -> Source:
    """The table of `config.data` and the digest of its bytes. TrainingRefused names the file."""
    path = config.data
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise TrainingRefused(f"{path} is a directory; name a file in it") from None
    except OSError as error:
        raise TrainingRefused(f"cannot read {path}: {error.strerror}") from None
    try:
        table = of_file(path, config.separator).read(data)
    except ContractError as error:
        raise TrainingRefused(f"{path}: {error}") from error
    return Source(path.name, digest_of(data), table)
