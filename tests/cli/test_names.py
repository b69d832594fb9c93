"""Names of columns in the shell and in files: as they are written, whatever they look like."""

import json

import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.written import read_written

NAMES = (
    "1", "0123", "1e3", "true", "no", "NULL", "None", "~", "2024-01-31", "1_000", "0x1f", "#Passengers", "a: b",
    "sales, net", "- x", "*", "&c", "!d", "{e}", "%", "@f", "G|h",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
class TestAnyName:
    def test_names_a_column(self, name):
        assert read_written("data.label_column", name) == name

    def test_names_the_only_one_of_a_list(self, name):
        assert read_written("data.target_columns", name) == [name]

    def test_can_be_put_in_quotes_and_in_brackets(self, name):
        assert read_written("data.time_column", json.dumps(name)) == name
        assert read_written("data.covariate_columns", json.dumps([name, "b"])) == [name, "b"]

    def test_is_read_from_a_file_as_it_is_written_to_one(self, name):
        experiment = Experiment.parse({"task": "forecasting", "data": {"time_column": name, "target_columns": [name]}})
        assert Experiment.from_yaml(experiment.to_yaml()) == experiment


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("[1, 0123]", ["1", "0123"]),
        ("[#Passengers, Sales]", ["#Passengers", "Sales"]),
        ("[Sales, #Passengers]", ["Sales", "#Passengers"]),
        ('["a, b", true]', ["a, b", "true"]),
        ("[]", []),
        ("", None),
        ("null", None),
        ("'null'", ["null"]),
    ],
)
def test_several_names_stand_in_brackets(raw, names):
    assert read_written("data.target_columns", raw) == names


def test_other_fields_are_read_as_before():
    for raw, value in (("1e-3", 1e-3), ("true", True), ("null", None), ("64", 64), ("gru", "gru"), ("[0.7,0.2,0.1]",
                       [0.7, 0.2, 0.1])):  # fmt: skip
        assert read_written("training.learning_rate", raw) == value
        assert read_written("temperature", raw) == value


def test_a_file_written_by_hand_names_columns_as_they_stand():
    text = "task: forecasting\ndata:\n  time_column: 0123\n  target_columns: 1e3\n  covariate_columns: [1, no]\n"
    data = Experiment.from_yaml(text).data
    assert (data.time_column, data.target_columns, data.covariate_columns) == ("0123", ("1e3",), ("1", "no"))


def test_python_takes_one_name_for_a_list():
    assert Experiment.parse({"data": {"target_columns": "Sales"}}).data.target_columns == ("Sales",)
    with pytest.raises(ConfigError):
        Experiment.parse({"data": {"split": "Sales"}})


TINY = ("--set", "training.max_steps=2", "--set", "model.hidden_size=5", "--set", "training.device=cpu", "--json")


@pytest.mark.parametrize("asked", ["#Riders", "[#Riders]", "Trips", "['#Riders', Trips]"])
def test_the_shell_forecasts_the_columns_that_are_named(shell, tmp_path, asked):
    path = tmp_path / "riders.csv"
    rows = (f"{2001 + k // 12}-{k % 12 + 1:02d},{k * 7 % 23},{k * 5 % 19}" for k in range(90))
    path.write_text("Month,#Riders,Trips\n" + "\n".join(rows) + "\n")
    code, out, err = shell("train", "forecasting", "--data", path, *TINY, "--out", tmp_path / "run",
                           "--set", f"data.target_columns={asked}")  # fmt: skip
    assert code == 0, err
    targets = json.loads(out.splitlines()[-1])["reading"]["targets"]
    assert targets == [name for name in ("#Riders", "Trips") if name in asked]


@pytest.mark.parametrize("more", [(), ("--set", "data.text_column=10")])
def test_the_shell_finds_a_label_column_that_is_called_by_a_number(shell, tmp_path, more):
    path = tmp_path / "moods.csv"
    rows = (f"{'mild' if k % 2 else 'harsh'} winter {k} here,x,{'up' if k % 2 else 'down'}" for k in range(60))
    path.write_text("10,20,30\n" + "\n".join(rows) + "\n")
    code, _, err = shell("train", "sentiment", "--data", path, *TINY, "--out", tmp_path / "run",
                           "--set", "data.label_column=30", *more)  # fmt: skip
    assert code == 0, err
