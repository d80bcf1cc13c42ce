"""Connecting: what the clients that block and that await are made of, with its defaults. Opens nothing."""

from __future__ import annotations

import httpx

from offbeat.client.asking import Asking
from offbeat.client.control import Control
from offbeat.client.retrying import Retries
from offbeat.client.scoring import Scoring
from offbeat.client.wire import Wire

ADDRESS = "http://127.0.0.1:8000"
SECONDS = 60.0  # a reply may take
CONNECT_SECONDS = 5.0  # a connection may take; whoever listens answers at once
RETRIES = 4
MOST_ROWS = 50_000  # in a request; the service takes twice as many unless told
ARROW_ROWS = 200  # from here on Arrow is cheaper than JSON, measured


def timeout(seconds: float) -> httpx.Timeout:
    """How long to wait for a reply, and for a connection."""
    return httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))


def scoring(retries: int | Retries, admin_key: str | None, most_rows: int) -> Scoring:
    """All that can be asked of one service; what is learned of it is kept here."""
    policy = Retries(retries) if isinstance(retries, int) else retries
    return Scoring(Asking(policy, Wire(ARROW_ROWS), Control(policy, admin_key), most_rows))
