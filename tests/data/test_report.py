import json

import numpy as np
import pytest

from core.applications import describe, one_a_task
from core.data import prepare as prepare_module
from core.data.dataset import SPLITS, LabelledSet, PairSet, Rows, TextSet
from core.data.prepare import prepare
from core.data.report import Vocabulary, reading_of, report
from core.resolve import resolve_data


@pytest.fixture
def reported(monkeypatch, tiny_values):
    """The report of a set as a source gives it, prepared with some choices."""

    def make(task, dataset, changes=None):
        monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
        data = resolve_data(task, tiny_values(task, changes))
        return report(prepare(describe(task).kind, data), data)

    return make


def test_texts_of_each_class_are_counted_by_part(reported):
    texts = tuple(f"text {row}" for row in range(50))
    labels = tuple("a" if row % 5 else "b" for row in range(50))
    found = reported("sentiment", LabelledSet(texts, labels, ("b", "a")))
    assert found.classes == {"b": (8, 1, 1), "a": (32, 4, 4)}
    assert found.parts == {"train": 40, "validation": 5, "test": 5}
    assert found.rows == Rows(50)
    assert found.repeated == {"within a part": 0, "across parts": 0}


def test_lengths_are_those_before_the_cut(reported):
    texts = tuple(f"w{row} " + "more " * (row % 10) for row in range(60))
    found = reported("sentiment", LabelledSet(texts, tuple("ab" * 30), ("a", "b")), {"data.max_length": 4})
    assert list(found.lengths) == ["text"]
    assert sum(found.lengths["text"].values()) == found.parts["train"]
    assert (found.max_length, found.num_cut) == (4, 36)
    assert set(found.lengths["text"]) <= set(range(1, 11))
    assert found.vocabularies["text"].num_unread == 0


def test_words_of_the_vocabulary_behind_the_cut_are_counted_apart(reported):
    texts = tuple(f"same same {'late' if row % 2 else 'more'} w{row}" for row in range(60))
    found = reported("sentiment", LabelledSet(texts, tuple("ab" * 30), ("a", "b")), {"data.max_length": 2})
    known = found.vocabularies["text"]
    assert known.num_unread == known.size - 4 - 1, "all but the special ones and one word stand behind the second"


def test_the_share_of_unknown_tokens_is_told_by_part(reported):
    dataset = TextSet(parts={"train": "ab" * 200, "validation": "abxx", "test": "xxxa"})
    found = reported("generation", dataset)
    assert found.vocabularies == {"text": Vocabulary(6, {"train": 0.0, "validation": 0.5, "test": 0.75})}
    assert found.vocabularies["text"].num_different == 2, "a and b; the signs stand in no text"
    assert (found.classes, found.lengths, found.max_length) == ({}, {}, None)


def test_a_part_without_tokens_has_no_share(reported):
    dataset = TextSet(parts={"train": "ab" * 200, "validation": "ab"})
    assert list(reported("generation", dataset).vocabularies["text"].unknown) == ["train", "validation"]


def test_a_translation_has_two_sides(reported):
    pairs = PairSet(tuple(f"a in{row}" for row in range(60)), tuple(f"b b out{row}" for row in range(60)))
    found = reported("translation", pairs)
    assert {side: set(lengths) for side, lengths in found.lengths.items()} == {"source": {2}, "target": {3}}
    assert list(found.vocabularies) == ["source", "target"]
    assert found.vocabularies["source"].unknown["test"] == 0.5
    assert found.vocabularies["target"].unknown["test"] == pytest.approx(1 / 3)
    assert found.vocabularies["target"].unknown["train"] == 0


@pytest.mark.parametrize("task", one_a_task())
def test_a_report_from_disk_is_that_of_fresh_data(task, tiny_values):
    data = resolve_data(task, tiny_values(task))
    first, second = report(prepare(describe(task).kind, data), data), report(prepare(describe(task).kind, data), data)
    assert first.rows == second.rows
    assert first.rows is not None
    assert first.rows.kept > 0
    assert set(first.parts) == set(SPLITS)
    assert (first.parts, first.classes, first.repeated) == (second.parts, second.classes, second.repeated)
    assert first.vocabularies == second.vocabularies
    assert first.lengths.keys() == second.lengths.keys()
    assert all(np.array_equal(first.lengths[side], second.lengths[side]) for side in first.lengths)
    if task == "forecasting":
        assert not (first.classes or first.lengths or first.vocabularies)


DAYS = [f"2021-03-{day:02d}" for day in range(1, 32)]


def test_of_series_below_each_other_the_reading_names_their_columns(tmp_path):
    file = tmp_path / "shops.csv"
    lines = [
        f"{day},{shop},{place * factor % 11}" for place, day in enumerate(DAYS) for shop, factor in (("x", 3), ("y", 5))
    ]
    file.write_text("\n".join(["when,shop,sold", *lines]), encoding="utf-8")
    found = reading_of(prepare("series", resolve_data("forecasting", {"data.path": (file,)})))
    assert (found["time_column"], found["series_column"], found["targets"]) == ("when", "shop", ["sold"])
    assert (found["series"], found["covariates"], found["frequency"]) == (2, [], "daily")
    assert (found["rows"], found["dropped"]) == (62, {})
    assert "2 series in 'shop', with values in 'sold'" in found["notes"]


def test_of_columns_side_by_side_the_reading_tells_what_is_forecast_and_what_is_read(tmp_path):
    file = tmp_path / "weather.csv"
    lines = [f"{day},{place * 7 % 13},{place * 4 % 9}" for place, day in enumerate(DAYS)]
    file.write_text("\n".join(["day,rain,wind", *lines, ",3,4"]), encoding="utf-8")
    values = {"data.path": (file,), "data.target_columns": ("wind",)}
    found = reading_of(prepare("series", resolve_data("forecasting", values)))
    assert (found["time_column"], found["series_column"], found["targets"]) == ("day", None, ["wind"])
    assert (found["series"], found["covariates"], found["rows"]) == (1, ["rain"], 32)
    assert sum(found["dropped"].values()) == 1


@pytest.mark.parametrize("task", one_a_task())
def test_a_reading_is_plain_json_and_from_disk_that_of_fresh_data(task, tiny_values):
    data = resolve_data(task, tiny_values(task))
    first, second = reading_of(prepare(describe(task).kind, data)), reading_of(prepare(describe(task).kind, data))
    assert json.loads(json.dumps(first)) == first == second
    assert first["rows"] > 0
    assert list(first["notes"]) == list(prepare(describe(task).kind, data).notes)


def test_pairs_tell_their_columns(tmp_path):
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(["number,English,Dutch", *(f"{k},cow {k},koe {k}" for k in range(30))]), encoding="utf-8")
    found = reading_of(prepare("pairs", resolve_data("translation", {"data.path": (file,)})))
    assert found["columns"] == {"src_column": "English", "trg_column": "Dutch"}
    assert found["rows"] == 30
    assert any("1 other column left out" in note for note in found["notes"])
