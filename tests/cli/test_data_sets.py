import pytest

from core.applications import APPLICATIONS
from core.config.limits import Settings
from core.data import catalog
from core.data.downloads import is_here
from tests.cli.lines import objects


def test_data_sets_are_listed(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path / "empty"))
    code, text, _ = shell("datasets", "--json")
    rows = objects(text)
    assert code == 0
    assert [(row["kind"], row["id"]) for row in rows] == [(entry.kind, entry.id) for entry in catalog.entries()]
    assert all((row["task"] in APPLICATIONS) == (row["coming"] is None) for row in rows)
    assert all({"title", "source", "licence", "made", "available", "count"} <= set(row) for row in rows)
    assert [row["available"] for row in rows] == [not entry.files for entry in catalog.entries()]
    assert not any(row["count"] for row in rows if not row["available"])
    code, text, _ = shell("datasets")
    assert len(text.splitlines()) == len(rows)
    assert sum("(made)" in line for line in text.splitlines()) == sum(row["made"] for row in rows)
    assert sum("to be fetched" in line for line in text.splitlines()) == sum(not row["available"] for row in rows)
    assert not (tmp_path / "empty").exists()


def test_a_set_that_is_here_is_loaded_and_counted_when_it_is_named(shell):
    entry = next(entry for entry in catalog.entries() if entry.id == "makemore_names")
    if not is_here(entry, Settings()):
        pytest.skip("makemore_names is not in UNROLL_DATA_DIR")
    (listed,) = [row for row in objects(shell("datasets", "--json")[1]) if row["id"] == entry.id]
    code, text, _ = shell("datasets", "list", entry.id, "--json")
    (shown,) = objects(text)
    assert code == 0
    assert listed["available"]
    assert listed["count"] == shown["count"] == 32_033
    assert [file["url"] for file in shown["files"]] == [file.url for file in entry.files]


def test_a_built_in_set_is_counted_and_not_fetched(shell):
    (shown,) = objects(shell("datasets", "list", "nile", "--json")[1])
    assert (shown["count"], shown["count_of"], shown["files"]) == (100, "years", [])
    assert "built in" in shell("datasets", "get", "nile")[1]
    assert "count: 100" in shell("datasets", "list", "nile")[1]


def test_a_set_that_cannot_be_reached_is_a_failure_with_its_licence_and_advice(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path / "data"))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    code, text, err = shell("datasets", "get", "trec")
    assert (code, text) == (1, "")
    assert "licence:" in err
    assert "could not be reached" in err
    assert "UNROLL_DATA_DIR" in err


@pytest.mark.parametrize(
    ("variables", "words", "field"),
    [
        ({}, ["get"], "data.id"),
        ({}, ["get", "nothing"], "data.id"),
        ({}, ["list", "nothing"], "data.id"),
        ({}, ["fetch", "trec"], "action"),
        ({"UNROLL_DOWNLOADS": "off"}, ["get", "trec"], "data.id"),
        ({"UNROLL_DOWNLOADS": "list", "UNROLL_DOWNLOAD_IDS": "sst2, sst5"}, ["get", "trec"], "data.id"),
        ({"UNROLL_DOWNLOADS": "list"}, ["get", "trec"], "UNROLL_DOWNLOAD_IDS"),
        ({"UNROLL_DOWNLOAD_IDS": "trec"}, ["get", "trec"], "UNROLL_DOWNLOAD_IDS"),
        ({"UNROLL_DOWNLOADS": "perhaps"}, ["get", "trec"], "UNROLL_DOWNLOADS"),
        ({"UNROLL_MAX_DOWNLOAD_BYTES": "1000"}, ["get", "trec"], "data.id"),
    ],
)
def test_what_is_not_fetched_names_its_field(variables, words, field, shell, tmp_path, monkeypatch):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path / "data"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, text, err = shell("datasets", *words)
    assert (code, text) == (2, "")
    assert err.startswith(f"{field}:")
    assert not (tmp_path / "data").exists()
