"""Bytes of every format with some of them changed are read or refused; nothing else is raised, and nothing takes long."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import pytest

from models.errors import ContractError
from models.formats import FORMATS
from models.formats.json_text import typed
from models.formats.places import RowPlaces
from models.table import Table

MUTATIONS = int(os.environ.get("OFFBEAT_MUTATIONS", "250"))
RECORDS = Table(
    typed(
        {
            "number": [1.5, None, 2.5] * 20,
            "whole": [1, 2, None] * 20,
            "text": ["a", None, "é"] * 20,
            "flag": [True, False, None] * 20,
        }
    ),
    60,
    RowPlaces(),
)
TABLES = [name for name in FORMATS if name not in {"png", "jpeg"}]


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(len(changed) - 8)
        match chance.randrange(4):
            case 0:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                changed[place] = chance.choice([0, 1, 127, 128, 255])
            case 2:
                changed[place : place + 8] = chance.choice(
                    [b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\x7f\0\0\0\0"]
                )
            case _:
                del changed[place : place + chance.randrange(1, 8)]
    return bytes(changed)


def outcomes(kind: str, seed: int, count: int) -> dict[str, int]:
    """How many were read, and how many refused. Whatever else is raised comes out."""
    chance, found = random.Random(seed), {"read": 0, "refused": 0}
    data = FORMATS[kind].write(RECORDS)
    for _ in range(count):
        started = time.process_time()
        try:
            table = FORMATS[kind].read(mutated(data, chance), most=1000)
            for column in table.columns.values():
                column.numbers(), column.categories(), list(column.cells), column.is_absent()
            found["read"] += 1
        except ContractError:
            found["refused"] += 1
        assert time.process_time() - started < 2
    return found


@pytest.mark.parametrize("kind", TABLES)
def test_changed_bytes_are_read_or_refused(kind: str) -> None:
    # In a process of its own, for a library that ends the process would end the tests.
    code = f"import runpy; print(runpy.run_path({__file__!r})['outcomes']({kind!r}, 5, {MUTATIONS}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    found = eval(done.stdout)
    assert found["refused"] > MUTATIONS / 10  # else nothing of importance was changed
    assert sum(found.values()) == MUTATIONS
