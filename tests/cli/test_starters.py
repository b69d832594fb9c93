"""Starters in the shell and from Python: used by their id, changed by nobody."""

import json
import shutil

import pytest

from core import load
from core.api import find_run, resume
from core.config.errors import ConfigError
from core.config.limits import Settings
from tests.cli.lines import objects


@pytest.fixture
def starter(trained, tmp_path, monkeypatch):
    """A starter's folder, as it comes with Unroll."""
    made = trained("sentiment")
    (made / "last.pt").unlink()
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", tmp_path / "starters")
    return shutil.move(made, tmp_path / "starters" / made.name)


def test_a_starter_is_used_by_its_id_and_no_list_shows_it(shell, starter):
    code, text, err = shell("predict", starter.name, "--text", "I like the cat", "--json")
    assert code == 0, err
    assert objects(text) == load(starter.name).predict(["I like the cat"])
    assert find_run(starter.name) == starter
    assert shell("runs", "list") == (0, "", "")
    assert json.loads(shell("runs", "gc", "--max-bytes", "0", "--json")[1])["removed"] == []
    assert starter.exists()


@pytest.mark.parametrize("action", ["stop", "resume", "delete"])
@pytest.mark.parametrize("name", ["its id", "its folder", "a link to its folder"])
def test_the_shell_changes_no_starter(shell, starter, tmp_path, action, name):
    (tmp_path / "link").symlink_to(starter)
    before = {path.name: path.stat().st_mtime_ns for path in starter.iterdir()}
    run = {"its id": starter.name, "its folder": starter, "a link to its folder": tmp_path / "link"}[name]
    code, out, err = shell("runs", action, run)
    assert (code, out) == (2, "")
    assert err == (
        f"run: expected a run of yours, got '{starter.name}', a starter that comes with Unroll. "
        "Fork it to have one of your own.\n"
    )
    assert {path.name: path.stat().st_mtime_ns for path in starter.iterdir()} == before


def test_python_resumes_no_starter(starter):
    for run in (starter.name, starter):
        with pytest.raises(ConfigError, match="a starter that comes with Unroll"):
            resume(run)
    assert not list(Settings().runs_dir.glob("*/last.pt"))
