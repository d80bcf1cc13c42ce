"""Write all or nothing: into a hidden file beside the one that is meant, which takes its name when all is written."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from models.errors import ContractError


@contextmanager
def whole_file(path: Path | None) -> Iterator[BinaryIO]:
    """A file to write into; without a path it goes to standard output once it is whole.

    ContractError where it cannot be written. Whatever goes wrong, also an interrupt, what was there before stays.
    """
    with _standard_output() if path is None else _replaced(path) as file:
        yield file


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        yield file
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    partial = path.with_name(f".{path.name}.partial")
    try:
        _check_file(path)
        file = _begun(partial)
    except BlockingIOError:
        raise ContractError(f"another run is writing {path}; wait for it, or name another file") from None
    except OSError as error:
        raise _failed(path, error) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)  # while it is locked: nobody else may take it for a leftover
    except OSError as error:
        _remove(partial)
        raise _failed(path, error) from error
    except BaseException:
        _remove(partial)
        raise


def _begun(partial: Path) -> BinaryIO:
    """An empty file that is ours alone; one that a run left behind is begun anew. BlockingIOError while a run writes it."""
    while True:
        file = os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file.fileno()), partial.stat()):
                file.truncate()
                return file
        except FileNotFoundError:
            pass  # it was finished, and has its name, between the two steps
        except OSError:
            file.close()
            raise
        file.close()


def _failed(path: Path, error: OSError) -> ContractError:
    return ContractError(f"cannot write {path}: {error.strerror or error}; nothing was changed")


def _check_file(path: Path) -> None:
    """OSError for a folder, which no file can replace: better said before anything is judged."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _remove(partial: Path) -> None:
    with suppress(OSError):  # where it could not even be begun, there is nothing to take away
        partial.unlink()
