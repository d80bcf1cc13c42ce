"""The page about the client: its code runs, in order, and its figures are the code's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from offbeat.client.connecting import ARROW_ROWS, MOST_ROWS, SECONDS
from offbeat.client.plots.strip import COLUMNS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "client.md").read_text()
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_every_block_runs(address, monkeypatch, capsys, tmp_path):
    blocks = BLOCK.findall(PAGE)
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}

    for block in blocks:
        # The shipped model reads the same columns, and is here.
        told = block.replace("http://localhost:8000", address).replace("machine-windows", "host")
        told = re.sub(r"\w+\.png", lambda picture: f"{tmp_path}/{picture[0]}", told)
        exec(compile(told, "docs/client.md", "exec"), names)

    assert len(blocks) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rebuilt.png", "verdicts.png"]
    assert "anomaly" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        f"From {ARROW_ROWS} rows on",
        f"More than {MOST_ROWS:,} records",
        f"`seconds={SECONDS:g}`",
        f"Of more than {2 * COLUMNS:,} records the highest score in each of {COLUMNS} columns",
    ],
)
def test_its_figures_are_those_of_the_code(words):
    assert words in PAGE
