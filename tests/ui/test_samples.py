import numpy as np
import pandas as pd
import pytest

from core.config.limits import Settings
from core.data import catalog
from core.data.dataset import ClipSet, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.downloads import is_here
from core.data.prepare import load_entry
from ui.charts.waveform import MAX_POINTS, waveform
from ui.samples import CELL_CHARACTERS, NUM_CHARACTERS, NUM_ROWS, take_sample, usual_data

SPLIT = (0.6, 0.2, 0.2)


def test_a_series_shows_its_first_target_and_where_its_parts_end():
    frame = pd.DataFrame({"rain": np.arange(35.0), "wind": np.full(35, np.nan)})
    sample = take_sample(SeriesSet(frame, ("rain",), units={"rain": "mm"}, notes=("mended",)), SPLIT)
    assert (sample.kind, sample.name, sample.unit, sample.ends, sample.notes) == (
        "series",
        "rain",
        "mm",
        (21, 28),
        ("mended",),
    )
    assert sample.values.tolist() == list(range(35))


def test_a_text_shows_its_beginning_and_items_from_everywhere():
    assert take_sample(TextSet(text="abc " * 5_000), SPLIT).text == ("abc " * 5_000)[:NUM_CHARACTERS]
    assert take_sample(TextSet(parts={"train": "read", "test": "not read"}), SPLIT).text == "read"
    items = take_sample(TextSet(items=tuple(f"item {i}" for i in range(90))), SPLIT).text.splitlines()
    assert items == [f"item {i}" for i in range(0, 90, 10)]


def test_labelled_texts_show_each_class_and_long_cells_are_cut():
    texts, labels = tuple("x" * 999 for _ in range(50)), ("up",) * 49 + ("down",)
    columns = take_sample(LabelledSet(texts, labels, ("down", "up")), SPLIT).columns
    assert columns["Label"] == ["down", "up", "up", "up", "up"]
    assert {len(text) for text in columns["Text"]} == {CELL_CHARACTERS}
    many = tuple(f"class {i}" for i in range(40))
    assert len(set(take_sample(LabelledSet(many, many, many), SPLIT).columns["Label"])) == NUM_ROWS


def test_pairs_and_tagged_words_stand_side_by_side():
    columns = take_sample(PairSet(("a", "b"), ("A", "B")), SPLIT).columns
    assert columns == {"Source": ["a", "b"], "Target": ["A", "B"]}
    sentences = (("Hi",), ("I", "saw", "a", "cat", "run", "off"))
    tags = (("INTJ",), ("PRON", "VERB", "DET", "NOUN", "VERB", "ADV"))
    columns = take_sample(TaggedSet(sentences, tags, ("ADV",)), SPLIT).columns
    assert columns == {"Word": list(sentences[1]), "Tag": list(tags[1])}


def test_recordings_show_one_of_each_word():
    clips = tuple(np.full(7, number, np.int16) for number in range(4))
    sample = take_sample(ClipSet(clips, ("1", "0", "1", "0"), ("0", "1", "2"), 8_000), SPLIT)
    assert {label: clip[0] for label, clip in sample.clips.items()} == {"0": 1, "1": 0}
    assert sample.sample_rate == 8_000


@pytest.mark.parametrize("number", [1, 5, 20_000])
def test_a_waveform_has_few_points_and_reaches_as_far_as_the_samples(number):
    samples = np.zeros(number, np.int16)
    samples[number // 2] = -16_384
    chart = waveform(samples, 8_000, "<b>7</b>", dark=False)
    assert len(chart.figure.data[0].y) <= MAX_POINTS
    assert min(chart.figure.data[0].y) == -0.5
    assert "loudest at 50% of full scale" in chart.alt


@pytest.mark.parametrize("entry", catalog.entries(), ids=lambda entry: entry.id)
def test_every_set_of_the_catalogue_that_is_here_can_be_looked_into(entry):
    if not is_here(entry, Settings()):
        pytest.skip(f"{entry.folder} is not in {Settings().data_dir}")
    data = usual_data(entry)
    sample = take_sample(load_entry(entry, data, Settings()), data.split)
    held = (sample.text, sample.columns, sample.clips, sample.values is not None and len(sample.values))
    assert sum(bool(part) for part in held) == 1
