"""Every command and every piece of Python on the pages of tutorial and how-to runs, in order, as a reader would type it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from checked.blocks import OUTPUT, Block, blocks_of, prints
from checked.commands import refusal, typed
from checked.reader import HURRIED, Failed, Reader

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OTHERS = [DOCS / f"{name}.md" for name in ("index", "batch", "formats", "images")]
TOLD = [*sorted(DOCS.glob("tutorial/*.md")), *sorted(DOCS.glob("how-to/*.md"))]
RUN = [page for page in (*TOLD, *OTHERS) if any(block.runs for block in blocks_of(page.read_text()))]
PAGES = sorted(DOCS.rglob("*.md"))
# What cannot run here: an engine, an installation, and what belongs to somebody else.
ELSEWHERE = re.compile(r"docker |make \.venv|alibi_detect|pyod|azure")
DATA = {"yaml", "promql"}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Reader(tmp_path, port)
    yield found
    found.close()


def read(reader: Reader, blocks: list[Block]) -> None:
    """Type each block that runs; what stands behind it as output must have been printed."""
    printed = None
    for block in blocks:
        if block.runs:
            printed = reader.run(block)
        elif block.info == OUTPUT and printed is not None:
            assert prints(block, printed), (
                f"line {block.line} shows\n{block.code}\nbut this was printed\n{printed}"
            )
            printed = None
        else:
            printed = None


@pytest.mark.parametrize("page", RUN, ids=[str(page.relative_to(DOCS)) for page in RUN])
def test_every_block_of_a_page_runs(page: Path, reader: Reader) -> None:
    read(reader, blocks_of(page.read_text()))


def test_a_block_that_fails_and_output_that_is_not_there_are_noticed(reader: Reader) -> None:
    with pytest.raises(Failed, match="no verb 'scor'"):
        read(reader, [Block("sh", "offbeat scor file.csv\n", 1)])
    with pytest.raises(Failed, match="NameError"):
        read(reader, [Block("python", "print(verdict)\n", 1)])
    with pytest.raises(AssertionError, match="line 2 shows"):
        read(reader, [Block("python", "print('normal')\n", 1), Block("text", "anomaly\n", 2)])
    read(reader, [Block("python", "print('normal', 0.3)\n", 1), Block("text", "normal …\n", 2)])


def test_a_service_that_refuses_a_request_is_noticed(reader: Reader) -> None:
    serve = Block("sh", "offbeat serve\n", 1)

    assert serve.serves
    reader.run(serve)
    reader.run(Block("sh", "curl -s localhost:8000/v1/models/host -o host.json\n", 2))
    with pytest.raises(Failed, match="no model 'pump'"):
        reader.run(Block("sh", "curl -s localhost:8000/v1/models/pump\n", 3))


def test_what_is_hurried_is_there() -> None:
    commands = "\n".join(block.code for block in blocks_of((DOCS / "tutorial" / "machine.md").read_text()))

    assert [slow for slow in HURRIED if slow not in commands] == []


@pytest.mark.parametrize("page", TOLD, ids=[str(page.relative_to(DOCS)) for page in TOLD])
def test_what_does_not_run_is_of_docker_or_of_others(page: Path) -> None:
    before: Block | None = None
    for block in blocks_of(page.read_text()):
        output = block.info == OUTPUT and before is not None and before.runs
        assert block.runs or output or block.info in DATA or is_elsewhere(block), (page, block.line)
        before = block


def is_elsewhere(block: Block) -> bool:
    return block.info in ("console", "text") and ELSEWHERE.search(block.code) is not None


def test_what_does_not_run_is_little() -> None:
    blocks = [block for page in TOLD for block in blocks_of(page.read_text())]

    assert sum(map(is_elsewhere, blocks)) <= 10
    assert sum(block.runs for block in blocks) >= 35
    assert not is_elsewhere(Block("console", "$ offbeat score a.csv\n", 1))


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(DOCS)) for page in PAGES])
def test_every_command_of_any_page_is_one_that_is_understood(page: Path) -> None:
    commands = [words for block in blocks_of(page.read_text()) for words in typed(block)]

    assert [(words, said) for words in commands if (said := refusal(words))] == []


def test_a_command_that_is_not_understood_is_noticed() -> None:
    (words,) = typed(Block("console", "$ offbeat train a.csv --threshhold 3  # misspelled\n", 1))

    assert words == ["train", "a.csv", "--threshhold", "3"]
    assert "--threshhold" in refusal(words)
