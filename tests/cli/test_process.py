"""The shell as a process of its own: signals, exit codes, and how soon it answers."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.data import catalog
from tests.cli.lines import objects

ROOT = Path(__file__).resolve().parents[2]


SCRIPT = [sys.executable, "-m", "core"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_training_and_keeps_what_was_learned(number, options, tmp_path):
    out = tmp_path / "run"
    words = [
        "train",
        "sentiment",
        *options("sentiment", {"training.max_steps": 1_000_000}),
        "--out",
        str(out),
        "--json",
    ]
    process = subprocess.Popen([*SCRIPT, *words], cwd=ROOT, stdout=-1, stderr=-1, text=True)
    first = process.stdout.readline()
    assert json.loads(first)["step"] == 1
    process.send_signal(number)
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    result = objects(rest)[-1]
    assert result["event"] == "result"
    assert 0 < result["steps"] < result["total_steps"] == 1_000_000
    assert result["validation"]["accuracy"] is not None
    assert json.loads((out / "status.json").read_text())["state"] == "stopped"
    assert (out / "best.safetensors").exists()
    assert (out / "last.pt").exists()


def test_the_shell_as_it_is_called(own_files, tmp_path):
    def run(*words, **variables):
        return subprocess.run(
            [*SCRIPT, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, **variables}
        )

    listed = run("datasets", "--json")
    assert listed.returncode == 0
    assert len(objects(listed.stdout)) == len(catalog.entries())
    bad = run("train", "sentiment", "--set", "model.hidden_size=-3", "--data", "nothing")
    assert bad.returncode == 2
    assert bad.stdout == ""
    assert "Traceback" not in bad.stderr
    assert re.match(r"data\.path: expected .*\n", bad.stderr)
    helped = run("train", "--help", COLUMNS="200")
    assert helped.returncode == 0
    assert "--max-seconds" in helped.stdout


def test_the_shell_answers_before_torch_is_there():
    code = """
import sys
from core.cli import main
try:
    main(["datasets"])
except SystemExit:
    print("torch" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.stdout.splitlines()[-1] == "False", ended.stderr
