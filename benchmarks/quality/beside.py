"""Ask the peers, in an environment of theirs, about one case. Fits nothing itself."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.quality.case import Case, Detection, Matrix, Vector

SCRIPT = Path(__file__).with_name("peers.py")
NEEDED = "import pyod, sklearn; print(f'scikit-learn {sklearn.__version__}, PyOD {pyod.__version__}')"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PROMISED = 0.01
STRANGEST = 1e300


@dataclass(frozen=True, slots=True)
class Peers:
    """A Python that has the peers. `folds`: where told, thresholds from training rows scored by what left them out."""

    python: Path
    folds: int = 0

    def versions(self) -> str:
        """What is installed there. SystemExit where it is not."""
        try:
            done = self._run("-c", NEEDED)
        except OSError as error:
            raise SystemExit(f"--peers-python {self.python}: {error.strerror}") from None
        if done.returncode:
            why = done.stderr.strip().rpartition("\n")[2]
            raise SystemExit(f"--peers-python {self.python}: {why}; it needs scikit-learn and pyod")
        return done.stdout.strip()

    def detect(self, case: Case, names: Sequence[str]) -> Iterator[Detection]:
        """Each of these peers, fitted and scored in one process of its own, one thread."""
        train, test = standardised(case.train, case.test)
        known = {"train": train} if case.own_rows else {"train": train, "test": test}
        with tempfile.TemporaryDirectory() as folder:
            split, scores = Path(folder) / "split.npz", Path(folder) / "scores.npz"
            np.savez(split, allow_pickle=False, **known)
            asked = [str(SCRIPT), str(split), str(scores), str(case.seed), str(self.folds), *names]
            done = self._run(*asked)
            if done.returncode:
                raise SystemExit(f"{case.set}, peers: {done.stderr}")
            with np.load(scores, allow_pickle=False) as arrays:
                found = dict(arrays)
        yield from (self._detection(case, name, found) for name in names)

    def _detection(self, case: Case, name: str, found: dict[str, Vector]) -> Detection:
        score, (fit, scoring) = finite(found[name]), found[f"{name} seconds"].tolist()
        detection = Detection(name, score, fit, scoring, fit=case.learned)
        if not self.folds:
            return detection
        threshold = np.quantile(finite(found[f"{name} held out"]), 1 - PROMISED)
        return replace(detection, flagged=score > threshold, promised=PROMISED)

    def _run(self, *told: str) -> subprocess.CompletedProcess[str]:
        """`-I`: modules beside the script are not those of the standard library that have their names."""
        command, around = [str(self.python), "-I", *told], {**os.environ, **ONE_THREAD}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=around)


def finite(score: Vector) -> Vector:
    """A peer whose network ran away scores some rows infinite, or not at all: they stay its strangest."""
    return np.nan_to_num(score.astype(np.float64), nan=STRANGEST, posinf=STRANGEST, neginf=-STRANGEST)


def standardised(train: Matrix, test: Matrix) -> tuple[Matrix, Matrix]:
    """Both to mean 0 and spread 1 of the training rows, gaps filled with their median; a constant column is only centred."""
    typical = np.nanmedian(train, axis=0)
    train, test = (np.where(np.isnan(part), typical, part) for part in (train, test))
    spread = train.std(axis=0)
    spread[spread == 0] = 1
    return (train - train.mean(axis=0)) / spread, (test - train.mean(axis=0)) / spread
