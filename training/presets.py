"""Presets: how much work a fit may take, in one word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """steps, noise_steps: gradient steps of the ensemble and of the noise head. left_out: heads that `combined` does without.

    tries: networks of different shapes that are tried before one is fitted.
    """

    steps: int
    noise_steps: int
    tries: int
    left_out: tuple[str, ...] = ()

    @property
    def trial_steps(self) -> int:
        """Of each network that is tried."""
        return self.steps // 8


PRESETS: dict[str, Preset] = {
    "fast": Preset(steps=400, noise_steps=400, tries=1, left_out=("noise",)),
    "balanced": Preset(steps=600, noise_steps=600, tries=3),
    "best": Preset(steps=1500, noise_steps=1500, tries=6),
}
