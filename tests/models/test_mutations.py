"""Bit rot: a bundle with one changed byte is never served. And what would be, if nobody looked at the digests."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from models.bundle import MANIFEST, REQUIRED, digest_of, open_bundle
from models.errors import BundleRefused
from models.scorer import Scorer

HOUSE = Path(__file__).parents[2]
MUTATIONS = int(os.environ.get("OFFBEAT_MUTATIONS", "400"))
SEED = int(os.environ.get("OFFBEAT_SEED", "20261121"))
HANGS_AFTER = 20  # seconds for one bundle

# Without digests ONNX Runtime is given anything, and may crash or hang: that is for a Python of its own.
UNGUARDED = """
import json, sys
from pathlib import Path
from models.bundle import open_bundle
from models.errors import BundleRefused
from models.scorer import Scorer

folder = Path(sys.argv[1])
for line in sys.stdin:
    name, place, value = json.loads(line)
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:place] + bytes([value]) + data[place + 1:])
    try:
        Scorer(open_bundle(folder, sys.argv[2], check=lambda *_: None))
        outcome = "served"
    except BundleRefused:
        outcome = "refused"
    except Exception as error:
        outcome = type(error).__name__
    (folder / name).write_bytes(data)
    print(outcome, flush=True)
"""


class Mutation(NamedTuple):
    """One byte of one file becomes another."""

    name: str
    place: int
    value: int


@pytest.fixture
def rotten(tmp_path: Path, pump_folder: Path) -> Path:
    """A bundle to be damaged."""
    return shutil.copytree(pump_folder, tmp_path / "rotten")


def mutations(folder: Path) -> list[Mutation]:
    chance = random.Random(SEED)
    files = {name: (folder / name).read_bytes() for name in (MANIFEST, *REQUIRED)}
    made = []
    for _ in range(MUTATIONS):
        name = chance.choice(list(files))
        place = chance.randrange(len(files[name]))
        made.append(Mutation(name, place, files[name][place] ^ chance.randrange(1, 256)))
    return made


def guarded(folder: Path, mutation: Mutation, digest: str) -> str:
    """What becomes of a damaged bundle: `refused`, or something that must not happen."""
    path = folder / mutation.name
    data = path.read_bytes()
    path.write_bytes(data[: mutation.place] + bytes([mutation.value]) + data[mutation.place + 1 :])
    try:
        Scorer(open_bundle(folder, digest))
    except BundleRefused:
        return "refused"
    except Exception as error:
        return f"crashed: {type(error).__name__}"
    finally:
        path.write_bytes(data)
    return "served"


def unguarded(folder: Path, made: list[Mutation], digest: str) -> Counter[str]:
    """The same without digests. A process that dies or hangs is a crash, and the next one goes on behind it."""
    found: Counter[str] = Counter()
    while made:
        pristine = shutil.copytree(folder, folder.with_name("unguarded"), dirs_exist_ok=True)
        outcomes = outcomes_of(pristine, made, digest)
        found.update(outcomes)
        made = made[len(outcomes) :]
        if made:
            found["crashed"] += 1
            made = made[1:]
    return found


def outcomes_of(folder: Path, made: list[Mutation], digest: str) -> list[str]:
    """Outcomes up to the first that did not come."""
    command = [sys.executable, "-c", UNGUARDED, str(folder), digest]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=HOUSE, bufsize=1
    ) as child:
        assert child.stdin
        assert child.stdout
        outcomes: list[str] = []
        for mutation in made:
            try:
                child.stdin.write(json.dumps(mutation) + "\n")
            except BrokenPipeError:
                break
            ready, _, _ = select.select([child.stdout], [], [], HANGS_AFTER)
            outcome = child.stdout.readline().strip() if ready else ""
            if not outcome:
                child.kill()
                break
            outcomes.append(outcome)
    return outcomes


def test_a_bundle_with_one_changed_byte_is_never_served(rotten: Path) -> None:
    digest = digest_of((rotten / MANIFEST).read_bytes())
    made = mutations(rotten)

    outcomes = Counter(guarded(rotten, mutation, digest) for mutation in made)
    control = unguarded(rotten, made, digest)

    served = outcomes["served"]
    print(f"\nseed {SEED}: {MUTATIONS} mutations of {len(REQUIRED) + 1} files: {served} served, "
          f"95 % bound {3 / MUTATIONS:.2g}; without digests {dict(control)}")  # fmt: skip
    assert outcomes == {"refused": MUTATIONS}
    assert control["served"] > 0
    assert control.total() == MUTATIONS
    assert Scorer(open_bundle(rotten, digest)).digest == digest  # the damage was undone each time
