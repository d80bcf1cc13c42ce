"""How well anomalies are found against the number of members, seed by seed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer

from benchmarks.lines import write
from benchmarks.reference import Reference
from benchmarks.trainings import train
from models.formats import read_file
from training.drawing import BLUE, GREY, Axis, Chart, Dots, Figure, Line, Mark, draw
from training.metrics import auroc

MEMBERS = (1, 2, 5, 10)
SEEDS = 5
Ranks = dict[int, list[float]]  # AUROC in percent of every seed, by the number of members


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """On the recorded faults, and on a public set; one member is the denoising autoencoder."""
    with tempfile.TemporaryDirectory() as folder:
        tried = {"recorded faults": sets["host"], "breast cancer": cells(Path(folder))}
        found = {name: ranks(reference, seed) for name, reference in tried.items()}
    return Figure(
        draw(
            "ensemble: more members, steadier ranks", [chart(name, ranked) for name, ranked in found.items()]
        ),
        f"AUROC %, mean of {SEEDS} seeds and lowest to highest. {'; '.join(said(*each) for each in found.items())}.",
    )


def cells(folder: Path) -> Reference:
    """Wisconsin breast cancer (Street, Wolberg & Mangasarian 1993): a random half of the benign rows trains."""
    known = load_breast_cancer()
    malignant = known.target == 0
    benign = np.random.default_rng(0).permutation(np.flatnonzero(~malignant))
    test = np.concatenate([benign[1::2], np.flatnonzero(malignant)])
    names = [f"x{place}" for place in range(known.data.shape[1])]
    write(folder / "train.csv", names, known.data[benign[::2]].tolist())
    write(folder / "test.csv", names, known.data[test].tolist())
    return Reference("cancer", folder / "train.csv", read_file(folder / "test.csv"), malignant[test], {})


def ranks(reference: Reference, seed: int) -> Ranks:
    """Of every number of members."""
    found: Ranks = {}
    for members in MEMBERS:
        told = {"variant": "denoising"} if members == 1 else {"variant": "ensemble", "members": members}
        trainings = (
            train(reference.train, seed=seed + more, **reference.told, **told) for more in range(SEEDS)
        )
        found[members] = [100 * auroc(each.score(reference.test), reference.truth, 0) for each in trainings]
    return found


def chart(name: str, ranked: Ranks) -> Chart:
    """A dot each, a line through the means."""
    places = Axis("members (1: denoising)", log=True, places={each: str(each) for each in MEMBERS})
    marks: list[Mark] = [
        Dots(np.repeat(MEMBERS, SEEDS), np.ravel(list(ranked.values())), f"each of {SEEDS} seeds", GREY, 3),
        Line(MEMBERS, [np.mean(each) for each in ranked.values()], "mean", BLUE, dots=True),
    ]
    return Chart(name, places, Axis("AUROC %"), marks)


def said(name: str, ranked: Ranks) -> str:
    """The means and how far the seeds are apart."""
    each = (
        f"{np.mean(one):.1f} ({min(one):.1f} to {max(one):.1f}) with {members}"
        for members, one in ranked.items()
    )
    return f"{name.capitalize()}: {', '.join(each)}"
