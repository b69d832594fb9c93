"""Weights and resume states on disk."""

import errno
import os

import pytest
import torch

from core.config import plain_files
from core.training.checkpoint import load_last, save_last

STATE = {"weights": torch.arange(70_000.0), "step": 7}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_is_an_error_of_the_disk_whatever_torch_makes_of_it(tmp_path, monkeypatch):
    save_last({"step": 3}, tmp_path)
    monkeypatch.setattr(plain_files, "open", lambda path, mode: open("/dev/full", "wb"), raising=False)  # noqa: SIM115
    with pytest.raises(OSError) as caught:
        save_last(STATE, tmp_path)
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert load_last(tmp_path) == {"step": 3}, "what was there before is untouched"


def test_a_state_comes_back_as_it_was(tmp_path):
    save_last(STATE, tmp_path)
    found = load_last(tmp_path)
    assert found["step"] == 7 and torch.equal(found["weights"], STATE["weights"])
