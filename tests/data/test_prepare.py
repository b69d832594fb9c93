"""What is prepared is kept on disk under its content and the data section, and made anew when either changes."""

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.applications import describe, one_a_task
from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data import cache
from core.data import prepare as prepare_module
from core.data.kinds import kind_of
from core.data.prepare import is_prepared, load_data, prepare
from core.data.prepared import PreparedLabelled
from core.resolve import resolve_data

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("generation", "sentiment", "translation")


@pytest.fixture
def own_data(tiny_values):
    """The data section of a visitor's files."""
    return lambda task, changes=None: resolve_data(task, tiny_values(task, changes))


def plain(value):
    """A prepared set as values that can be compared."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields if field.name != "series"}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.tolist())
    return value.to_json() if hasattr(value, "to_json") else value


def folders(settings):
    return list((settings.state_dir / "prepared").iterdir())


@pytest.mark.parametrize("task", KEPT)
def test_data_from_disk_equals_freshly_prepared_data(task, own_data, monkeypatch):
    fresh = prepare(describe(task).kind, own_data(task))
    assert is_prepared(describe(task).kind, own_data(task), Settings())
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: pytest.fail("it was on disk"))
    assert plain(prepare(describe(task).kind, own_data(task))) == plain(fresh)


@pytest.mark.parametrize("task", one_a_task())
def test_preparing_twice_gives_the_same(task, own_data, tmp_path):
    first = prepare(describe(task).kind, own_data(task), Settings(state_dir=tmp_path / "a"))
    assert plain(first) == plain(prepare(describe(task).kind, own_data(task), Settings(state_dir=tmp_path / "b")))
    assert first.summary.kind == describe(task).kind
    assert len(first.fingerprint) == 64


@pytest.mark.parametrize("task", KEPT)
@pytest.mark.parametrize("damage", ["cut", "empty", "missing", "foreign"])
def test_a_damaged_folder_is_made_anew(task, damage, own_data):
    fresh = plain(prepare(describe(task).kind, own_data(task)))
    (folder,) = folders(Settings())
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes({"cut": content[: len(content) // 2], "empty": b"", "foreign": b"[1, 2]"}[damage])
        assert plain(prepare(describe(task).kind, own_data(task))) == fresh, path.name
        assert path.read_bytes()[:1] == content[:1], "and is whole again"
    assert [path.name for path in folders(Settings())] == [folder.name], "nothing else is left behind"


RACER = """
import sys, time
from pathlib import Path
from core.config.experiment import Experiment
from core.data.prepare import prepare
data = Experiment.from_yaml(sys.stdin.read()).data
print("ready", flush=True)
while not Path(sys.argv[1]).exists():
    pass
print(prepare("labelled", data).texts["train"][3])
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_processes_that_prepare_at_once_do_no_harm(damaged, tiny, tmp_path):
    experiment, settings = tiny("sentiment"), Settings()
    expected = prepare("labelled", experiment.data)
    if damaged:
        (folders(settings)[0] / "arrays.npz").write_bytes(b"PK")
    else:
        shutil.rmtree(settings.state_dir)
    go = tmp_path / "go"
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(go)], stdin=-1, stdout=-1, text=True, cwd=ROOT)
        for _ in range(3)
    ]
    for racer in racers:
        racer.stdin.write(experiment.to_yaml())
        racer.stdin.close()
        assert racer.stdout.readline() == "ready\n"
    go.touch()
    for racer in racers:
        assert racer.stdout.read().strip() == expected.texts["train"][3]
        racer.stdout.close()
        assert racer.wait() == 0
    assert len(folders(settings)) == 1
    assert plain(cache.load(PreparedLabelled, folders(settings)[0])) == plain(expected)


def test_a_folder_that_appears_meanwhile_is_kept(own_data, monkeypatch, tmp_path):
    data, settings = own_data("sentiment"), Settings(state_dir=tmp_path / "state")
    load = prepare_module.load_data

    def load_while_another_finishes(*arguments):
        monkeypatch.setattr(prepare_module, "load_data", load)
        prepare("labelled", data, settings)
        return load(*arguments)

    monkeypatch.setattr(prepare_module, "load_data", load_while_another_finishes)
    assert prepare("labelled", data, settings).counts["train"] > 0
    assert len(folders(settings)) == 1


@pytest.mark.parametrize(
    ("task", "changes", "makes_anew"),
    [
        ("sentiment", {"data.vocab_size": 10}, True),
        ("sentiment", {"data.split": [0.6, 0.2, 0.2]}, True),
        ("sentiment", {"data.max_length": 3}, True),
        ("translation", {"data.unit": "character"}, True),
        ("translation", {"training.seed": 5}, False),
        ("translation", {"model.hidden_size": 9, "training.batch_size": 2}, False),
    ],
)
def test_what_is_kept_depends_on_the_data_section_alone(task, changes, makes_anew, own_data):
    first = prepare(describe(task).kind, own_data(task))
    second = prepare(describe(task).kind, own_data(task, changes))
    assert (plain(first) != plain(second)) == makes_anew
    assert len(folders(Settings())) == 1 + makes_anew


def test_a_file_that_changed_is_read_anew(own_data, own_files, tmp_path):
    path = tmp_path / "mine.tsv"
    text = Path(own_files["labelled"][0]).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    changes = {"data.path": (str(path),)}
    before = prepare("labelled", own_data("sentiment", changes))
    path.write_text(text.replace("hate", "loathe"), encoding="utf-8")
    after = prepare("labelled", own_data("sentiment", changes))
    assert before.fingerprint != after.fingerprint
    assert any("loathe" in line for line in after.texts["train"])


def test_no_test_share_makes_an_empty_test_part(own_data):
    for task in one_a_task():
        prepared = prepare(describe(task).kind, own_data(task, {"data.split": (0.8, 0.2, 0.0)}))
        assert prepared.counts["test"] == 0, task
        assert prepared.counts["validation"] > 0, task


def test_a_file_that_is_gone_is_an_error_even_when_it_was_prepared(own_data, own_files, tmp_path):
    path = tmp_path / "mine.tsv"
    shutil.copy(own_files["labelled"][0], path)
    data = own_data("sentiment", {"data.path": (str(path),)})
    prepare("labelled", data)
    path.unlink()
    with pytest.raises(ConfigError) as caught:
        prepare("labelled", data)
    assert caught.value.problems[0].field == "data.path"


@pytest.mark.parametrize("task", one_a_task())
def test_whoever_waits_is_told_what_is_done_and_how_far_it_is(task, own_data):
    told = []
    prepare(describe(task).kind, own_data(task), tell=lambda share, what: told.append((share, what)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    if kind_of(describe(task).kind).is_kept:
        stages = list(dict.fromkeys(what for _, what in told))
        known = ("Splitting", "Finding the vocabulary", "Reading as tokens", "Keeping it for the next time")
        assert [stage for stage in stages if stage in known] == list(known)


def test_a_file_that_changes_while_it_is_read_is_not_kept_under_its_old_content(
    own_data, own_files, tmp_path, monkeypatch
):
    path = tmp_path / "mine.tsv"
    old = Path(own_files["labelled"][0]).read_text(encoding="utf-8")
    path.write_text(old, encoding="utf-8")
    data, load = own_data("sentiment", {"data.path": (str(path),)}), prepare_module.load_data

    def load_later(*arguments):
        path.write_text(old.replace("hate", "loathe"), encoding="utf-8")
        return load(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(prepare_module, "load_data", load_later)
        changed = prepare("labelled", data)
    assert any("loathe" in line for line in changed.texts["train"])
    path.write_text(old, encoding="utf-8")
    again = prepare("labelled", data)
    assert again.fingerprint != changed.fingerprint
    assert not any("loathe" in line for line in again.texts["train"])


@pytest.mark.parametrize("task", one_a_task())
def test_the_order_of_options_changes_nothing(task, tiny_values):
    values = {name: value for name, value in tiny_values(task).items() if name.startswith("data.")}
    values |= {"data.split": [0.7, 0.1, 0.2]} | ({"data.source": "file"} if "data.path" in values else {})
    first = prepare(describe(task).kind, resolve_data(task, values))
    again = prepare(describe(task).kind, resolve_data(task, dict(reversed(values.items()))))
    assert plain(first) == plain(again)
    assert not kind_of(describe(task).kind).is_kept or len(folders(Settings())) == 1


@pytest.mark.parametrize("task", [task for task in one_a_task() if describe(task).uses(("files",))])
@pytest.mark.parametrize(
    "change",
    [lambda text: text + text.splitlines()[-1] + "\n", lambda text: text.replace("1", "2").replace("a", "b", 1)],
)
def test_changed_data_has_another_fingerprint(task, change, own_data, own_files, tmp_path):
    paths = [tmp_path / Path(path).name for path in own_files[describe(task).kind]]
    for path, own in zip(paths, own_files[describe(task).kind], strict=True):
        shutil.copy(own, path)
    data = own_data(task, {"data.path": tuple(map(str, paths))})
    before = load_data(describe(task).kind, data, Settings(), Limits())[1]
    assert before == load_data(describe(task).kind, own_data(task), Settings(), Limits())[1], "wherever the files lie"
    paths[0].write_text(change(paths[0].read_text(encoding="utf-8")), encoding="utf-8")
    paths[-1].write_text(change(paths[-1].read_text(encoding="utf-8")), encoding="utf-8")
    assert load_data(describe(task).kind, data, Settings(), Limits())[1] != before
