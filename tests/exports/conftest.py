"""Runs to export: the starters, and small networks with other cells and options as they begin, with their data."""

import json
import re
import subprocess
import venv
from importlib.metadata import distribution

import pytest
import torch
from packaging.requirements import Requirement

from core.exports.folder import export
from core.jobs.folders import create_run
from core.jobs.starters import STARTERS_DIR, read_starters
from core.resolve import resolve
from core.tasks.registry import bind
from core.training.checkpoint import save_weights

SMALL = {"model.hidden_size": 7}
ALONE = """
import importlib.util, runpy, sys
found = [name for name in ("core", "ui", "streamlit", "pandas") if importlib.util.find_spec(name)]
assert not found, found
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
BEGUN = {"script": "network.py", "hub": "network.py", "onnx": "use.py"}


@pytest.fixture(scope="session")
def starter():
    """The folder of the starter of a task."""

    def found(task):
        return next(STARTERS_DIR / name for name, record in read_starters(STARTERS_DIR).items() if record.task == task)

    return found


@pytest.fixture
def small_run(tmp_path):
    """A run with these options whose weights are drawn at random, wide enough that every part of the network counts."""

    def made(task, **values):
        resolved = resolve(task, "quick", SMALL | {name.replace("__", "."): value for name, value in values.items()})
        bound = bind(resolved.experiment, resolved.prepared, torch.device("cpu"))
        directory = tmp_path / f"run {len(list(tmp_path.iterdir()))}"
        create_run(directory, resolved.experiment, versions={}, state="launched")
        generator = torch.Generator().manual_seed(3)
        weights = bound.model.state_dict()
        bound.model.load_state_dict(
            {name: torch.randn(one.shape, generator=generator) * 0.4 for name, one in weights.items()}
        )
        save_weights({name: one.clone() for name, one in bound.model.state_dict().items()}, directory)
        for name, content in bound.artifacts().items():
            (directory / name).write_text(content, encoding="utf-8")
        return directory

    return made


@pytest.fixture(scope="session")
def fresh_python(tmp_path_factory):
    """The Python of a new virtual environment that holds these libraries with what they need, and nothing else.

    They are links to the ones installed here: nothing is fetched, and what they do not name cannot be imported.
    """
    made = {}

    def python(*libraries):
        if libraries not in made:
            place = tmp_path_factory.mktemp("environment")
            venv.create(place, with_pip=False)
            packages = next(place.glob("**/site-packages"))
            for distribution in _with_needs(libraries):
                for top in {file.parts[0] for file in distribution.files or [] if ".." not in file.parts}:
                    link, target = packages / top, distribution.locate_file(top)
                    if not link.exists():
                        link.symlink_to(target)
            made[libraries] = next(place.glob("[bS]*/python*"))
        return made[libraries]

    return python


def _with_needs(libraries):
    """The distributions of these names and of all that they need without extras."""
    found, waiting = {}, list(libraries)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = distribution(name)
        needed = [Requirement(one) for one in found[name].requires or []]
        waiting += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found.values()


@pytest.fixture
def in_fresh_environment(tmp_path, fresh_python):
    """What a file of an export prints, line by line, begun elsewhere in an environment of the libraries that it says it needs."""
    made = {}

    def run(directory, format_, *arguments):
        folder = made.setdefault((directory, format_), tmp_path / f"{format_} {len(made)}")
        if not folder.exists():
            export(directory, format_, folder)
        path = folder / BEGUN[format_]
        needs = re.search(r"Needs (.+?),\s+and the files beside it", path.read_text(encoding="utf-8"))[1]
        ended = subprocess.run(
            [fresh_python(*re.split(", | and ", needs)), "-I", "-c", ALONE, str(path), *arguments],
            cwd="/", env={"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=250,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line) for line in ended.stdout.splitlines()]

    return run
