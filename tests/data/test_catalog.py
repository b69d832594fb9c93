import pytest

from core.config.errors import ConfigError
from core.config.experiment import TASKS, DataConfig, Experiment, field_names
from core.data import catalog
from core.data.dataset import LabelledSet, PairSet, SeriesSet, TextSet
from core.resolve import resolve_data

BUILT_IN = {
    "forecasting": "sunspots co2 elnino nile macrodata stocks weather mackey_glass",
    "generation": "python_docs stdlib_source country_names language_names",
    "sentiment": "reviews_made reviews",
    "translation": "numbers dates everyday",
}
MADE = {"weather", "mackey_glass", "reviews_made", "numbers", "dates", "everyday"}
KINDS = {"forecasting": SeriesSet, "generation": TextSet, "sentiment": LabelledSet, "translation": PairSet}
ENTRIES = catalog.entries()


@pytest.mark.parametrize("task", TASKS)
def test_every_built_in_set_is_there_in_its_order(task):
    assert " ".join(entry.id for entry in catalog.entries(task)) == BUILT_IN[task]
    assert catalog.find(task, None).id == BUILT_IN[task].split()[0]


def test_tasks_come_in_the_order_of_the_menu():
    assert list(dict.fromkeys(entry.task for entry in ENTRIES)) == list(TASKS)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_says_what_it_is_and_where_it_is_from(entry):
    assert entry.title
    assert entry.summary.endswith(".")
    assert entry.source
    assert entry.licence
    assert entry.made == (entry.id in MADE)
    names = field_names(entry.task)
    assert {f"data.{name}" for name in (*entry.defaults, *entry.language_fields)} <= set(names)
    Experiment.parse({"task": entry.task, "data": entry.defaults})


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_loads_the_kind_of_its_task(entry):
    dataset = entry.load(resolve_data(entry.task, {"data.id": entry.id}))
    assert isinstance(dataset, KINDS[entry.task])
    if isinstance(dataset, SeriesSet):
        assert set(dataset.target_columns) <= set(dataset.frame.columns)
        assert not dataset.frame.isna().any(axis=None)
    elif isinstance(dataset, TextSet):
        assert dataset.text or dataset.items
    elif isinstance(dataset, LabelledSet):
        assert len(dataset.texts) == len(dataset.labels)
        assert set(dataset.labels) == set(dataset.classes)
    else:
        assert len(dataset.src) == len(dataset.trg) > 100
        assert all(dataset.src)
        assert all(dataset.trg)


def test_classes_stand_in_their_natural_order():
    assert catalog.find("sentiment", "reviews_made").load(DataConfig()).classes == ("negative", "neutral", "positive")
    assert catalog.find("sentiment", "reviews").load(DataConfig()).classes == tuple("12345")


@pytest.mark.parametrize(
    ("task", "data_id"), [("sentiment", "numbers"), ("forecasting", "Sunspots"), ("generation", "")]
)
def test_a_set_of_another_name_is_an_error_that_lists_those_of_the_task(task, data_id):
    with pytest.raises(ConfigError) as caught:
        catalog.find(task, data_id)
    (problem,) = caught.value.problems
    assert problem.field == "data.id"
    assert problem.expected == f"one of {BUILT_IN[task].replace(' ', ', ')}"


def test_the_fingerprint_depends_on_the_set_and_the_language_alone():
    numbers = catalog.find("translation", "numbers")
    data = DataConfig(src_language="en", trg_language="fr")
    prints = {
        numbers.fingerprint(data),
        numbers.fingerprint(data.model_copy(update={"trg_language": "de"})),
        catalog.find("translation", "dates").fingerprint(data),
    }
    assert len(prints) == 3
    assert numbers.fingerprint(data.model_copy(update={"vocab_size": 99, "split": (0.6, 0.2, 0.2)})) in prints
    assert all(len(one) == 64 for one in prints)


def test_the_fingerprint_changes_with_the_library_that_made_the_content(monkeypatch):
    entry = catalog.find("generation", "country_names")
    before = entry.fingerprint(DataConfig())
    monkeypatch.setattr(catalog, "version", lambda package: "99.0")
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
        catalog.find(task, data.id).load(data)
    assert field in caught.value.problems[0].field


def test_a_set_with_languages_lists_them():
    for entry in ENTRIES:
        found = catalog.languages(entry)
        assert bool(found) == bool(entry.language_fields)
        for name in entry.language_fields:
            assert entry.defaults[name] in found
