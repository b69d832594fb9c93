import numpy as np
import pandas as pd
import pytest

from core.applications import describe, one_a_task
from core.config.limits import Settings
from core.data import catalog
from core.data.dataset import ClipSet, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.downloads import is_here
from core.data.look import CELL_CHARACTERS, NUM_CHARACTERS, NUM_ROWS, look_at_series
from core.data.prepare import load_entry, prepare
from core.data.report import Overview, look_at, overview
from core.resolve import resolve_data

SPLIT = (0.6, 0.2, 0.2)


def test_a_series_shows_all_its_columns_and_where_its_parts_end():
    frame = pd.DataFrame({"rain": np.arange(35.0), "wind": np.full(35, np.nan)})
    look = look_at(SeriesSet(frame, ("rain",), units={"rain": "mm"}, notes=("mended",)), SPLIT)
    series = look.series
    assert (look.notes, series.target_columns, series.units) == (("mended",), ("rain",), {"rain": "mm"})
    assert (series.num_steps, series.ends, series.marks) == (35, (21, 28), {0: 0, 21: 21, 28: 28, 34: 34})
    assert series.points("rain") == (list(range(35)), list(range(35)))
    assert (series.lines["rain"].low, series.lines["rain"].high) == (0, 34)
    assert set(series.points("wind")[1]) == {None}
    assert (series.lines["wind"].low, series.lines["wind"].high) == (None, None)


def test_a_long_series_is_thinned_to_its_extremes_and_a_wide_one_further():
    values = np.sin(np.arange(50_000.0))
    values[[777, 40_001]] = 9, -9
    hours = pd.date_range("2001-01-01", periods=50_000, freq="h")
    frame = pd.DataFrame({"a": values, "b": np.arange(50_000.0)}, index=hours)
    series = look_at_series(SeriesSet(frame, ("a",)), (30_000, 40_000))
    time, drawn = series.points("a")
    assert len(drawn) <= 3_002
    assert (max(drawn), min(drawn)) == (9, -9)
    assert time[drawn.index(9)] == "2001-02-02T09:00"
    assert series.marks[49_999] == str(hours[-1])[:16].replace(" ", "T")
    assert series.labels == ()
    wide = pd.DataFrame(np.random.default_rng(3).normal(size=(9_000, 900)), columns=[f"c{i}" for i in range(900)])
    series = look_at_series(SeriesSet(wide, ("c1",)), (5_000, 7_000))
    assert sum(len(line.values) for line in series.lines.values()) <= 310_000


def test_only_a_small_series_tells_its_times_exactly():
    index = pd.date_range("2024-05-01T10:00:30", periods=3, freq="s")
    series = look_at_series(SeriesSet(pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=index), ("x",)), (2, 3))
    assert series.labels == ("2024-05-01T10:00:30", "2024-05-01T10:00:31", "2024-05-01T10:00:32")


def test_a_text_shows_its_beginning_and_items_from_everywhere():
    assert look_at(TextSet(text="abc " * 5_000), SPLIT).text == ("abc " * 5_000)[:NUM_CHARACTERS]
    assert look_at(TextSet(parts={"train": "read", "test": "not read"}), SPLIT).text == "read"
    items = look_at(TextSet(items=tuple(f"item {i}" for i in range(90))), SPLIT).text.splitlines()
    assert items == [f"item {i}" for i in range(0, 90, 10)]


def test_labelled_texts_show_each_class_and_long_cells_are_cut():
    texts, labels = tuple("x" * 999 for _ in range(50)), ("up",) * 49 + ("down",)
    columns = look_at(LabelledSet(texts, labels, ("down", "up")), SPLIT).columns
    assert columns["Label"] == ["down", "up", "up", "up", "up"]
    assert {len(text) for text in columns["Text"]} == {CELL_CHARACTERS}
    many = tuple(f"class {i}" for i in range(40))
    assert len(set(look_at(LabelledSet(many, many, many), SPLIT).columns["Label"])) == NUM_ROWS


def test_pairs_and_tagged_words_stand_side_by_side():
    columns = look_at(PairSet(("a", "b"), ("A", "B")), SPLIT).columns
    assert columns == {"Source": ["a", "b"], "Target": ["A", "B"]}
    sentences = (("Hi",), ("I", "saw", "a", "cat", "run", "off"))
    tags = (("INTJ",), ("PRON", "VERB", "DET", "NOUN", "VERB", "ADV"))
    columns = look_at(TaggedSet(sentences, tags, ("ADV",)), SPLIT).columns
    assert columns == {"Word": list(sentences[1]), "Tag": list(tags[1])}


def test_recordings_show_one_of_each_word():
    clips = tuple(np.full(7, number, np.int16) for number in range(4))
    sample = look_at(ClipSet(clips, ("1", "0", "1", "0"), ("0", "1", "2"), 8_000), SPLIT)
    assert {label: clip[0] for label, clip in sample.clips.items()} == {"0": 1, "1": 0}
    assert sample.sample_rate == 8_000


@pytest.mark.parametrize("entry", catalog.entries(), ids=lambda entry: entry.id)
def test_every_set_of_the_catalogue_that_is_here_can_be_looked_into(entry):
    if not is_here(entry, Settings()):
        pytest.skip(f"{entry.folder} is not in {Settings().data_dir}")
    data = catalog.usual_data(entry)
    sample = look_at(load_entry(entry, data, Settings()), data.split)
    held = (sample.text, sample.columns, sample.clips, sample.series)
    assert sum(bool(part) for part in held) == 1


@pytest.mark.parametrize("task", one_a_task())
def test_an_overview_of_prepared_data_is_small_and_says_what_it_is(task, tiny_values):
    data = resolve_data(task, tiny_values(task))
    prepared = prepare(describe(task).kind, data)
    found = overview(prepared, data)
    assert isinstance(found, Overview)
    assert (found.summary, found.fingerprint, found.notes) == (prepared.summary, prepared.fingerprint, prepared.notes)
    assert found.report.parts == prepared.counts
    if task == "forecasting":
        assert list(found.look.series.lines) == ["sales", "visits"]
    elif task == "generation":
        assert found.look.text == prepared.texts["train"][:NUM_CHARACTERS]
    else:
        columns = {
            "labelled": ["Label", "Text"],
            "pairs": ["Source", "Target"],
            "tagged": ["Word", "Tag"],
            "sequences": ["Sequence", "Answers"],
        }
        assert list(found.look.columns) == columns[describe(task).kind]
