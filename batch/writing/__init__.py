"""Where a result goes and in which form; whatever can be refused without a result is refused before there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from batch.writing.csv_lines import CsvForm
from batch.writing.form import Form, Sink
from batch.writing.partial import whole_file
from batch.writing.pictures import FolderSink, PictureForm, PictureSink
from batch.writing.places import check_picture, folder_for
from batch.writing.text import TextForm, TextSink
from models.errors import ContractError
from models.formats import FORMATS
from models.formats.folder import SUFFIXES as PICTURES

TEXTS = {".csv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
COLUMNAR = (".parquet", ".arrows", ".arrow", ".feather")
TABLES = (*TEXTS, *COLUMNAR)
NAMED = f"{', '.join(TABLES[:-1])} or {TABLES[-1]}"


@dataclass(frozen=True, slots=True)
class Output:
    """A form, and how it comes to a place: a file, or standard output (None); or a folder, of which `sink` makes no use."""

    form: Form
    sink: Callable[[BinaryIO], Sink]
    path: Path | None

    @contextmanager
    def opened(self) -> Iterator[Sink]:
        """All that was written, or ContractError and nothing."""
        with whole_file(self.path) as file:
            sink = self.sink(file)
            try:
                yield sink
            except BaseException:
                with suppress(Exception):  # what it was about to write is thrown away
                    sink.close()
                raise
            sink.close()


@dataclass(frozen=True, slots=True)
class FolderOutput:
    """Pictures into a folder."""

    form: Form
    path: Path

    @contextmanager
    def opened(self) -> Iterator[Sink]:
        """Those that were judged; the others have nothing to be written."""
        sink = FolderSink(self.path)
        yield sink
        sink.close()


Written = Output | FolderOutput


def output_for(view: str, data: Path, path: Path | None, separator: str) -> Written:
    """By the output's suffix, else as the input is; pictures are rebuilt as pictures and described in CSV."""
    pictures = data.is_dir() or data.suffix.lower() in PICTURES
    suffix = "" if path is None else path.suffix.lower()
    if pictures and view == "reconstruct" and suffix not in TABLES:
        if data.is_dir():
            return FolderOutput(PictureForm(), folder_for(data, path))
        check_picture(path, NAMED)
        return Output(PictureForm(), PictureSink, path)
    if path is not None and suffix not in TABLES:
        raise ContractError(f"cannot write {path}; name a file that ends in {NAMED}")
    asked = suffix or data.suffix.lower()
    if asked in COLUMNAR:
        if path is None and sys.stdout.isatty():
            raise ContractError(f"{asked} is nothing for a terminal; name a file: -o FILE{asked}")
        return _columnar(asked, path)
    return _text(TEXTS.get(asked, "csv"), path, separator)


def _text(name: str, path: Path | None, separator: str) -> Output:
    if name == "csv":
        return Output(CsvForm(separator), TextSink, path)
    between = b"," if name == "json" else b""
    return Output(TextForm(FORMATS[name], typed=True, between=between), TextSink, path)


def _columnar(suffix: str, path: Path | None) -> Output:
    from batch.writing import columnar  # noqa: PLC0415  # brings pyarrow

    if suffix == ".parquet":
        return Output(columnar.ColumnarForm(), columnar.ParquetSink, path)
    as_file = suffix != ".arrows"
    return Output(columnar.ColumnarForm(), lambda file: columnar.ArrowSink(file, as_file=as_file), path)
