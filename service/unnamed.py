"""Unnamed: files without a name, for processes to share. Know not what is in them."""

from __future__ import annotations

import os
import tempfile


def unnamed_file(label: str) -> int:
    """The descriptor of an empty file of which nothing is left when its last process ends. `label`: for who lists descriptors."""
    if hasattr(os, "memfd_create"):  # Linux; needs no folder that can be written
        return os.memfd_create(label)
    with tempfile.TemporaryFile() as unnamed:
        return os.dup(unnamed.fileno())
