"""The training image: any user, no network, nothing written but the repository."""

from __future__ import annotations

import pytest

from models.repository import Repository

pytestmark = pytest.mark.e2e


def test_a_user_of_any_number_trains_on_mounted_data_into_a_mounted_repository(
    docker, training_image, tmp_path
):
    repository = tmp_path / "repository"
    repository.mkdir()
    repository.chmod(0o777)
    rows = "\n".join(f"{20 + number % 7},{100 + number % 5},{number % 3}" for number in range(400))
    (tmp_path / "pump.csv").write_text(f"temperature,pressure,flow\n{rows}\n")

    docker(
        *("run", "--rm", "--user", "4242:4242", "--read-only", "--tmpfs", "/tmp", "--network", "none"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--volume", f"{tmp_path}/pump.csv:/data/pump.csv:ro"),
        *("--volume", f"{repository}:/var/lib/offbeat/repository"),
        *(training_image, "train", "/data/pump.csv", "--epochs", "2"),
        timeout=300,
    )

    reference = Repository(repository).resolve("pump")
    assert reference.version == 1
    assert Repository(repository).open(reference).manifest.training.data == "pump.csv"
