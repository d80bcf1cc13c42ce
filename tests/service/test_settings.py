"""Every setting once: flag over environment over file over default."""

from __future__ import annotations

import pytest

from models.options import read_options
from service.cli import main
from service.settings import Settings


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "serve.toml"
    path.write_text("port = 1\nthreads = 2\nmax_rows = 3\n")
    return path


def test_flag_over_environment_over_file_over_default(monkeypatch, file):
    monkeypatch.setenv("OFFBEAT_THREADS", "20")
    monkeypatch.setenv("OFFBEAT_MAX_ROWS", "30")

    found = read_options(Settings, ["--config", str(file), "--max-rows", "300"], "offbeat serve")

    assert (found.max_rows, found.threads, found.port, found.host) == (300, 20, 1, "127.0.0.1")


def test_every_setting_is_in_the_help_with_words_of_its_own(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])

    shown = capsys.readouterr().out
    assert stopped.value.code == 0
    for name, field in Settings.model_fields.items():
        if name == "admin_key":  # flags are for everybody's eyes
            assert "--admin-key" not in shown
            continue
        assert f"--{name.replace('_', '-')}" in shown
        assert field.description


def test_a_key_is_never_shown():
    assert "a secret key" not in repr(Settings(admin_key="a secret key"))


@pytest.mark.parametrize(
    ("flags", "environment", "said"),
    [
        (["--port", "many"], {}, "--port: "),
        (["--port", "70000"], {}, "--port: "),
        (["--max-rows", "0"], {}, "--max-rows: "),
        ([], {"OFFBEAT_RECEIVE_SECONDS": "nan"}, "receive-seconds: "),
        ([], {"OFFBEAT_ADMIN_KEY": "short"}, "admin-key: "),
        (["--config", "no such file"], {}, "--config: "),
    ],
)
def test_a_wrong_setting_is_one_clear_line_that_names_it_and_2(capsys, monkeypatch, flags, environment, said):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as stopped:
        main(flags)

    shown = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said in shown
    assert shown.count("\n") == 1
    assert "short" not in shown  # a key is never shown
