import json

import pyarrow as pa
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.downloads import NotHere
from core.data.hub.choices import Choice, look_up
from core.data.hub.fetching import fetch_choice
from core.data.hub.files import find
from core.data.hub.parts import _named
from core.data.prepare import load_data, prepare
from tests.data.hub.hub_server import COPIES
from tests.data.hub.hub_sets import csv_rows, films, parquet, put_films


def test_a_fetched_set_is_read_with_its_parts_and_the_names_of_its_classes(hub, settings):
    put_films(hub)
    with pytest.raises(NotHere, match="datasets get hub:who/films"):
        find(Choice("who/films"), settings, Limits())
    found = fetch_choice(Choice("who/films"), settings, Limits())
    assert found.commit == hub.commit("who/films")
    dataset, fingerprint = load_data("labelled", DataConfig(source="hub", id="who/films"), settings, Limits())
    assert dataset.classes == ("grand", "poor")
    assert len(dataset.parts["train"]) + len(dataset.parts["validation"]) == 30
    assert len(dataset.parts["test"]) == 11
    assert dataset.texts[0] == "first film number 0"
    assert dataset.labels[0] == "poor"
    assert fingerprint == found.fingerprint
    assert any("'cast'" in note for note in dataset.notes), "what was left out is said"


def test_what_is_prepared_changes_with_the_set_on_the_hub(hub, settings):
    data = DataConfig(source="hub", id="who/rows", unit="word")
    hub.put("who/rows", {"train.csv": csv_rows("early")})
    before = fetch_choice(Choice("who/rows"), settings, Limits())
    assert prepare("labelled", data, settings, Limits()).texts["train"][0].startswith("early")
    hub.put("who/rows", {"train.csv": csv_rows("late")})
    after = fetch_choice(Choice("who/rows"), settings, Limits())
    assert before.fingerprint != after.fingerprint
    prepared = prepare("labelled", data, settings, Limits())
    assert prepared.fingerprint == after.fingerprint
    assert prepared.texts["train"][0].startswith("late")
    assert not before.paths[0].exists(), "the older state is removed"


def test_a_named_split_is_cut_by_the_shares(hub, settings):
    put_films(hub)
    fetch_choice(Choice("who/films", "plain", "test"), settings, Limits())
    data = DataConfig(source="hub", id="who/films", subset="plain", hub_split="test")
    dataset, _ = load_data("labelled", data, settings, Limits())
    assert len(dataset.texts) == 11
    assert dataset.parts == {}


def test_without_a_card_the_copies_of_the_hub_are_read_and_translations_become_columns(hub, settings):
    pairs = pa.table({"translation": [{"en": f"hello {i}", "de": f"hallo {i}"} for i in range(17)]})
    hub.put("opus", {"opus.py": b"raise SystemExit"})
    names = ("de-en/train/0000.parquet", "fr-en/partial-train/0000.parquet")
    hub.put("opus", {name: parquet(pairs) for name in names}, branch=COPIES)
    found = look_up("opus", settings, Limits())
    assert [subset.name for subset in found.subsets] == ["de-en", "fr-en"]
    assert [subset.splits[0].is_part for subset in found.subsets] == [False, True]
    with pytest.raises(ConfigError, match=r"data\.subset: expected one of 'de-en', 'fr-en', got none"):
        fetch_choice(Choice("opus"), settings, Limits())
    fetch_choice(Choice("opus", "de-en"), settings, Limits())
    data = DataConfig(source="hub", id="opus", subset="de-en", src_column="en", trg_column="de")
    dataset, _ = load_data("pairs", data, settings, Limits())
    assert (dataset.src[3], dataset.trg[3]) == ("hello 3", "hallo 3")


def test_without_card_and_copies_the_names_of_files_say_the_splits(hub, settings):
    lines = b"".join(
        json.dumps({"text": f"row {i}", "label": "ab"[i % 2], "ids": [i]}).encode() + b"\n" for i in range(23)
    )
    hub.put("who/lines", {"train.jsonl": lines, "dev.jsonl": lines.replace(b"row", b"other"), "LICENSE.txt": b"free"})
    found = look_up("who/lines", settings, Limits())
    assert [split.name for split in found.subsets[0].splits] == ["train", "validation"]
    fetch_choice(Choice("who/lines"), settings, Limits())
    dataset, _ = load_data("labelled", DataConfig(source="hub", id="who/lines"), settings, Limits())
    assert len(dataset.parts["validation"]) == 23
    assert any("'ids'" in note for note in dataset.notes)


def test_texts_are_joined(hub, settings):
    hub.put("who/book", {"train/1.txt": b"The first page.", "train/2.txt": b"The second page.\n" * 19})
    fetch_choice(Choice("who/book"), settings, Limits())
    dataset, _ = load_data("text", DataConfig(source="hub", id="who/book"), settings, Limits())
    assert dataset.text.startswith("The first page.\nThe second page.\n")


def test_one_delimited_file_stays_as_it_is_so_that_its_reading_can_be_corrected(hub, settings):
    content = b"day;level\n" + b"".join(b"%02d.03.2021;%d,5\n" % (day, day) for day in range(1, 32))
    hub.put("who/river", {"train.csv": content})
    found = fetch_choice(Choice("who/river"), settings, Limits())
    assert found.paths[0].read_bytes() == content
    dataset, _ = load_data("series", DataConfig(source="hub", id="who/river"), settings, Limits())
    assert dataset.frame["level"].iloc[0] == 1.5


def test_forecasting_reads_the_training_part_alone(hub, settings):
    rows = [
        b"day,level\n" + b"".join(b"2021-0%d-%02d,%d\n" % (month, day, day) for day in range(1, 29)) for month in (1, 2)
    ]
    hub.put("who/river", {"train.csv": rows[0], "test.csv": rows[1]})
    fetch_choice(Choice("who/river"), settings, Limits())
    dataset, _ = load_data("series", DataConfig(source="hub", id="who/river"), settings, Limits())
    assert len(dataset.frame) == 28
    assert any("only the training set" in note for note in dataset.notes)


def test_a_file_may_be_two_parts(hub, settings):
    splits = {"train": "train.csv", "validation": "held.csv", "test": "held.csv"}
    card = {"configs": [{"config_name": "default", "data_files": splits}]}
    hub.put("who/rows", {"train.csv": csv_rows("some"), "held.csv": csv_rows("held", 13)}, card)
    seen = []
    found = fetch_choice(Choice("who/rows"), settings, Limits(), seen.append)
    assert sorted(path.name for path in found.paths[0].glob("*.csv")) == ["test.csv", "train.csv", "validation.csv"]
    assert seen[-1].bytes == len(csv_rows("some") + csv_rows("held", 13))


def test_parts_of_other_columns_are_left_out(hub, settings):
    files = {
        "train.parquet": parquet(films("one", 21)),
        "test.parquet": parquet(films("two").rename_columns(["a", "b", "c"])),
    }
    hub.put("who/mixed", files)
    found = fetch_choice(Choice("who/mixed"), settings, Limits())
    assert found.paths[0].name == "train.parquet"
    assert any(note.startswith("test left out") for note in found.notes)


def test_a_number_of_a_class_that_there_cannot_be_is_no_name():
    names = ("poor", "grand")
    assert [_named(cell, names) for cell in ("1", "-1", "9" * 5_000, "--1", "so")] == ["grand", "", "", "--1", "so"]
