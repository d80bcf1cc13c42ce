"""What is found of faults that were put into held-out records."""

from __future__ import annotations

from typing import Any, cast

from training.report.markup import table
from training.report.shown import Shown

COLUMNS = {
    "detected": "flagged",
    "forest_detected": "by isolation forest",
    "top_contributor": "cause named",
    "forest_top_contributor": "by isolation forest",
    "random_top_contributor": "by chance",
}


def faults(shown: Shown) -> str | None:
    """A row for each kind; None where none were injected."""
    found = cast("dict[str, dict[str, Any]]", shown.manifest.quality.get("injected_faults") or {})
    if not found:
        return None
    rows = [
        [name.replace("_", " "), f"{int(each['rows']):,}", *(f"{100 * each[key]:.0f} %" for key in COLUMNS)]
        for name, each in found.items()
    ]
    caption = "Faults put into held-out records: how many are flagged, and in how many a spoilt feature is named first"
    return table(["fault", "records", *COLUMNS.values()], rows, caption=caption, numbers=len(COLUMNS) + 1)
