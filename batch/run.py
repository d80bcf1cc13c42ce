"""Run: a file through a model, piece by piece. Knows neither the command line nor how a format is read or written."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from batch import crew
from batch.ahead import ahead, each
from batch.clerk import Answer, Asked, Clerk
from batch.counted import counted
from batch.history import with_history
from batch.last import last_answer
from batch.presence import check_present
from batch.progress import Shown
from batch.reading import check_readable, is_cut, pieces
from batch.reading.piece import Known, Piece
from batch.survey import Layout, survey
from batch.tally import NOTHING, Tally
from batch.writing import Written
from models.cores import cores
from models.errors import FormatRefused, TableMismatch, TooLarge
from models.formats import of_file
from models.scorer import Scorer

TYPED = (".parquet", ".arrows")  # whose columns have types


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a folder of pictures, to be read so many rows at a time, more than once where need be.

    names: of the columns of an array that has none.
    """

    path: Path
    rows: int
    separator: str = ","
    names: tuple[str, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether it is read in pieces, which can be sent to another process."""
        return is_cut(self.path)

    @property
    def suffix(self) -> str:
        """Of its format."""
        return "" if self.path.is_dir() else of_file(self.path).suffix

    def pieces(self) -> Generator[Piece]:
        """All of it."""
        for piece in pieces(self.path, self.rows, self.separator):
            yield piece if self.is_cut else self._with_names(piece)

    def _with_names(self, piece: Piece) -> Piece:
        read = piece.records()
        return Known(replace(read, table=read.table.named(self.names)), piece.done)


@dataclass(frozen=True, slots=True)
class Run:
    """What is run. `workers`: processes that judge; one judges here."""

    scorer: Scorer
    asked: Asked
    source: Source
    output: Written
    workers: int = 1

    def go(self, show: Shown) -> Tally:
        """Judge every record and write what comes of it, all or nothing.

        FormatRefused with the name of the file for records that cannot be read or do not fit the model.
        """
        check_readable(self.source.path)
        told, lacking = NOTHING, frozenset(self.scorer.columns.inputs)
        with self.output.opened() as sink, _named(self.source.path):
            asked = replace(self.asked, layout=self._layout())
            for answer in ahead(self._answers(asked)):
                told, lacking = told.plus(answer.tally), lacking & answer.absent
                sink.write(answer.rendered)
                show(told.rows, answer.done)
            check_present(lacking, self.scorer.columns)
        return told

    def _layout(self) -> Layout | None:
        """Text tells its types only when all of it was seen; NDJSON not even its columns."""
        plain = self.source.suffix == ".csv" and not self.output.form.typed
        pictures = bool(self.scorer.columns.images) and not self.output.form.typed
        if plain or pictures or self.source.suffix in TYPED:
            return None
        return survey(ahead(self.source.pieces()))

    def _answers(self, asked: Asked) -> Generator[Answer]:
        clerk, found = Clerk(self.scorer, asked), ahead(self.source.pieces())
        if asked.last_only:
            yield last_answer(found, clerk)
        elif not self.source.is_cut:
            yield from counted(found, clerk)
        else:
            window = self.scorer.window
            cut = found if window is None else with_history(found, window)
            alone = self.workers == 1
            yield from each(clerk, cut, cores()) if alone else crew.answers(cut, asked, self.workers)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file is said with its name."""
    try:
        yield
    except TableMismatch as error:
        raise FormatRefused(f"{path}: {error.placed}") from error
    except (FormatRefused, TooLarge) as error:
        raise FormatRefused(f"{path}: {error}") from error
