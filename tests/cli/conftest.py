"""Commands of the shell, carried out in the process of the test."""

import json
import shutil
import time
import uuid
from dataclasses import replace
from functools import cache

import pytest

from core import train
from core.cli import main
from core.config.limits import Settings
from core.jobs.record import read_record, write_record
from core.resolve import resolve


@pytest.fixture
def shell(capsys):
    """Runs a command in this process and returns exit code, standard output and standard error."""

    def run(*words):
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def options(tiny_values, own_files):
    """The words that train a tiny experiment of a task."""

    def make(task, changes=None):
        values = tiny_values(task, changes)
        places = values.pop("data.path")
        words = [word for place in places for word in ("--data", place)]
        return [*words, *(word for name, value in values.items()
                          for word in ("--set", f"{name}={'null' if value is None else json.dumps(value)}"))]  # fmt: skip

    return make


@pytest.fixture(scope="session")
def finished(tiny_values, tmp_path_factory):
    """The folder of a tiny run, trained once a task; to be copied, not changed."""
    runs = tmp_path_factory.mktemp("finished")

    @cache
    def make(task):
        return train(resolve(task, "quick", tiny_values(task)).experiment, out=runs / task)

    return make


@pytest.fixture
def trained(finished):
    """A finished run of a task, over just now: `trained("sentiment")` is a folder of its own."""

    def copy(task):
        directory = Settings().runs_dir / uuid.uuid4().hex
        shutil.copytree(finished(task), directory)
        write_record(directory, replace(read_record(directory), created=time.time()))
        return directory

    return copy
