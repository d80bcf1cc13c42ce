"""The files of a report: facts, page and card, from a version and the table it was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.bundle import FACTS, Bundle
from models.scorer import Scorer
from models.sketch import Sketch
from models.table import Table
from training.report.drawn import drawn
from training.report.gather import gather, look
from training.report.shown import Shown
from training.results import Parts, Roles


class Report(NamedTuple):
    """Files by name, and a sketch of the anomaly scores, in the order of time where there is one."""

    files: Mapping[str, bytes]
    sketch: Sketch


def report_files(
    bundle: Bundle, table: Table, roles: Roles, parts: Parts, losses: NDArray[np.float64], *, private: bool
) -> Report:
    """What goes beside the bundle's files. The version is asked as the service will ask it."""
    looked = look(Scorer(bundle), table, roles, parts)
    facts = gather(looked, losses, rows=table.rows, private=private)
    shown = Shown(bundle.manifest, facts, bundle.manifest.model)
    sketch = Sketch.of(looked.judged.anomaly_score[looked.in_time])
    return Report({FACTS: facts.model_dump_json().encode(), **drawn(shown)}, sketch)
