"""What is said of texts that are cut and of classes that are far from balanced, on the page as in the shell."""

import json

import numpy as np
import pytest

from core.applications import describe
from core.data import cache
from core.data import prepare as prepare_module
from core.data.dataset import LabelledSet, PairSet
from core.data.prepare import prepare
from core.data.remarks import class_remarks, cut_remark
from core.data.report import reading_of, report, warnings_of
from core.resolve import resolve_data


def test_a_few_cut_texts_are_told_and_no_warning():
    lengths = {"text": np.array([3] * 40 + [9] * 10)}
    assert cut_remark(lengths, 7) == ("10 texts cut to 7 tokens, 20 tokens fell off", False)
    assert cut_remark(lengths, 9) == ("", False)


def test_more_than_a_fifth_is_a_warning_with_the_length_that_keeps_nearly_all():
    lengths = np.array([3] * 50 + [20] * 44 + [21] * 2 + [900] * 4)  # of a hundred, 96 have at most 21
    remark, is_warning = cut_remark({"text": lengths}, 7)
    assert is_warning
    assert remark.startswith("50% of the texts are longer than data.max_length=7")
    assert "50 texts cut" in remark
    assert f"{44 * 13 + 2 * 14 + 4 * 893:,} tokens fell off" in remark
    assert "data.max_length=21 would keep 95% of them whole" in remark
    assert (lengths <= 21).mean() >= 0.95 > (lengths <= 20).mean()


def test_one_side_of_pairs_that_is_cut_is_named():
    lengths = {"source": np.full(60, 4), "target": np.array([4] * 44 + [11] * 16)}
    remark, is_warning = cut_remark(lengths, 8)
    assert is_warning
    assert remark.startswith("27% of the target texts are longer than data.max_length=8")
    assert "data.max_length=11 " in remark


@pytest.fixture
def prepared_of(monkeypatch, tiny_values):
    def make(task, dataset, changes):
        monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
        data = resolve_data(task, tiny_values(task, changes))
        return prepare(describe(task).kind, data), data

    return make


@pytest.mark.parametrize("task", ["sentiment", "translation"])
def test_the_warning_is_a_note_and_stays_one_on_disk(task, prepared_of, tmp_path):
    texts = tuple(f"w{row} " + "more " * (2 + row % 9) for row in range(60))
    dataset = LabelledSet(texts, tuple("ab" * 30), ("a", "b")) if task == "sentiment" else PairSet(texts, texts[::-1])
    prepared, data = prepared_of(task, dataset, {"data.max_length": 5})
    (warning,) = warnings_of(prepared)
    assert warning in prepared.notes
    assert "data.max_length=" in warning.split(";")[1]
    assert report(prepared, data).warnings == (warning,)
    assert warning in json.loads(json.dumps(reading_of(prepared)))["notes"]
    cache.save(prepared, tmp_path / "kept")
    again = cache.load(type(prepared), tmp_path / "kept")
    assert (again.notes, warnings_of(again)) == (prepared.notes, (warning,))


def test_classes_that_are_nearly_everything_or_hardly_there_are_named():
    (remark,) = class_remarks({"<b>ham</b>": 900, "spam": 100})
    assert remark.startswith("90% of the texts are '<b>ham</b>'")
    assert "macro F1" in remark
    (remark,) = class_remarks({"good": 80, "bad": 70, "odd": 9})
    assert remark == "fewer than 10 texts, too few to learn from: 'odd'"
    assert class_remarks({"good": 80, "bad": 70}) == class_remarks({}) == []


def test_remarks_on_classes_are_notes_of_the_reading(prepared_of):
    texts = tuple(f"text number {row}" for row in range(100))
    labels = tuple("b" if row < 8 else "a" for row in range(100))
    prepared, _ = prepared_of("sentiment", LabelledSet(texts, labels, ("a", "b")), {})
    assert any(note.startswith("92% of the texts are 'a'") for note in prepared.notes)
    assert "fewer than 10 texts, too few to learn from: 'b'" in prepared.notes
