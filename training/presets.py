"""Presets: how much work a fit may take, in one word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """noise_steps: gradient steps of the noise head."""

    noise_steps: int


PRESETS: dict[str, Preset] = {
    "fast": Preset(noise_steps=200),
    "balanced": Preset(noise_steps=1000),
    "best": Preset(noise_steps=1500),
}
