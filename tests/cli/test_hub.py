import json
import shlex

import pytest

from core.config.experiment import DataConfig
from core.config.limits import Settings
from core.data.download_queue import hub_key
from core.data.hub.choices import Choice
from core.resolve import command_line, resolve
from tests.data.hub.hub_server import HubServer, status

ROWS = ("words,mood\n" + "".join(f"sentence number {i},{('up', 'down')[i % 2]}\n" for i in range(60))).encode()
CARD = {
    "license": "mit",
    "configs": [{"config_name": name, "data_files": f"{name}.csv"} for name in ("first", "second")],
}


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A Hub on this machine with one data set, and the variables that lead there."""
    server = HubServer()
    server.put("who/moods", {"first.csv": ROWS, "second.csv": ROWS.replace(b"sentence", b"line")}, CARD)
    monkeypatch.setenv("UNROLL_HUB_ENDPOINT", server.address)
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "state"))
    yield server
    server.close()


def test_a_data_set_of_the_hub_is_shown_with_its_licence_subsets_and_splits(hub, shell):
    code, out, _ = shell("datasets", "list", "hub:who/moods", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["id"], found["licence"], found["default_subset"]) == ("hub:who/moods", "mit", None)
    assert next((row["subset"], row["split"], row["bytes"]) for row in found["splits"]) == ("first", "train", len(ROWS))
    code, out, _ = shell("datasets", "list", "hub:who/moods")
    assert (code, "licence: mit" in out, "second: train" in out) == (0, True, True)


def test_training_says_how_to_fetch_it_and_fetches_nothing_by_itself(hub, shell):
    code, _, err = shell("train", "sentiment", "--data", "hub:who/moods", "--set", "data.subset=first")
    assert code == 2
    assert "datasets get hub:who/moods --subset first" in err
    assert not hub.asked


def test_what_was_fetched_is_trained_on(hub, shell, tmp_path):
    code, out, _ = shell("datasets", "get", "hub:who/moods", "--subset", "second", "--json")
    assert (code, json.loads(out.splitlines()[-1])["licence"]) == (0, "mit")
    words = ["--set", "data.subset=second", "--set", "training.max_steps=3", "--set", "model.hidden_size=5"]
    code, out, err = shell("train", "sentiment", "--data", "hub:who/moods", *words, "--out", tmp_path / "run", "--json")
    assert code == 0, err
    assert json.loads(out.splitlines()[-1])["event"] == "result"


def test_the_command_line_of_a_set_of_the_hub_asks_for_the_same(hub, shell):
    assert shell("datasets", "get", "hub:who/moods", "--subset", "first")[0] == 0
    values = {"data.source": "hub", "data.id": "who/moods", "data.subset": "first"}
    resolved = resolve("sentiment", "quick", values, Settings())
    words = shlex.split(command_line(resolved.experiment, resolved.start))
    assert words[words.index("--data") + 1] == "hub:who/moods"
    assert "data.subset=first" in words


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("datasets", "get", "hub:../up"), 2, "owner/name"),
        (("datasets", "get", "hub:who/nothing"), 2, "everybody may read"),
        (("datasets", "get", "hub:who/moods"), 2, "data.subset"),
        (("datasets", "get", "hub:who/moods", "--subset", "third"), 2, "'third'"),
        (("datasets", "get", "hub:who/moods", "--subset", "first", "--split", "dev"), 2, "'dev'"),
        (("datasets", "get", "sst2", "--subset", "first"), 2, "hub:owner/name"),
        (("datasets", "list", "hub:who/down"), 1, "answers 503"),
    ],
)
def test_what_cannot_be_is_said_without_a_traceback(hub, shell, words, code, said):
    hub.ways["/api/datasets/who/down"] = [status(503)]
    found, _, err = shell(*words)
    assert (found, said in err, "Traceback" in err) == (code, True, False)


def test_choices_differ_by_name():
    data = DataConfig(source="hub", id="a/b", subset="c", hub_split="d")
    assert hub_key(Choice.of(data)) == "hub:a/b|c|d"
    assert len({hub_key(choice) for choice in (Choice("a/b"), Choice("a/b", "c"), Choice("a/b", None, "c"))}) == 3
