"""MLServer: a custom runtime, without its pool of workers, and as it comes."""

from __future__ import annotations

import json
from collections.abc import Callable

from benchmarks.serving.servers.peer import ORT, around
from benchmarks.serving.servers.server import Launch, Server, Site
from benchmarks.serving.servers.tensors import SCORE_AND_FLAG, json_form

# Its pool of workers does not start on a newer uvloop.
PACKAGES = ("mlserver==1.7.1", "uvloop==0.21.0", ORT)
INFER = "/v2/models/bench/infer"
FORMS = {
    "minimal": json_form(INFER),
    "full": json_form(INFER, (*SCORE_AND_FLAG, "attribution", "latent", "expected")),
}


def launcher(**settings: object) -> Callable[[Site], Launch]:
    """`mlserver start` with these settings beside its ports."""

    def launch(site: Site) -> Launch:
        grpc, metrics = site.spare
        ports = {"http_port": site.port, "grpc_port": grpc, "metrics_port": metrics}
        told = {"host": "127.0.0.1", "debug": False, **ports, **settings}
        (site.folder / "settings.json").write_text(json.dumps(told))
        model = {"name": "bench", "implementation": "mlserver_app.Bench"}
        (site.folder / "model-settings.json").write_text(json.dumps(model))
        command = (str(site.python.with_name("mlserver")), "start", str(site.folder))
        return Launch(command, around(site.graph), site.folder)

    return launch


MLSERVER = Server("MLServer, no pool", launcher(parallel_workers=0), FORMS, "mlserver", PACKAGES)
MLSERVER_DEFAULT = Server("MLServer, default", launcher(), FORMS, "mlserver", PACKAGES)
