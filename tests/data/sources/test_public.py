"""The public sets, whole, where they are on this machine."""

import csv

import pytest

from core.applications import application_for
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Settings
from core.data import catalog
from core.data.dataset import SPLITS, ClipSet, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.downloads import NotHere, folder_of, is_here
from core.data.prepare import load_entry, prepare
from core.data.sources.public import pairs
from core.resolve import resolve_data

PUBLIC = [entry for entry in catalog.entries() if entry.files]
TRAINABLE = [entry for entry in PUBLIC if application_for(entry.kind, entry.id)]
SETS = {
    "series": SeriesSet, "text": TextSet, "labelled": LabelledSet, "pairs": PairSet,
    "tagged": TaggedSet, "clips": ClipSet,
}  # fmt: skip


def find(data_id):
    return next(entry for entry in PUBLIC if entry.id == data_id)


def data_of(entry, **values):
    """The data section that an entry is trained with."""
    if application_for(entry.kind, entry.id) is None:
        return DataConfig()
    task = application_for(entry.kind, entry.id)
    return resolve_data(task, {"data.id": entry.id, **{f"data.{name}": value for name, value in values.items()}})


def here(data_id):
    """The entry of a set whose files are on this machine; skips the test where they are not."""
    entry, settings = find(data_id), Settings()
    if not is_here(entry, settings):
        pytest.skip(f"{entry.folder} is not in {settings.data_dir}")
    return entry, settings


def loaded(data_id, **values):
    entry, settings = here(data_id)
    return load_entry(entry, data_of(entry, **values), settings)


@pytest.mark.parametrize("data_id", [entry.id for entry in PUBLIC])
def test_a_whole_set_has_as_many_items_as_it_states(data_id):
    entry, _ = here(data_id)
    dataset = loaded(data_id)
    assert isinstance(dataset, SETS[entry.kind])
    assert dataset.count == entry.items[0]
    rows = sorted(row for part in getattr(dataset, "parts", {}).values() for row in part)
    if rows:
        assert rows == list(range(len(rows)))


@pytest.mark.parametrize("data_id", [entry.id for entry in TRAINABLE if entry.id not in ("tatoeba_fra_eng", "cmudict")])
def test_a_whole_set_can_be_prepared_and_its_parts_share_nothing(data_id):
    entry, settings = here(data_id)
    prepared = prepare(entry.kind, data_of(entry), settings)
    assert min(prepared.counts.values()) > 0
    assert prepared.fingerprint == entry.fingerprint(data_of(entry))
    texts = getattr(prepared, "src_texts", None) or (getattr(prepared, "texts", {}) if entry.kind == "labelled" else {})
    seen = [" ".join(item.split()) for name in texts for item in set(texts[name])]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(("source", "target"), [("en", "fr"), ("fr", "en")])
def test_no_english_sentence_stands_in_two_parts_of_the_pairs(source, target):
    entry, settings = here("tatoeba_fra_eng")
    data = data_of(entry, src_language=source, trg_language=target, unit="character", vocab_size=300)
    prepared = prepare("pairs", data, settings)
    english = prepared.src_texts if source == "en" else prepared.trg_texts
    parts = [set(english[name]) for name in SPLITS]
    assert sum(map(len, parts)) == len(set.union(*parts)) > 90_000


def test_a_pronunciation_is_in_one_part_and_a_word_is_there_once():
    entry, settings = here("cmudict")
    prepared = prepare("pairs", data_of(entry), settings)
    words = [word for name in SPLITS for word in prepared.src_texts[name]]
    assert len(words) == len(set(words)) == 123_455
    parts = [set(prepared.trg_texts[name]) for name in SPLITS]
    assert sum(map(len, parts)) == len(set.union(*parts))
    assert prepared.summary.longest < data_of(entry).max_length


def test_quirks_of_the_published_files_are_mended_and_said():
    air = loaded("beijing_pm25")
    assert len(air.frame) == 43_824 - 24
    assert air.target_columns == ("pm2.5",)
    assert int(air.frame.isna().to_numpy().sum()) == 2_043
    assert "2,043 missing values of 'pm2.5' filled by straight lines" in air.notes
    assert set(air.frame.filter(like="wind_").sum(axis="columns")) == {1.0}
    cold = loaded("daily_min_temperatures")
    assert len(cold.frame) == 3_652
    assert "2 missing time steps added" in cold.notes
    dna = loaded("uci_splice")
    assert len(set(dna.texts)) == 3_005
    assert any("stands under two labels" in note for note in dna.notes)
    questions = loaded("trec")
    assert any("sister\xf0city" in question for question in questions.texts)
    assert dict(zip(questions.texts, questions.labels, strict=True))["Who was Galileo ?"] == "person"
    three, five = loaded("sst3"), loaded("sst5")
    assert three.texts == five.texts
    assert {label for label, fine in zip(three.labels, five.labels, strict=True) if "negative" in fine} == {"negative"}


@pytest.mark.parametrize(("source", "target"), [("en", "de"), ("cs", "fr"), ("fr", "cs")])
def test_captions_keep_their_published_parts_in_every_pair_of_languages(source, target):
    captions = loaded("multi30k_task1", src_language=source, trg_language=target)
    assert [len(captions.parts[name]) for name in SPLITS] == [29_000, 1_014, 1_000]
    assert all(captions.src)
    assert all(captions.trg)


@pytest.mark.parametrize(
    ("subset", "languages", "number"),
    [("test_2017_flickr", ("en", "de"), 1_000), ("test_2017_mscoco", ("de", "fr"), 461),
     ("test_2018_flickr", ("en", "cs"), 1_071)],
)  # fmt: skip
def test_captions_can_be_tested_on_the_pictures_of_another_year(subset, languages, number):
    chosen = {"src_language": languages[0], "trg_language": languages[1]}
    captions = loaded("multi30k_task1", subset=subset, **chosen)
    assert [len(captions.parts[name]) for name in SPLITS] == [29_000, 1_014, number]
    entry = find("multi30k_task1")
    usual = data_of(entry, **chosen)
    assert entry.fingerprint(usual) != entry.fingerprint(data_of(entry, subset=subset, **chosen))


@pytest.mark.parametrize(("subset", "trg"), [("test_2017_flickr", "cs"), ("test_2019", "de")])
def test_a_test_part_that_there_is_not_is_refused(tmp_path, subset, trg):
    with pytest.raises(ConfigError, match=r"data\.subset: expected one of test_2016_flickr"):
        pairs.load_multi30k_task1(tmp_path, DataConfig(src_language="en", trg_language=trg, subset=subset))


def test_the_transformer_is_divided_as_published_unless_other_shares_are_asked_for():
    entry, settings = here("etth1")
    prepared = prepare("series", data_of(entry), settings)
    assert prepared.counts == {"train": 8_640, "validation": 2_880, "test": 2_880}
    assert any("3,020 rows after them are left out" in note for note in prepared.notes)
    whole = loaded("etth1", split=(0.7, 0.1, 0.2))
    assert len(whole.frame) == whole.count == 17_420


@pytest.mark.parametrize("name", ["H1", "H414"])
def test_one_of_many_series_is_chosen_by_the_target(name):
    chosen = loaded("m4_hourly", target_columns=(name,))
    assert list(chosen.frame.columns) == [name]
    assert chosen.frequency == "hourly"
    assert any(f"series {name} of 414" in note for note in chosen.notes)


def test_many_series_end_together_and_each_is_whole():
    each = loaded("m4_hourly", many_series="each")
    assert each.frame.shape == (1_008, 414)
    assert tuple(each.frame.columns) == find("m4_hourly").columns, "the names that a page offers"
    assert each.target_columns[0] == "H1"
    lengths = each.frame.notna().sum()
    assert lengths["H1"] == 748
    assert each.frame["H1"].notna().tolist() == [False] * 260 + [True] * 748
    two = loaded("m4_hourly", target_columns=("H1", "H400"))
    assert two.frame.shape == (748, 2)
    assert not two.frame.isna().any(axis=None)


@pytest.mark.parametrize(("missing", "num_rows"), [("interpolate", 43_800), ("drop", 41_757), ("mask", 43_800)])
def test_missing_measurements_go_the_way_that_is_chosen(missing, num_rows):
    air = loaded("beijing_pm25", missing=missing)
    assert len(air.frame) == num_rows
    assert int(air.frame.isna().to_numpy().sum()) == (0 if missing == "drop" else 2_043)
    assert air.rows.read == 43_824
    assert air.rows.kept == num_rows


@pytest.mark.parametrize("asked", [("H415",), ("H1", "H0")])
def test_series_that_there_are_not_are_refused(asked):
    with pytest.raises(ConfigError, match=r"data\.target_columns: expected one of the series H1 to H414"):
        loaded("m4_hourly", target_columns=asked)


def test_a_set_whose_files_are_missing_says_how_to_get_them(tmp_path):
    entry = find("sst2")
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(NotHere) as caught:
        prepare("labelled", data_of(entry), settings)
    (problem,) = caught.value.problems
    assert problem.field == "data.id"
    assert "python -m core datasets get sst2" in problem.hint
    assert entry.licence in problem.hint


def test_two_readings_of_the_same_files_share_a_folder():
    settings = Settings()
    assert folder_of(find("sst3"), settings) == folder_of(find("sst5"), settings)
    assert find("sst3").fingerprint(DataConfig()) != find("sst5").fingerprint(DataConfig())


def test_the_table_of_files_names_each_once_and_where_it_is_published():
    from core.data.entries.entry import DATASETS_DIR

    with (DATASETS_DIR / "files.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({(row["id"], row["path"]) for row in rows}) == len(rows)
    assert {row["id"] for row in rows} == {entry.folder for entry in PUBLIC}
    for row in rows:
        assert row["url"].startswith("https://")
        assert len(row["sha256"]) == 64
        assert int(row["sha256"], 16) >= 0
        assert int(row["bytes"]) > 0
        assert not row["path"].startswith("/")
        assert ".." not in row["path"].split("/")
