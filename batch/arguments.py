"""What `offbeat score`, `embed` and `reconstruct` can be asked. Knows no model."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from batch.writing import NAMED
from models.options import separator

AS_TABLE = f"file to write: {NAMED}; standard output in the form of the input unless told"
WRITTEN = {
    "score": AS_TABLE,
    "embed": AS_TABLE,
    "reconstruct": f"{AS_TABLE}. Of a picture a .png, of a folder of pictures a folder",
}
ROWS = 16_384


def parser(view: str, purpose: str) -> argparse.ArgumentParser:
    """The options of a verb."""
    top = argparse.ArgumentParser(prog=f"offbeat {view}", description=purpose)
    top.add_argument(
        "data",
        type=Path,
        metavar="FILE",
        help="records (.csv, .json, .ndjson, .parquet, .arrow, .npy), a picture (.png, .jpg), or a folder of pictures",
    )
    top.add_argument("-o", "--output", type=Path, help=WRITTEN[view])
    top.add_argument("--model", help="NAME, NAME@VERSION or NAME@ALIAS; the only model unless told")
    default = os.environ.get("OFFBEAT_REPOSITORY", "var/repository")
    top.add_argument("--repository", type=Path, default=Path(default), help="where models are")
    top.add_argument("--separator", type=separator, default=",", help="between the cells of a CSV")
    top.add_argument(
        "--last-only", action="store_true", help="only the last record; of windows, the last of each series"
    )
    top.add_argument("--extra", choices=["reject", "ignore"], default="reject", help="unknown columns")
    if view == "score":
        top.add_argument(
            "--top-contributors",
            type=int,
            choices=[0, 1],
            default=1,
            help="causes; 0 for none, which is quicker",
        )
    _add_ways(top)
    return top


def _add_ways(top: argparse.ArgumentParser) -> None:
    """How it is done, whatever is done."""
    top.add_argument(
        "--chunk-rows", type=_positive, default=ROWS, help=f"records in memory at a time ({ROWS})"
    )
    top.add_argument(
        "--workers",
        type=_positive,
        help="processes that judge; for a large file one for every core but one unless told",
    )
    top.add_argument("--quiet", action="store_true", help="say nothing but what is wrong")
    top.add_argument("--json", action="store_true", help="print one JSON object in the end; needs -o")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
