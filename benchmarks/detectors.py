"""Ask a detector about one case: the product as its users have it, or the peers in an environment of theirs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import product
from benchmarks.sets import Case

PEERS = Path(__file__).with_name("peers.py")


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector says of each test row; higher scores are stranger.

    `flagged` and `promised`, the share of normal rows it says it will flag, are the product's alone: its threshold
    was fixed before it saw a test row.
    """

    detector: str
    score: NDArray[np.float64]
    fit_seconds: float
    score_seconds: float
    flagged: NDArray[np.bool_] | None = None
    promised: float | None = None


def offbeat(case: Case, flags: Sequence[str], folder: Path) -> Detection:
    """Train by the command line with more flags than the case asks for, serve, score over HTTP."""
    model = f"{case.name.lower().replace('/', '-')}-{case.seed}"
    told = (*case.flags, "--seed", str(case.seed), *flags)
    trained = product.train(case.train_file, model, folder / "repository", told)
    with product.serving(folder / "repository") as client:
        scored = product.score(client, model, case.test_file)
    name = " ".join(["offbeat", *flags])
    return Detection(
        name,
        scored.score,
        trained.seconds,
        scored.seconds,
        scored.flagged,
        product.promised(trained.manifest),
    )


def peers(case: Case, python: Path, folder: Path) -> Iterator[Detection]:
    """Every peer, fitted and scored by `python` in a process of its own."""
    split, scores = folder / "split.npz", folder / "scores.npz"
    np.savez(split, allow_pickle=False, train=case.train, test=case.test)
    command = [str(python), str(PEERS), str(split), str(scores), str(case.seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{python} {PEERS}\n{done.stderr}")
    with np.load(scores, allow_pickle=False) as found:
        for name in found.files:
            if not name.endswith(" seconds"):
                # A peer whose network ran away scores some rows infinite: they stay its strangest.
                score = np.nan_to_num(found[name].astype(np.float64), nan=0.0, posinf=1e300)
                yield Detection(name, score, *found[f"{name} seconds"].tolist())
