"""Commands of the shell, carried out in the process of the test."""

import json

import pytest

from core.cli import main


@pytest.fixture(autouse=True)
def short_trainings(short_baseline):
    """Everything here trains, and little is asked of the simple methods."""


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
        places = values.pop("data.path", None) or (values.pop("data.id"),)
        words = [word for place in places for word in ("--data", place)]
        return [*words, *(word for name, value in values.items()
                          for word in ("--set", f"{name}={'null' if value is None else json.dumps(value)}"))]  # fmt: skip

    return make
