import pytest

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.hub.choices import look_up
from tests.data.hub.hub_sets import csv_rows, put_films


def test_subsets_and_splits_are_those_of_the_card(hub, settings):
    put_films(hub)
    found = look_up("who/films", settings, Limits())
    assert (found.licence, found.default, found.commit) == ("cc-by-4.0", "plain", hub.commit("who/films"))
    (subset,) = found.subsets
    assert {split.name: len(split.files) for split in subset.splits} == {"train": 2, "test": 1}


@pytest.mark.parametrize(
    ("data_files", "folder", "found"),
    [
        ({"train": "data/{train,extra}-*.csv"}, None, {"train": ["data/extra-0.csv", "data/train-0.csv"]}),
        ({"train": ["{data,more}/{train,ex{tra,ile}}-[0-9].csv"]}, None,
         {"train": ["data/extra-0.csv", "data/train-0.csv", "more/train-0.csv"]}),
        ({"train": "data/train{,-0}.csv", "test": "data/{test}-0.csv"}, None,
         {"train": ["data/train-0.csv"], "test": ["data/{test}-0.csv"]}),
        ({"train": "./train-*.csv"}, "data/", {"train": ["data/train-0.csv"]}),
        ({"train": "data//train-*.csv"}, None, {"train": ["data/train-0.csv"]}),
        ({"train": "{a,b}" * 58 + "*", "test": "more/**"}, None, {"test": ["more/train-0.csv"]}),
    ],
)  # fmt: skip
def test_patterns_of_a_card_find_their_files(hub, settings, data_files, folder, found):
    names = ("data/train-0.csv", "data/extra-0.csv", "data/{test}-0.csv", "more/train-0.csv")
    card = {
        "configs": [{"config_name": "default", "data_files": data_files} | ({"data_dir": folder} if folder else {})]
    }
    hub.put("who/rows", {name: csv_rows("some") for name in names}, card)
    (subset,) = look_up("who/rows", settings, Limits()).subsets
    assert {split.name: [file.path for file in split.files] for split in subset.splits} == found


CARDS = [
    {"configs": 7},
    {"configs": [None, 3, {"config_name": {}, "data_files": {"train": {"a": [[]]}}}]},
    {"configs": [{"config_name": "\u202e" * 9, "data_files": ["*" * 250, "[" * 90]}] * 900},
    {"configs": [{"data_files": [{"split": ["x"], "path": 5}]}], "dataset_info": [[], {"splits": {"a": 1}}]},
    {"configs": [{"config_name": "x", "data_files": "../../etc/*"}]},
    {"configs": [{"data_files": [{"split": "train", "path": 5}, {"split": "test", "path": {"a": "b"}}]}]},
    {"configs": [{"data_files": "*.csv", "data_dir": "*a" * 9_000}]},
    {"license": ["mit", 4, {"a": 1}], "pretty_name": []},
    {"dataset_info": {"features": [{"name": 1, "dtype": {"class_label": []}}]}},
    {"dataset_info": {"splits": [{"name": "train", "num_examples": -3}, 5], "features": "x"}},
]


@pytest.mark.parametrize("card", CARDS, ids=range(len(CARDS)))
def test_a_card_that_makes_no_sense_is_passed_over(hub, settings, card):
    hub.put("who/rows", {"train.csv": csv_rows("fine")}, card)
    assert look_up("who/rows", settings, Limits()).subsets[0].split("train").bytes > 0


def test_what_holds_nothing_readable_is_refused(hub, settings):
    hub.put("who/pictures", {"a.png": b"x", "model.pkl": b"x", "data.arrow": b"x"})
    with pytest.raises(ConfigError, match="which has none of these"):
        look_up("who/pictures", settings, Limits())
