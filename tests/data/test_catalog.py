from dataclasses import replace
from pathlib import Path

import pytest

from core.applications import APPLICATIONS, application_for, describe
from core.config.errors import ConfigError
from core.config.experiment import DataConfig, Experiment, field_names
from core.data import catalog, made
from core.data.dataset import LabelledSet, PairSet, SequenceSet, SeriesSet, TaggedSet, TextSet
from core.data.entries import entry as entry_module
from core.data.entries.entry import Entry, LoadFrom
from core.data.sources.builtin import load_labelled_table
from core.resolve import resolve_data

LATER = ("clips",)
SETS = {
    "series": SeriesSet, "text": TextSet, "labelled": LabelledSet, "pairs": PairSet, "sequences": SequenceSet,
    "tagged": TaggedSet,
}  # fmt: skip
ENTRIES = catalog.entries()


def data_of(entry):
    """The data section of an entry, as the page that it is for has it."""
    return resolve_data(application_for(entry.kind, entry.id), {"data.id": entry.id})


BUILT_IN_ENTRIES = [entry for entry in ENTRIES if entry.source_kind == "builtin"]


@pytest.mark.parametrize("kind", SETS)
def test_built_in_sets_come_first_and_public_ones_after_them(kind):
    found = [entry.source_kind for entry in catalog.entries(kind)]
    assert found == sorted(found)
    assert set(found) == ({"builtin"} if kind == "sequences" else {"builtin", "catalogue"})
    assert catalog.find(kind, None) == catalog.entries(kind)[0]
    assert all(application_for(entry.kind, entry.id) for entry in catalog.entries(kind))


def test_a_set_is_coming_where_no_page_trains_on_its_kind():
    with_a_page = {application.task.kind for application in APPLICATIONS.values()}
    for entry in ENTRIES:
        assert (application_for(entry.kind, entry.id) is None) == (entry.kind not in with_a_page), entry.id


def test_kinds_come_in_the_order_of_the_menu():
    assert list(dict.fromkeys(entry.kind for entry in ENTRIES)) == [*SETS, *LATER]
    assert len({(entry.kind, entry.id) for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_says_what_it_is_and_where_it_is_from(entry):
    assert entry.title
    assert entry.summary.endswith(".")
    assert entry.source
    assert entry.licence
    task = application_for(entry.kind, entry.id)
    if task is None:
        return
    names = field_names(task)
    assert {f"data.{name}" for name in (*entry.defaults, *entry.language_fields)} <= set(names)
    Experiment.parse({"task": task, "data": entry.defaults})


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.files], ids=lambda entry: entry.id)
def test_a_public_set_says_what_is_downloaded_and_what_it_holds(entry):
    assert entry.source_kind == "catalogue"
    assert not entry.made
    assert entry.citation
    assert entry.splits
    assert all(entry.items)
    assert entry.bytes == sum(file.bytes for file in entry.files)


@pytest.mark.parametrize("entry", BUILT_IN_ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_loads_what_its_kind_is_and_as_many_items_as_it_states(entry):
    dataset = entry.load(data_of(entry))
    assert isinstance(dataset, SETS[entry.kind])
    if isinstance(dataset, SeriesSet):
        assert set(dataset.target_columns) <= set(dataset.frame.columns)
        is_told = any("missing value" in note for note in dataset.notes)
        assert dataset.frame.isna().any(axis=None) == is_told, "what is missing is told"
    elif isinstance(dataset, TextSet):
        assert dataset.text or dataset.items
    elif isinstance(dataset, LabelledSet):
        assert len(dataset.texts) == len(dataset.labels)
        assert set(dataset.labels) == set(dataset.classes)
    elif isinstance(dataset, TaggedSet):
        assert list(map(len, dataset.sentences)) == list(map(len, dataset.tags))
        assert {tag for row in dataset.tags for tag in row} == set(dataset.classes)
    elif isinstance(dataset, SequenceSet):
        assert len(dataset.inputs) == len(dataset.answers) == dataset.count
    else:
        assert len(dataset.src) == len(dataset.trg) > 100
        assert all(dataset.src)
        assert all(dataset.trg)
    items = {
        "series": "frame",
        "labelled": "texts",
        "pairs": "src",
        "sequences": "inputs",
        "tagged": "sentences",
    }
    if entry.items[0] is None:  # it depends on a library or on what is chosen
        assert isinstance(dataset, TextSet) or entry.choices
    else:
        lines = dataset.text.splitlines() if isinstance(dataset, TextSet) else []
        assert len(lines or getattr(dataset, items[entry.kind])) == entry.items[0]
        assert entry.items[1]


def test_classes_stand_in_their_natural_order():
    assert catalog.find("labelled", "reviews_made").load(DataConfig()).classes == ("negative", "neutral", "positive")
    assert catalog.find("labelled", "reviews").load(DataConfig()).classes == tuple("12345")


@pytest.mark.parametrize(("kind", "data_id"), [("labelled", "numbers"), ("series", "Sunspots"), ("text", "")])
def test_a_set_of_another_name_is_an_error_that_lists_those_of_the_kind(kind, data_id):
    with pytest.raises(ConfigError) as caught:
        catalog.find(kind, data_id)
    (problem,) = caught.value.problems
    assert problem.field == "data.id"
    assert problem.expected == "one of " + ", ".join(entry.id for entry in catalog.entries(kind))


def test_the_fingerprint_depends_on_the_set_and_the_language_alone():
    numbers = catalog.find("pairs", "numbers")
    data = DataConfig(src_language="en", trg_language="fr")
    prints = {
        numbers.fingerprint(data),
        numbers.fingerprint(data.model_copy(update={"trg_language": "de"})),
        catalog.find("pairs", "dates").fingerprint(data),
    }
    assert len(prints) == 3
    assert numbers.fingerprint(data.model_copy(update={"vocab_size": 99, "split": (0.6, 0.2, 0.2)})) in prints
    assert all(len(one) == 64 for one in prints)


def test_the_fingerprint_of_a_public_set_depends_on_its_files_its_parser_and_the_languages():
    entry = catalog.find("pairs", "multi30k_task1")
    data = DataConfig(src_language="en", trg_language="de")
    first, *others = entry.files
    changed = replace(entry, files=(replace(first, sha256="0" * 64), *others))
    prints = {
        entry.fingerprint(data),
        changed.fingerprint(data),
        replace(entry, parser_version=2).fingerprint(data),
        entry.fingerprint(data.model_copy(update={"trg_language": "cs"})),
    }
    assert len(prints) == 4
    assert entry.fingerprint(data.model_copy(update={"vocab_size": 99})) in prints


def test_the_source_of_a_set_need_not_be_said_and_must_not_be_wrong():
    assert resolve_data("sentiment", {"data.id": "sst2"}).source == "catalogue"
    assert resolve_data("sentiment", {"data.id": "sst2", "data.source": "catalogue"}).id == "sst2"
    assert resolve_data("sentiment", {"data.id": "reviews"}).source == "builtin"
    for data_id, source in (("sst2", "builtin"), ("reviews", "catalogue")):
        with pytest.raises(ConfigError, match=r"data\.source: expected"):
            resolve_data("sentiment", {"data.id": data_id, "data.source": source})


def test_an_entry_must_say_what_decides_its_content():
    with pytest.raises(ValueError, match="what decides its content"):
        Entry("new", "generation", "New", "", "", "", lambda data: TextSet(text="new"))


def test_every_generator_is_the_origin_of_an_entry_so_that_its_source_is_in_the_fingerprint():
    origins = {entry.load.file for entry in BUILT_IN_ENTRIES if isinstance(entry.load, LoadFrom)}
    generators = set(Path(made.__file__).parent.glob("*.py")) - {Path(made.__file__)}
    assert generators == {path for path in origins if path.suffix == ".py"}
    assert not [
        path for path in generators if "core.data.made" in path.read_text(encoding="utf-8").partition("import")[2]
    ]
    for entry in BUILT_IN_ENTRIES:
        assert entry.made <= isinstance(entry.load, LoadFrom), entry.id
        source = entry.load.file.read_text(encoding="utf-8") if callable(getattr(entry.load, "origin", None)) else ""
        asked = {name for name in ("babel", "num2words") if f"from {name}" in source}
        assert not asked or asked & set(entry.depends_on), f"{entry.id} is made with one of {asked}"


def test_the_fingerprint_changes_with_the_file_that_a_set_is_loaded_from(tmp_path):
    (tmp_path / "a.tsv").write_text("text\tlabel\n")
    entry = replace(catalog.find("labelled", "reviews"), load=LoadFrom(load_labelled_table, tmp_path / "a.tsv"))
    before = entry.fingerprint(DataConfig())
    (tmp_path / "a.tsv").write_text("text\tstars\n")
    assert entry.fingerprint(DataConfig()) != before


def test_the_fingerprint_changes_with_the_library_that_made_the_content(monkeypatch):
    entry = catalog.find("text", "country_names")
    before = entry.fingerprint(DataConfig())
    monkeypatch.setattr(entry_module, "version", lambda package: "99.0")
    assert entry.fingerprint(DataConfig()) != before


@pytest.mark.parametrize(
    ("task", "values", "field"),
    [
        ("translation", {"data.id": "numbers", "data.src_language": "xx"}, "language"),
        ("translation", {"data.id": "numbers", "data.src_language": "fr"}, "data.trg_language"),
        ("generation", {"data.id": "country_names", "data.language": "xx"}, "data.language"),
        ("forecasting", {"data.id": "nile", "data.target_columns": ["rainfall"]}, "data.target_columns"),
    ],
)
def test_a_choice_that_a_set_does_not_offer_is_an_error(task, values, field):
    data = resolve_data(task, values)
    with pytest.raises(ConfigError) as caught:
        catalog.find(describe(task).kind, data.id).load(data)
    assert field in caught.value.problems[0].field


def test_a_set_with_languages_lists_them():
    for entry in ENTRIES:
        found = entry.languages()
        assert bool(found) == bool(entry.language_fields)
        for name in entry.language_fields:
            assert entry.defaults[name] in found
