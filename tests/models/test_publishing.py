"""Publishing when it goes wrong: two at once, killed at any step, and a disk that is full at any step."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.bundle import REQUIRED, open_bundle
from models.errors import ContractError
from models.repository import Repository
from models.scorer import Scorer

HOUSE = Path(__file__).parents[2]
PAGE = 4096

# Each runs in a Python of its own: argv is the repository, the bundle to publish, and what the script needs.
PUBLISH = """
import sys
from pathlib import Path
from models.bundle import REQUIRED, open_bundle
from models.repository import Repository

repository, folder = Repository(Path(sys.argv[1])), Path(sys.argv[2])
manifest, files = open_bundle(folder).manifest, {name: (folder / name).read_bytes() for name in REQUIRED}
"""
MANY_TIMES = (
    PUBLISH
    + """
print(*(repository.publish(manifest, files).version for _ in range(int(sys.argv[3]))))
"""
)
BACK_AND_FORTH = (
    PUBLISH
    + """
for turn in range(int(sys.argv[3])):
    repository.promote("pump", 1 + turn % 2)
"""
)
# Forks, so that Python starts once: every child publishes into a fresh copy and kills itself at its own step.
KILLED = (
    PUBLISH
    + """
import json, os, shutil, signal

STEPS = "open", "fsync", "pwrite", "ftruncate", "rename", "mkdir"

def publish_and_die(where, step):
    count = 0
    def dying(real):
        def call(*arguments, **named):
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        return call
    for name in STEPS:
        setattr(os, name, dying(getattr(os, name)))
    import builtins, io
    io.open = builtins.open = dying(builtins.open)
    where.publish(manifest, files, promote=True)
    os._exit(0)

step, statuses = 0, []
while not statuses or statuses[-1] != 0:
    step += 1
    where = Path(sys.argv[3]) / str(step)
    shutil.copytree(repository.root, where)
    child = os.fork()
    if child == 0:
        publish_and_die(Repository(where), step)
    statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(statuses))
"""
)


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=HOUSE)


def printed(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out


@pytest.fixture
def parts(pump_folder: Path) -> tuple[Any, dict[str, bytes]]:
    """What a publisher brings."""
    return open_bundle(pump_folder).manifest, {name: (pump_folder / name).read_bytes() for name in REQUIRED}


def tree(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_two_processes_publish_at_once_and_every_version_counts_once(
    tmp_path: Path, pump_folder: Path
) -> None:
    root, each = tmp_path / "repository", 8

    processes = [run(MANY_TIMES, root, pump_folder, each) for _ in range(2)]

    mine, theirs = ([int(version) for version in printed(process).split()] for process in processes)
    assert sorted(mine + theirs) == list(range(1, 2 * each + 1))
    repository = Repository(root)
    assert sorted(repository.state("pump").versions) == sorted(mine + theirs)
    assert repository.resolve("pump").version == 1
    assert repository.state("pump").generation == 2 * each + 1
    for version in mine + theirs:
        repository.open(repository.resolve("pump", version))


def test_readers_beside_a_writer_see_every_change_whole_and_none_twice(
    pump_repository: Repository, pump_folder: Path
) -> None:
    changes = 200
    writer = run(BACK_AND_FORTH, pump_repository.root, pump_folder, changes)
    seen: list[tuple[int | None, int]] = []

    while writer.poll() is None:
        found = pump_repository.resolve("pump")
        seen.append((found.generation, found.version))

    printed(writer)
    generations = [generation for generation, _ in seen if generation is not None]
    assert generations == sorted(generations)
    assert len(set(generations)) > 10
    assert len(set(seen)) == len(set(generations))
    assert pump_repository.resolve("pump").generation == 3 + changes


def test_a_publisher_killed_at_any_step_leaves_the_old_or_the_new_and_the_next_one_works(
    pump_repository: Repository, pump_folder: Path, tmp_path: Path, parts: Any
) -> None:
    where = tmp_path / "killed"
    statuses = json.loads(printed(run(KILLED, pump_repository.root, pump_folder, where)))

    assert statuses[-1] == 0
    assert set(statuses[:-1]) == {-9}
    assert len(statuses) > 20
    seen = set()
    for step in range(1, len(statuses) + 1):
        repository = Repository(where / str(step))
        champion = repository.resolve("pump")
        repository.open(champion)
        versions = sorted(repository.state("pump").versions)
        seen.add((champion.version, tuple(versions)))

        following = repository.publish(*parts, promote=True)

        repository.open(following)
        assert repository.resolve("pump").version == following.version > max(versions)
    assert seen == {(1, (1, 2)), (3, (1, 2, 3))}


class Full:
    """A call that works so many times, then finds the disk full once."""

    def __init__(self, real: Any, after: int) -> None:
        self.real, self.left = real, after

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.left -= 1
        if self.left == -1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.real(*arguments, **named)


def publish(repository: Repository, parts: Any) -> str | None:
    """Why a version was refused, or None."""
    try:
        repository.publish(*parts, promote=True)
    except ContractError as error:
        return str(error)
    return None


@pytest.mark.parametrize("call", ["fsync", "pwrite", "mkdir", "rename"])
def test_a_disk_that_is_full_at_a_call_changes_nothing(
    call: str, pump_repository: Repository, parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, told = tree(pump_repository.root), []
    while True:
        with monkeypatch.context() as patch:
            patch.setattr(os, call, Full(getattr(os, call), after=len(told)))
            refused = publish(pump_repository, parts)
        if refused is None:
            break
        assert tree(pump_repository.root) == before
        told.append(refused)

    assert set(told) == {
        f"cannot write to {pump_repository.root}: No space left on device; nothing was changed"
    }
    assert pump_repository.resolve("pump").version == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 pages, where this machine lets us make one."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={40 * PAGE}", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can make a small disk; the calls are made to fail one by one above")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def test_a_disk_with_any_number_of_free_pages_takes_a_version_whole_or_not_at_all(
    small_disk: Path, parts: Any
) -> None:
    repository = Repository(small_disk / "repository")
    repository.publish(*parts)
    before, told, filler = tree(repository.root), [], small_disk / "filler"
    free = os.statvfs(small_disk).f_bavail
    for left in range(free + 1):
        filler.write_bytes(bytes((free - left) * PAGE))
        refused = publish(repository, parts)
        filler.unlink()
        if refused is None:
            break
        assert tree(repository.root) == before
        told.append(refused)

    assert len(told) > 5
    assert set(told) == {f"cannot write to {repository.root}: No space left on device; nothing was changed"}
    assert repository.open(repository.resolve("pump")).manifest.model == "pump"


def test_a_publisher_stopped_after_the_journal_was_told_leaves_a_version_that_opens(
    pump_repository: Repository, parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Repository._append

    def stopped(self: Repository, *told: Any) -> None:
        real(self, *told)
        raise KeyboardInterrupt

    monkeypatch.setattr(Repository, "_append", stopped)
    with pytest.raises(KeyboardInterrupt):
        pump_repository.publish(*parts, promote=True)

    champion = pump_repository.resolve("pump")
    assert champion.version == 3
    assert Scorer(pump_repository.open(champion)).digest == champion.digest
