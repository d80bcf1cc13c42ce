"""Every protocol by its name. To add one: a file here and a line in PROTOCOLS."""

from __future__ import annotations

from benchmarks.quality.protocol import Protocol
from benchmarks.quality.protocols import clean, contaminated, host, odd, planted, servers, skab, tiny

PROTOCOLS: dict[str, Protocol] = {
    "host": host.PROTOCOL,
    "clean": clean.PROTOCOL,
    "tiny": tiny.PROTOCOL,
    "odd": odd.PROTOCOL,
    "contaminated": contaminated.PROTOCOL,
    "planted": planted.PROTOCOL,
    "skab": skab.PROTOCOL,
    "servers": servers.PROTOCOL,
}
