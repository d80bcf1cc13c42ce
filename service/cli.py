"""`offbeat serve`: score records over HTTP until told to stop."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from models.options import read_options
from service.logs import configure
from service.serve import serve
from service.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Serve; 0 when stopped by SIGTERM or Ctrl-C. SystemExit 2 for a setting that is wrong; ContractErrors pass."""
    settings = read_options(Settings, arguments, "offbeat serve")
    configure(settings.log_level, sys.stderr)
    return serve(settings)
