"""What is needed to train the same model again."""

from __future__ import annotations

from training.report.markup import said, table
from training.report.shown import Shown


def reproduce(shown: Shown) -> str:
    """Data, seed, settings, digests and versions. Equal ones give an equal `model.onnx`."""
    training = shown.manifest.training
    facts = [
        ["data", training.data],
        ["its SHA-256", training.data_digest],
        ["seed", str(training.seed)],
        ["created", training.created],
    ]
    facts += [["version's digest", shown.digest]] if shown.digest else []
    settings = [[name, _value(value)] for name, value in sorted(training.settings.items())]
    libraries = [[name, version] for name, version in sorted(training.libraries.items())]
    files = [[name, entry.digest] for name, entry in sorted(shown.manifest.files.items())]
    told = said(
        "The same file, seed, settings and versions give the same model.onnx, byte for byte, on the same kind of machine."
    )
    return told + "".join(
        table(["", ""], rows, caption=caption)
        for caption, rows in (
            ("What it was made of", facts),
            ("Settings", settings),
            ("Versions", libraries),
            ("Files", files),
        )
        if rows
    )


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
