import json
import subprocess
import sys

import pytest
import torch

from benchmarks.quick import ROOT


def run(*options):
    command = [sys.executable, "-m", "benchmarks.gpu", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_what_a_gpu_is_asked_runs_in_small_without_one():
    done = run("--dry")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["dry"] and found["device"].startswith("CPU")
    assert found["tests"]["tests"] > 10
    assert torch.cuda.is_available() or found["tests"]["skipped"] == found["tests"]["tests"]
    assert found["engine"][0]["milliseconds"].keys() >= {"ours", "torch", "loop"}
    assert found["graphs"]["writing"]["plain"] > 0
    assert found["graphs"]["forecasting"].keys() == {"plain"}
    assert found["presets"]["generation"]["steps"] == 3
    assert found["presets"]["generation"]["best_baseline"][1] > 0
    assert found["long"]["generation"]["steps"] == 2


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_without_a_gpu_it_says_so():
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "No NVIDIA GPU" in done.stderr
