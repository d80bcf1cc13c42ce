"""Ask the product about one case, in process: what scores is the exported graph, as it is served. Publishes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.product import promised
from benchmarks.quality.case import Case, Detection, Flags, Matrix
from benchmarks.quality.options import Options
from models.bundle import digest_of
from models.errors import ContractError
from models.judgement import judge
from models.options import read_options
from models.scorer import Scorer
from models.table import Table
from models.threshold import ANOMALY, Vector
from training.config import TrainingConfig
from training.dataframes import table_of
from training.pipeline import make
from training.progress import Quiet
from training.results import Source

Done = TypeVar("Done")
MEMORY = "memory"  # stands where a file's name would
TOLD = ("--test", "0")  # the protocol tests


def detect(case: Case, name: str, flags: Flags, options: Options) -> Detection:  # noqa: ARG001
    """Train with these flags of `offbeat train`, then judge every test row, one thread."""
    config = read_options(TrainingConfig, [MEMORY, "--seed", str(case.seed), *TOLD, *flags], "offbeat train")
    try:
        known = source(case)
        made, fitting = timed(lambda: make(known, config, Quiet()))
        scorer = Scorer(made.bundle)
        table = asked(case, scorer)
        judged, scoring = timed(lambda: judge(scorer, table))
    except ContractError as error:
        raise SystemExit(f"{case.set}, {name}: {error}") from None
    rows = standing(judged.score, scorer)[-len(case.test) :]
    if rows.min() < 0:
        raise SystemExit(
            f"{case.set}, {name}: {(rows < 0).sum()} rows are unknown; nothing to compare them by"
        )
    flagged = np.array([verdict == ANOMALY for verdict in judged.verdicts])[rows]
    return Detection(name, judged.score[rows], fitting, scoring, flagged, promised(scorer.manifest))


def timed(work: Callable[[], Done]) -> tuple[Done, float]:
    """What came of it, and the seconds."""
    start = time.monotonic()
    return work(), time.monotonic() - start


def source(case: Case) -> Source:
    """The training rows as if they had been read from a file."""
    rows = table_named(case.train, case.times[0] if case.times else ())
    return Source(MEMORY, digest_of(case.train.tobytes()), rows)


def asked(case: Case, scorer: Scorer) -> Table:
    """The test rows; where windows are judged, after the readings that the first window needs."""
    before = scorer.window.length - 1 if scorer.window else 0
    start = len(case.train) - before
    earlier, later = case.times or ((), ())
    return table_named(np.concatenate([case.train[start:], case.test]), [*earlier[start:], *later])


def table_named(rows: Matrix, times: Sequence[str]) -> Table:
    """Named as scikit-learn names the columns of an array, and the times where there are some."""
    columns = {f"x{place}": cells for place, cells in enumerate(rows.T.tolist())}
    return table_of({**({"datetime": times} if times else {}), **columns})


def standing(score: Vector, scorer: Scorer) -> NDArray[np.int64]:
    """The row whose score stands for each: its own, or, where its window has a gap, the last known one; -1 for none."""
    known = np.where(np.isfinite(score), np.arange(len(score)), -1)
    return np.maximum.accumulate(known) if scorer.window else known
