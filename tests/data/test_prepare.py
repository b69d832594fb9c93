import dataclasses
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import TASKS
from core.config.limits import Settings
from core.data import cache
from core.data import prepare as prepare_module
from core.data.dataset import SPLITS, LabelledSet, PairSet, Rows
from core.data.prepare import is_prepared, prepare
from core.data.prepare_texts import prepare_labelled
from core.data.progress import quiet
from core.data.text import UNK
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
    fresh = prepare(task, own_data(task))
    assert is_prepared(task, own_data(task), Settings())
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: pytest.fail("it was on disk"))
    assert plain(prepare(task, own_data(task))) == plain(fresh)


@pytest.mark.parametrize("task", TASKS)
def test_preparing_twice_gives_the_same(task, own_data, tmp_path):
    first = prepare(task, own_data(task), Settings(state_dir=tmp_path / "a"))
    assert plain(first) == plain(prepare(task, own_data(task), Settings(state_dir=tmp_path / "b")))
    assert first.summary.task == task
    assert len(first.fingerprint) == 64


@pytest.mark.parametrize("task", KEPT)
@pytest.mark.parametrize("damage", ["cut", "empty", "missing", "foreign"])
def test_a_damaged_folder_is_made_anew(task, damage, own_data):
    fresh = plain(prepare(task, own_data(task)))
    (folder,) = folders(Settings())
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        else:
            path.write_bytes({"cut": content[: len(content) // 2], "empty": b"", "foreign": b"[1, 2]"}[damage])
        assert plain(prepare(task, own_data(task))) == fresh, path.name
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
print(prepare("sentiment", data).texts["train"][3])
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_processes_that_prepare_at_once_do_no_harm(damaged, tiny, tmp_path):
    experiment, settings = tiny("sentiment"), Settings()
    expected = prepare("sentiment", experiment.data)
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
    assert plain(cache.load("sentiment", folders(settings)[0])) == plain(expected)


def test_a_folder_that_appears_meanwhile_is_kept(own_data, monkeypatch, tmp_path):
    data, settings = own_data("sentiment"), Settings(state_dir=tmp_path / "state")
    load = prepare_module.load_data

    def load_while_another_finishes(*arguments):
        monkeypatch.setattr(prepare_module, "load_data", load)
        prepare("sentiment", data, settings)
        return load(*arguments)

    monkeypatch.setattr(prepare_module, "load_data", load_while_another_finishes)
    assert prepare("sentiment", data, settings).counts["train"] > 0
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
    first = prepare(task, own_data(task))
    second = prepare(task, own_data(task, changes))
    assert (plain(first) != plain(second)) == makes_anew
    assert len(folders(Settings())) == 1 + makes_anew


def test_a_file_that_changed_is_read_anew(own_data, own_files, tmp_path):
    path = tmp_path / "mine.tsv"
    text = Path(own_files["sentiment"][0]).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    changes = {"data.path": (str(path),)}
    before = prepare("sentiment", own_data("sentiment", changes))
    path.write_text(text.replace("hate", "loathe"), encoding="utf-8")
    after = prepare("sentiment", own_data("sentiment", changes))
    assert before.fingerprint != after.fingerprint
    assert any("loathe" in line for line in after.texts["train"])


def test_the_vocabulary_is_fitted_on_the_training_part_only(monkeypatch, own_data):
    labels = tuple("ab" * 30)
    dataset = LabelledSet(tuple(f"shared own{row}" for row in range(60)), labels, ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("sentiment", own_data("sentiment"))
    own = {name: [text.split()[1] for text in prepared.texts[name]] for name in SPLITS}
    assert all(UNK not in prepared.tokenizer.encode(word) for word in own["train"])
    assert all(UNK in prepared.tokenizer.encode(word) for word in own["validation"] + own["test"])


def test_both_vocabularies_of_a_translation_are_fitted_on_training_only(monkeypatch, own_data):
    pairs = PairSet(tuple(f"a in{row}" for row in range(60)), tuple(f"b out{row}" for row in range(60)))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (pairs, "0" * 64))
    prepared = prepare("translation", own_data("translation"))
    for tokenizer, texts in (
        (prepared.src_tokenizer, prepared.src_texts),
        (prepared.trg_tokenizer, prepared.trg_texts),
    ):
        assert all((UNK in tokenizer.encode(text)) == (name != "train") for name in SPLITS for text in texts[name])


def test_the_characters_of_a_text_are_fitted_on_its_training_part(own_files, own_data, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("abcd " * 100 + "xyz" * 15, encoding="utf-8")
    prepared = prepare("generation", own_data("generation", {"data.path": (str(path),)}))
    assert UNK not in prepared.ids["train"]
    assert UNK in prepared.ids["test"]


@pytest.fixture
def set_of(shared_settings):
    """A built-in set, prepared."""
    return lambda task, data_id: prepare(task, resolve_data(task, {"data.id": data_id}), shared_settings)


@pytest.mark.parametrize("data_id", ["reviews_made", "reviews"])
def test_no_text_stands_in_two_parts(data_id, set_of):
    texts = set_of("sentiment", data_id).texts
    found = [{" ".join(text.casefold().split()) for text in texts[name]} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert all(found)


@pytest.mark.parametrize("data_id", ["numbers", "dates", "everyday"])
def test_no_source_and_no_answer_stands_in_two_parts(data_id, set_of):
    prepared = set_of("translation", data_id)
    for texts in (prepared.src_texts, prepared.trg_texts):
        found = [set(texts[name]) for name in SPLITS]
        assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
        assert all(found)


@pytest.mark.parametrize("data_id", ["country_names", "language_names"])
def test_no_name_stands_in_two_parts(data_id, set_of):
    found = [set(set_of("generation", data_id).texts[name].splitlines()) for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_no_long_paragraph_of_the_documentation_stands_in_two_parts(set_of):
    texts = set_of("generation", "python_docs").texts
    found = [{part.strip() for part in texts[name].split("\n\n") if len(part.strip()) >= 80} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_texts_that_differ_by_case_or_spacing_count_once(monkeypatch, own_data):
    texts = (*(f"text {row}" for row in range(40)), "TEXT 3", " text  4 ")
    dataset = LabelledSet(texts, tuple("ab" * 21), ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("sentiment", own_data("sentiment"))
    assert sum(prepared.counts.values()) == 40
    assert "2 repeated texts dropped" in prepared.notes


def test_of_parts_that_overlap_the_test_part_keeps_its_texts(monkeypatch, own_data):
    texts = tuple(f"text {row % 20}" for row in range(40))
    parts = {"train": tuple(range(20)), "test": tuple(range(20, 30))}
    dataset = LabelledSet(texts, tuple("ab" * 20), ("a", "b"), parts)
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("sentiment", own_data("sentiment"))
    assert prepared.counts["test"] == 10
    assert prepared.counts["train"] + prepared.counts["validation"] == 10
    assert prepared.counts["validation"] >= 1
    assert not set(prepared.texts["train"]) & set(prepared.texts["test"])


def test_the_season_is_read_off_the_training_part(own_files, own_data, tmp_path):
    assert prepare("forecasting", own_data("forecasting")).summary.season == 4
    lines = Path(own_files["forecasting"][0]).read_text(encoding="utf-8").splitlines()
    path = tmp_path / "series.csv"
    flat = [re.sub(r",.*", ",1,1", line) for line in lines[85:]]
    path.write_text("\n".join([*lines[:85], *flat]) + "\n", encoding="utf-8")
    prepared = prepare("forecasting", own_data("forecasting", {"data.path": (str(path),)}))
    assert prepared.boundaries[0] == 84
    assert prepared.summary.season == 4, "whatever comes later"


def test_no_test_share_makes_an_empty_test_part(own_data):
    for task in TASKS:
        prepared = prepare(task, own_data(task, {"data.split": (0.8, 0.2, 0.0)}))
        assert prepared.counts["test"] == 0, task
        assert prepared.counts["validation"] > 0, task


def test_a_file_that_is_gone_is_an_error_even_when_it_was_prepared(own_data, own_files, tmp_path):
    path = tmp_path / "mine.tsv"
    shutil.copy(own_files["sentiment"][0], path)
    data = own_data("sentiment", {"data.path": (str(path),)})
    prepare("sentiment", data)
    path.unlink()
    with pytest.raises(ConfigError) as caught:
        prepare("sentiment", data)
    assert caught.value.problems[0].field == "data.path"


def test_texts_that_are_alike_once_normalized_count_once(monkeypatch, own_data):
    texts = (*(f"text é{row}" for row in range(40)), "TEXT e\u03013", "text e4")
    dataset = LabelledSet(texts, tuple("ab" * 21), ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    assert sum(prepare("sentiment", own_data("sentiment")).counts.values()) == 41
    assert sum(prepare("sentiment", own_data("sentiment", {"data.strip_accents": True})).counts.values()) == 40


def test_repeated_texts_are_counted_apart_by_where_they_stood(monkeypatch, own_data):
    texts = (*(f"text {row}" for row in range(20)), "text 0", "Text 1", "new 0", "new 1", "new 1")
    parts = {"train": tuple(range(20)), "validation": (20, 21), "test": (22, 23, 24)}
    dataset = LabelledSet(
        texts, (*tuple("ab" * 10), "a", "b", "a", "b", "b"), ("a", "b"), parts, rows=Rows(30, (("x", 5),))
    )
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("sentiment", own_data("sentiment"))
    assert prepared.counts == {"train": 18, "validation": 2, "test": 2}
    assert prepared.tally.repeated == {"within a part": 1, "across parts": 2}
    across = ("of training that stand in validation or test too", 2)
    assert prepared.tally.rows == Rows(30, (("x", 5), ("that repeat another", 1), across))
    assert prepared.tally.rows.kept == sum(prepared.counts.values())
    assert "2 texts of training that stand in validation or test too dropped" in prepared.notes


def test_in_given_parts_no_source_and_no_long_target_of_the_test_part_is_trained_on(monkeypatch, own_data):
    answer = "a sentence that is too long to stand in two places by chance"
    src = (*(f"in {row}" for row in range(20)), "in 3", "other", "third")
    trg = (*(f"out {row}" for row in range(18)), answer, "yes", "out", answer, "yes")
    dataset = PairSet(src, trg, {"train": tuple(range(20)), "test": (20, 21, 22)})
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("translation", own_data("translation"))
    assert prepared.counts["test"] == 3
    assert prepared.counts["train"] + prepared.counts["validation"] == 18
    trained = set(prepared.src_texts["train"] + prepared.src_texts["validation"])
    assert not trained & {"in 3", "in 18"}
    assert "in 19" in trained, "a short answer is the same by chance"
    assert prepared.tally.repeated == {"within a part": 0, "across parts": 2}
    assert any("with their target" in note for note in prepared.notes)


@given(
    st.lists(st.sampled_from([f"Text {number}" for number in range(30)] + ["text 3", " TEXT 4"]), min_size=30),
    st.booleans(),
)
def test_whatever_the_texts_no_test_text_stands_in_training(texts, is_divided):
    parts = {"train": tuple(range(10, len(texts))), "test": tuple(range(10))} if is_divided else {}
    dataset = LabelledSet(tuple(texts), tuple("ab"[row % 2] for row in range(len(texts))), ("a", "b"), parts)
    data = resolve_data("sentiment", {"data.path": ("x.csv",)})
    try:
        prepared = prepare_labelled(dataset, "0" * 64, data, quiet)
    except ConfigError:
        assert len({" ".join(text.casefold().split()) for text in texts}) < 20, "with many texts there are enough"
        return
    found = [{" ".join(text.casefold().split()) for text in prepared.texts[name]} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert prepared.tally.rows.kept == sum(prepared.counts.values())


def test_a_word_of_the_test_part_alone_is_not_merged_into_a_subword(own_data, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(
        "hat rat cat mat sat ratatat " * 60 + "\n" + "zzyzx xyzzy " * 20 + "hat tax zoo yak " * 3, encoding="utf-8"
    )
    changes = {"data.path": (str(path),), "data.unit": "subword", "data.split": (0.85, 0.05, 0.1)}
    prepared = prepare("generation", own_data("generation", changes))
    tokens = {prepared.tokenizer.token(place) for place in range(prepared.tokenizer.vocab_size)}
    assert "ratatat" in tokens, "training words are merged"
    assert "xyzzy" in prepared.texts["test"]
    assert not any("z" in token for token in tokens)


def test_texts_that_are_cut_are_counted(monkeypatch, own_data):
    texts = tuple(f"w{row} " + "more " * (row % 10) for row in range(60))
    dataset = LabelledSet(texts, tuple("ab" * 30), ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    tally = prepare("sentiment", own_data("sentiment", {"data.max_length": 8})).tally
    assert (tally.num_cut, tally.num_cut_tokens) == (12, 6 * 1 + 6 * 2)
    assert max(tally.lengths["text"]) == 10
    prepared = prepare("sentiment", own_data("sentiment", {"data.max_length": 8}))
    assert "12 texts cut to 8 tokens, 18 tokens fell off" in prepared.notes


@pytest.mark.parametrize(
    ("task", "changes", "seen"),
    [
        ("sentiment", {}, "anna"),
        ("sentiment", {"data.letter_case": "keep"}, "Anna"),
        ("generation", {}, "Anna"),
        ("generation", {"data.letter_case": "lower"}, "anna"),
        ("translation", {}, "Anna"),
        ("translation", {"data.letter_case": "lower"}, "anna"),
    ],
)
def test_letter_case_is_that_of_the_task_unless_chosen(task, changes, seen, own_data):
    prepared = prepare(task, own_data(task, changes))
    tokenizer = prepared.src_tokenizer if task == "translation" else prepared.tokenizer
    assert tokenizer.decode(tokenizer.encode("Anna").tolist()) == seen


def test_what_is_translated_is_scored_as_the_network_writes_it(own_data):
    prepared = prepare("translation", own_data("translation", {"data.letter_case": "lower"}))
    for texts, tokenizer in (
        (prepared.src_texts, prepared.src_tokenizer),
        (prepared.trg_texts, prepared.trg_tokenizer),
    ):
        for text in texts["test"]:
            assert UNK in tokenizer.encode(text) or tokenizer.decode(tokenizer.encode(text).tolist()) == text


def test_lines_of_a_text_stay_lines_in_small_letters(own_data):
    for unit in ("character", "word", "subword"):
        changes = {"data.letter_case": "lower", "data.unit": unit, "data.strip_accents": True}
        prepared = prepare("generation", own_data("generation", changes))
        ids = prepared.ids["train"].tolist()
        assert prepared.tokenizer.decode(ids) == prepared.texts["train"].lower()
        assert "\n" in prepared.tokenizer.decode(ids)


@pytest.mark.parametrize("task", TASKS)
def test_whoever_waits_is_told_what_is_done_and_how_far_it_is(task, own_data):
    told = []
    prepare(task, own_data(task), tell=lambda share, what: told.append((share, what)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    if task != "forecasting":
        stages = list(dict.fromkeys(what for _, what in told))
        known = ("Splitting", "Finding the vocabulary", "Reading as tokens", "Keeping it for the next time")
        assert [stage for stage in stages if stage in known] == list(known)


@pytest.mark.parametrize(
    ("texts", "labels", "parts", "field"),
    [
        (("same",) * 20, "ab" * 10, {}, "data.split"),
        (
            tuple(f"text {row % 10}" for row in range(20)),
            "ab" * 10,
            {"train": range(10), "test": range(10, 20)},
            "data.path",
        ),
        (
            (*(f"text {row}" for row in range(10)), *("same",) * 2, "same"),
            "a" * 10 + "bbb",
            {"train": range(12), "test": (12,)},
            "data.label_column",
        ),
        (("\u0301",) * 20, "ab" * 10, {}, "data.split"),
    ],
    ids=["one text", "all in test", "one class", "empty once normalized"],
)
def test_too_little_that_is_left_is_an_error_in_words(texts, labels, parts, field, monkeypatch, own_data):
    dataset = LabelledSet(texts, tuple(labels), ("a", "b"), {name: tuple(rows) for name, rows in parts.items()})
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    with pytest.raises(ConfigError) as caught:
        prepare("sentiment", own_data("sentiment", {"data.strip_accents": True}))
    assert [problem.field for problem in caught.value.problems] == [field]


def test_texts_that_are_empty_once_normalized_are_dropped_and_counted(monkeypatch, own_data):
    pairs = PairSet((*(f"in {row}" for row in range(60)), "\u0301"), (*(f"out {row}" for row in range(60)), "x"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (pairs, "0" * 64))
    prepared = prepare("translation", own_data("translation", {"data.strip_accents": True}))
    assert sum(prepared.counts.values()) == 60
    assert prepared.tally.rows == Rows(61, (("that are empty once normalized", 1),))
