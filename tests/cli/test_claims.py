"""Claims in the shell: listed, measured, shown, and what cannot be."""

import subprocess
import sys

import pytest

from core.claims import store
from core.claims.registry import CLAIMS
from tests.cli.lines import objects


@pytest.fixture
def empty_store(tmp_path, monkeypatch):
    for function in (store.stored, store.save):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    return tmp_path


def test_without_an_id_all_claims_are_listed(shell, empty_store):
    code, text, _ = shell("claims", "--json")
    rows = objects(text)
    assert code == 0
    assert [row["claim"] for row in rows] == list(CLAIMS)
    assert all(row["says"] and row["verdict"] and row["stored"] == [] for row in rows)
    assert shell("claims")[1].count("Nothing is stored.") == len(CLAIMS)


def test_a_claim_is_measured_stored_and_shown(shell, empty_store):
    code, table, _ = shell("claims", "F11", "--processes", 1, "--seeds", 1)
    assert code == 0
    assert "parameters do not grow" in table and "1000 steps" in table
    assert not list(empty_store.iterdir())
    (row,) = objects(shell("claims", "F11", "--processes", 1, "--only", "100 steps", "--save", "--json")[1])
    assert {figure["task"] for figure in row["figures"]} == {"100 steps"}
    assert row["command"] == "python -m core claims F11 --seeds 3 --only '100 steps'"
    (again,) = objects(shell("claims", "F11", "--show", "--json")[1])
    assert again == row
    assert "100 steps" in shell("claims", "F11", "--show")[1]
    assert shell("claims")[1].count("Nothing is stored.") == len(CLAIMS) - 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["F99"], "claim: expected one of F1, "),
        (["F11", "F99", "--show"], "got 'F99'"),
        (["F11", "--seeds", 0], "seeds: expected 1 or more, got 0"),
        (["F11", "--processes", -1], "processes: expected 1 or more, got -1"),
        (["F11", "--only", "nothing"], "only: expected a part of 10 steps, 100 steps, 1000 steps, got 'nothing'"),
    ],
)
def test_what_cannot_be_measured_is_refused(words, message, shell):
    code, _, err = shell("claims", *words)
    assert code == 2
    assert message in err


def test_showing_loads_no_torch():
    code = (
        "import sys\n"
        "from core.cli import main\n"
        "try: main(['claims', 'F11', '--show'])\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
