"""Triton with its Python backend, from the wheel that brings the binary along."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.serving.servers.peer import APPS, ORT, around
from benchmarks.serving.servers.server import Launch, Server, Site
from benchmarks.serving.servers.tensors import SCORE_AND_FLAG, binary_form, json_form

PACKAGES = ("nvidia-pytriton==0.7.0", ORT)
INFER = "/v2/models/bench/infer"
FORMS = {
    "minimal": json_form(INFER),
    "full": json_form(INFER, (*SCORE_AND_FLAG, "attribution", "latent", "expected")),
    "binary": binary_form(INFER),
}
# Gathering what waits costs nothing at one client, and at sixteen it answers half as many again.
CONFIG = """
name: "bench"
backend: "python"
max_batch_size: 131072
dynamic_batching { }
input [{ name: "numeric" data_type: TYPE_FP64 dims: [32] }]
output [
  { name: "score" data_type: TYPE_FP32 dims: [1] reshape: { shape: [] } },
  { name: "flag" data_type: TYPE_BOOL dims: [1] reshape: { shape: [] } },
  { name: "attribution" data_type: TYPE_FP32 dims: [32] },
  { name: "latent" data_type: TYPE_FP32 dims: [8] },
  { name: "expected" data_type: TYPE_FP64 dims: [32] }
]
instance_group [{ count: 1 kind: KIND_CPU }]
"""


def launch(site: Site) -> Launch:
    """The server over a repository of one model; the ports of gRPC and of metrics are its own, too."""
    installed = next((site.python.parents[1] / "lib").glob("python3.*/site-packages"))
    bundled = installed / "pytriton" / "tritonserver"
    grpc, metrics = site.spare
    told = {
        "model-repository": _models(site.folder),
        "backend-directory": _backends(site.folder, bundled, installed.parent.name),
        "http-port": site.port,
        "grpc-port": grpc,
        "metrics-port": metrics,
    }
    command = [str(bundled / "bin" / "tritonserver"), *(f"--{name}={value}" for name, value in told.items())]
    return Launch(tuple(command), _found(site, installed), site.folder)


def _found(site: Site, installed: Path) -> dict[str, str]:
    """The stub takes libraries from the wheel, and its prefix from the first Python on the path."""
    path = os.pathsep.join([str(site.python.parent), os.environ["PATH"]])
    return {
        **around(site.graph),
        "LD_LIBRARY_PATH": str(installed / "nvidia_pytriton.libs"),
        "PATH": path,
    }


def _models(folder: Path) -> Path:
    version = folder / "models" / "bench" / "1"
    version.mkdir(parents=True)
    (version.parent / "config.pbtxt").write_text(CONFIG)
    shutil.copy(APPS / "graph.py", version)  # it imports from beside itself only
    shutil.copy(APPS / "triton_model.py", version / "model.py")
    return folder / "models"


def _backends(folder: Path, bundled: Path, python: str) -> Path:
    """The Python backend wants the stub of its Python (`python3.11`) beside itself; the wheel keeps one for each elsewhere."""
    backends = folder / "backends"
    shutil.copytree(bundled / "backends", backends)
    stubs = bundled / "python_backend_stubs" / python.removeprefix("python")
    shutil.copy(stubs / "triton_python_backend_stub", backends / "python")
    return backends


TRITON = Server("Triton, Python backend", launch, FORMS, "triton", PACKAGES)
