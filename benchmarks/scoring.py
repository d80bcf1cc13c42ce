"""Where the time of scoring goes: each stage between a request's body and its reply, beside the bare graph.

    python benchmarks/scoring.py --save before.csv
    python benchmarks/scoring.py --against before.csv

No HTTP: that costs the same whatever is scored.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime as ort
import orjson

from benchmarks.tables import markdown
from models.bundle import Bundle, open_bundle
from models.columns import TypedColumn
from models.encoding import Encoded, encode
from models.features import CategoricalFeature, Feature, FeatureSchema, NumericFeature
from models.formats.csv_text import CsvFormat
from models.formats.json_text import JsonFormat, JsonPlaces
from models.judgement import judge
from models.scorer import CHUNK, OUTPUTS, Scorer
from models.table import Table
from service.options import ScoreOptions
from service.payloads import score_reply
from service.served import Served

BUNDLE = Path(__file__).parents[1] / "tests" / "bundles" / "pump" / "1"
GRAPH = "graph alone"
LEAN = ScoreOptions(top_contributors=0, orient="columns")
LEAST_REPEATS = 5
MISSING = 0.01  # share of cells without a value
Stages = dict[str, Callable[[], object]]
Before = dict[tuple[str, str, str], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Median microseconds of one stage with a body of so many rows; `digest` is the model's."""

    digest: str
    rows: int
    stage: str
    microseconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Time every stage at every size; print a table for each size."""
    options = parser().parse_args(arguments)
    bundle = open_bundle(options.bundle)
    before = load(options.against) if options.against else {}
    timings: list[Timing] = []
    for rows in options.rows:
        work = stages(bundle, some_records(bundle.manifest.columns, rows))
        found = [
            Timing(bundle.digest, rows, name, median(run, options.seconds)) for name, run in work.items()
        ]
        print(
            f"\n{rows:,} row{'s' if rows > 1 else ''} of {bundle.manifest.model}\n\n{table(found, before)}",
            flush=True,
        )
        timings += found
    if options.save:
        save(options.save, timings)


def stages(bundle: Bundle, records: Table) -> Stages:
    """The work of each stage by its name, in the order a request passes them; then all of them together."""
    scorer = Scorer(bundle)
    served = Served(bundle.manifest.model, 1, bundle.digest, scorer, bundle.manifest.threshold)
    return {
        **judging(bundle, scorer, records),
        **reading(records),
        **replying(served, records),
        **whole(served, records),
    }


def judging(bundle: Bundle, scorer: Scorer, records: Table) -> Stages:
    """From a table to verdicts."""
    encoded = encode(records, scorer.columns)
    return {
        GRAPH: partial(run_graph, bare_session(bundle.model), encoded),
        "Scorer.score": partial(scorer.score, encoded),
        "encode": partial(encode, records, scorer.columns),
        "judge: encode, score, verdicts": partial(judge, scorer, records),
        "check the columns": partial(scorer.columns.check, records),
    }


def reading(records: Table) -> Stages:
    """From a body to a table."""
    return {
        "read JSON records": partial(JsonFormat().read, JsonFormat().write(records)),
        "read JSON columns": partial(JsonFormat().read, json_columns(records)),
        "read CSV": partial(CsvFormat().read, CsvFormat().write(records)),
    }


def replying(served: Served, records: Table) -> Stages:
    """From verdicts to a body. A judgement keeps what it worked out once, so each reply gets a fresh one."""
    judgement = judge(served.scorer, records)

    def reply(options: ScoreOptions) -> bytes:
        return score_reply(served, served.threshold, records, replace(judgement), options)

    return {
        "reply with records": partial(reply, ScoreOptions()),
        "reply with columns, no contributors": partial(reply, LEAN),
    }


def whole(served: Served, records: Table) -> Stages:
    """From a body to a body."""
    body, columns = JsonFormat().write(records), json_columns(records)

    def answer(body: bytes, options: ScoreOptions) -> bytes:
        read = JsonFormat().read(body)
        served.scorer.columns.check(read)
        return score_reply(
            served, served.threshold, read, judge(served.scorer, read, served.threshold), options
        )

    return {
        "all: records in, records out": partial(answer, body, ScoreOptions()),
        "all: columns in, columns out": partial(answer, columns, LEAN),
    }


def bare_session(model: bytes) -> ort.InferenceSession:
    """The graph as ONNX Runtime runs it on one thread, with nothing of ours around it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_graph(session: ort.InferenceSession, encoded: Encoded) -> None:
    """All outputs, in runs of as many rows as the scorer takes."""
    inputs = {put.name: getattr(encoded, put.name) for put in session.get_inputs()}
    for at in range(0, encoded.rows, CHUNK):
        session.run(OUTPUTS, {name: rows[at : at + CHUNK] for name, rows in inputs.items()})


def some_records(schema: FeatureSchema, rows: int) -> Table:
    """Records within the trained ranges, one value in a hundred missing."""
    chance = np.random.default_rng(1)
    columns = {feature.name: TypedColumn(some_cells(feature, rows, chance)) for feature in schema.features}
    return Table(columns, rows, JsonPlaces("records", {}))


def some_cells(feature: Feature, rows: int, chance: np.random.Generator) -> list[float | str | None]:
    """Cells of one feature; the first is there, so that no feature is absent."""
    if isinstance(feature, NumericFeature):
        cells = np.round(chance.uniform(feature.minimum, feature.maximum, rows), 3).tolist()
    elif isinstance(feature, CategoricalFeature):
        cells = chance.choice(feature.categories, rows).tolist()
    else:
        raise SystemExit(f"{feature.name} is an image; only models of tables are timed here")
    missing = (chance.random(rows) < MISSING) & (np.arange(rows) > 0)
    return [None if lost else cell for cell, lost in zip(cells, missing, strict=True)]


def json_columns(records: Table) -> bytes:
    """A body of columns."""
    return orjson.dumps({"columns": {name: column.cells for name, column in records.columns.items()}})


def median(run: Callable[[], object], seconds: float) -> float:
    """Median microseconds of one call, of as many as fit into the seconds."""
    run()
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken) < LEAST_REPEATS:
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


def table(timings: Sequence[Timing], before: Before) -> str:
    """A line for each stage: its time, rows a second, how many graph runs that is, and how it was before."""
    graph = next(each.microseconds for each in timings if each.stage == GRAPH)
    lines = [["stage", "µs", "rows/s", "× graph", *(["× before"] if before else [])]]
    for each in timings:
        earlier = before.get((each.digest, str(each.rows), each.stage))
        change = [f"{each.microseconds / earlier:.2f}" if earlier else "–"] if before else []
        speed = f"{each.rows / each.microseconds * 1e6:,.0f}"
        lines.append(
            [each.stage, f"{each.microseconds:,.1f}", speed, f"{each.microseconds / graph:.2f}", *change]
        )
    return markdown(lines)


def save(path: Path, timings: Sequence[Timing]) -> None:
    """All timings as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(timings[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(asdict, timings))


def load(path: Path) -> Before:
    """Microseconds by digest, rows and stage: timings of another model are no comparison."""
    with path.open(newline="") as file:
        return {
            (row["digest"], row["rows"], row["stage"]): float(row["microseconds"])
            for row in csv.DictReader(file)
        }


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument(
        "--bundle", type=Path, default=BUNDLE, help="folder of one version (a small model of the tests)"
    )
    top.add_argument("--rows", nargs="+", type=int, default=[1, 100, 10_000], metavar="ROWS")
    top.add_argument("--seconds", type=float, default=0.5, help="time for each stage at each size (0.5)")
    top.add_argument("--save", type=Path, help="CSV to keep the timings in")
    top.add_argument("--against", type=Path, help="CSV of earlier timings to compare with")
    return top


if __name__ == "__main__":
    main()
