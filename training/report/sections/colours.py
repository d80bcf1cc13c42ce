"""One colour for each part of the data, the same in every chart."""

from __future__ import annotations

from training.drawing import BLUE, GREEN, GREY, ORANGE, RED

OF_PART = {
    "training": BLUE,
    "validation": GREY,
    "calibration": GREEN,
    "test": ORANGE,
    "known anomalies": RED,
    "between": GREY,
    "others": ORANGE,
}
WIDE = 860  # pixels of a chart that has the page for itself
