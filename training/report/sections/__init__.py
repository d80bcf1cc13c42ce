"""SECTIONS: what a report says, in its order. Each makes HTML of what is shown, or nothing where it has nothing to say."""

from __future__ import annotations

from collections.abc import Callable

from training.report.sections.course import course
from training.report.sections.faults import faults
from training.report.sections.features import features
from training.report.sections.glance import glance
from training.report.sections.latent import latent
from training.report.sections.learning import learning
from training.report.sections.ranking import ranking
from training.report.sections.reproduce import reproduce
from training.report.sections.scores import scores
from training.report.sections.strangest import strangest
from training.report.sections.sweep import sweep
from training.report.shown import Shown

Section = Callable[[Shown], str | None]
SECTIONS: dict[str, Section] = {
    "At a glance": glance,
    "Scores": scores,
    "Over time": course,
    "The strangest records": strangest,
    "Another threshold": sweep,
    "Known anomalies": ranking,
    "Injected faults": faults,
    "Latent space": latent,
    "Features": features,
    "Learning": learning,
    "To do it again": reproduce,
}
