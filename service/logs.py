"""Logs: one JSON object a line, so that nothing a client sends can forge a line. Knows no logger by name."""

from __future__ import annotations

import logging
from typing import TextIO

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter


def configure(level: str, stream: TextIO) -> None:
    """Send everything this process logs to a stream. Called by a command, never by an app."""
    formatter = JsonFormatter(
        ["timestamp", "levelname", "name", "message"],
        style=",",
        rename_fields={"levelname": "level", "name": "logger"},
        # uvicorn repeats its messages in colour.
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],
        timestamp=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.captureWarnings(capture=True)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
