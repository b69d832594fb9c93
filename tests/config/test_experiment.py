import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.applications import APPLICATIONS
from core.config.errors import ConfigError
from core.config.experiment import Experiment, field_names, is_used, sections
from core.config.fields import asks_for
from core.models.cells import CELLS
from core.tasks.description import TRAITS


def problems_of(call, *arguments):
    with pytest.raises(ConfigError) as caught:
        call(*arguments)
    return {problem.field: problem for problem in caught.value.problems}


def parse(task="forecasting", **raw):
    return Experiment.parse({"task": task, **raw})


def test_every_error_is_listed_with_its_field():
    raw = {
        "task": "sentiment",
        "data": {"split": [0.5, "x", 0.1]},
        "model": {"cell": "lstn", "hidden_size": 0, "hiden_size": 3},
        "training": {"learning_rate": -1.0, "seed": "many", "max_grad_norm": float("inf")},
        "colour": "red",
    }
    found = problems_of(Experiment.parse, raw)
    assert set(found) == {
        "data.split.1", "model.cell", "model.hidden_size", "model.hiden_size", "training.learning_rate",
        "training.seed", "training.max_grad_norm", "colour",
    }  # fmt: skip
    for problem in found.values():
        assert problem.expected
        assert problem.received
        assert problem.hint


def test_an_error_says_what_was_expected_and_received():
    problem = problems_of(Experiment.parse, {"task": "forecasting", "model": {"hidden_size": 0}})["model.hidden_size"]
    assert "greater than or equal to 1" in problem.expected
    assert problem.received == "0"
    assert str(problem).startswith("model.hidden_size: expected ")


@pytest.mark.parametrize(
    ("task", "typed", "meant"),
    [
        ("forecasting", "model.hiden_size", "model.hidden_size"),
        ("forecasting", "data.windowsize", "data.window_size"),
        ("generation", "model.embeding_dim", "model.embedding_dim"),
        ("translation", "training.teacher_forcing", "training.teacher_forcing_ratio"),
    ],
)
def test_an_unknown_name_comes_with_the_name_that_was_meant(task, typed, meant):
    section, key = typed.split(".")
    by_file = problems_of(Experiment.parse, {"task": task, section: {key: 1}})
    by_name = problems_of(parse(task).with_values, {typed: 1})
    assert meant in by_file[typed].hint
    assert meant in by_name[typed].hint


def test_a_name_like_no_other_gets_no_suggestion():
    assert problems_of(parse().with_values, {"zzz": 1})["zzz"].hint == "Leave it out."


def test_several_changes_report_unknown_unused_and_impossible_values_together():
    changes = {
        "model.cel": "gru",
        "model.attention": "none",
        "model.num_layers": 99,
        "training.warmup_steps": -3,
    }
    assert set(problems_of(parse("generation").with_values, changes)) == set(changes)


@pytest.mark.parametrize(
    ("task", "values", "field"),
    [
        ("sentiment", {"model": {"dropout": 0.2}}, "model.dropout"),
        ("sentiment", {"model": {"merge_mode": "sum"}}, "model.merge_mode"),
        ("forecasting", {"model": {"bidirectional": True, "shape": "many_to_many"}}, "model.bidirectional"),
        ("forecasting", {"data": {"many_series": "each", "missing": "drop"}}, "data.missing"),
        ("forecasting", {"data": {"many_series": "each", "covariate_columns": ("a",)}}, "data.covariate_columns"),
        ("generation", {"model": {"bidirectional": True}}, "model.bidirectional"),
        ("generation", {"model": {"cell": "gru", "nonlinearity": "relu"}}, "model.nonlinearity"),
        ("generation", {"model": {"cell": "min_gru", "weight_dropout": 0.2}}, "model.weight_dropout"),
        ("sentiment", {"model": {"cell": "min_lstm", "weight_dropout": 0.2}}, "model.weight_dropout"),
        ("forecasting", {"model": {"cell": "rnn", "forget_bias": 1.0}}, "model.forget_bias"),
        ("forecasting", {"model": {"cell": "rnn", "forget_bias": 0.0}}, "model.forget_bias"),
        ("generation", {"model": {"residual": True}}, "model.residual"),
        ("translation", {"model": {"attention": "none", "input_feeding": True}}, "model.input_feeding"),
        ("translation", {"model": {"attention": "none", "bridge": "zero"}}, "model.bridge"),
        ("translation", {"training": {"teacher_forcing_schedule": "linear"}}, "training.teacher_forcing_schedule"),
        ("sentiment", {"model": {"bridge": "last"}}, "model.bridge"),
        ("forecasting", {"training": {"truncation": "slide"}}, "training.truncation"),
        ("sentiment", {"data": {"split": [0.9, 0.2, 0.1]}}, "data.split"),
        ("sentiment", {"data": {"split": [0.9, 0.0, 0.1]}}, "data.split"),
        ("sentiment", {"data": {"split": [1.2, 0.1, -0.3]}}, "data.split"),
        ("sentiment", {"data": {"source": "file"}}, "data.path"),
        ("sentiment", {"data": {"path": ["a.csv"]}}, "data.path"),
        ("translation", {"data": {"source": "file", "path": ["a", "b", "c"]}}, "data.path"),
    ],
)
def test_impossible_pairs_are_refused(task, values, field):
    assert list(problems_of(Experiment.parse, {"task": task, **values})) == [field]


@pytest.mark.parametrize(
    ("task", "values"),
    [
        ("sentiment", {"model": {"dropout": 0.2, "num_layers": 2}}),
        ("sentiment", {"model": {"bidirectional": True, "merge_mode": "sum"}}),
        ("forecasting", {"model": {"bidirectional": True}}),
        ("translation", {"model": {"bidirectional": True}}),
        ("generation", {"model": {"cell": "rnn", "nonlinearity": "relu"}}),
        ("generation", {"model": {"cell": "rnn", "nonlinearity": "identity", "initialization": "identity"}}),
        ("generation", {"model": {"cell": "mgu", "weight_dropout": 0.2, "forget_bias": 1.0}}),
        ("sentiment", {"model": {"cell": "min_gru", "forget_bias": -1.0, "initial_state": "learned"}}),
        ("generation", {"model": {"residual": True, "num_layers": 2}}),
        ("translation", {"model": {"attention": "none", "bridge": "projected"}}),
        ("translation", {"model": {"attention": "scaled_dot", "bridge": "zero", "input_feeding": True}}),
        ("translation", {"model": {"bridge": "last", "bidirectional": True}}),
        ("translation", {"training": {"teacher_forcing_schedule": "linear", "teacher_forcing_ratio": 0.0}}),
        ("translation", {"training": {"teacher_forcing_schedule": "inverse_sigmoid", "teacher_forcing_ratio": 0.5}}),
        ("generation", {"training": {"truncation": "slide"}}),
        ("sentiment", {"training": {"max_seconds": 3.0, "warmup_steps": 0}}),
        ("sentiment", {"data": {"split": [0.9, 0.1, 0.0]}}),
    ],
)
def test_their_possible_neighbours_are_not(task, values):
    assert Experiment.parse({"task": task, **values}).task == task


def test_several_impossible_pairs_are_listed_together():
    found = problems_of(
        Experiment.parse,
        {"task": "sentiment", "model": {"dropout": 0.1, "merge_mode": "max"}, "data": {"split": [1, 1, 1]}},
    )
    assert set(found) == {"model.dropout", "model.merge_mode", "data.split"}


@pytest.mark.parametrize("task", APPLICATIONS)
def test_a_field_that_the_task_does_not_use_is_refused(task):
    unused = [
        f"{name}.{key}"
        for name, section in sections().items()
        for key, field in section.model_fields.items()
        if not is_used(field, task)
    ]
    assert unused
    assert set(unused).isdisjoint(field_names(task))
    for name in unused:
        section, key = name.split(".")
        default = sections()[section].model_fields[key].default
        assert name in problems_of(parse(task).with_values, {name: default}), "even its default is not for this task"


def test_a_field_of_another_task_is_refused_in_a_file_too():
    found = problems_of(Experiment.parse, {"task": "forecasting", "training": {"seq_len": 5}})
    assert "forecasting does not use it" in found["training.seq_len"].expected


@pytest.mark.parametrize("raw", [None, [], "sentiment", 3])
def test_what_is_no_mapping_is_an_error(raw):
    assert "experiment" in problems_of(Experiment.parse, raw)


@pytest.mark.parametrize("text", ["a: [", "just words", "", "- 1", "\tx: 1"])
def test_text_that_is_no_experiment_is_an_error(text):
    assert "experiment" in problems_of(Experiment.from_yaml, text)


def test_a_file_of_another_version_is_refused():
    text = parse("sentiment").to_yaml().replace("schema_version: 2", "schema_version: 99")
    assert problems_of(Experiment.from_yaml, text)["schema_version"].received == "99"


def test_patience_of_the_first_version_which_counted_evaluations_is_read_as_steps():
    """There were twenty of them: 8 without a better score are 8 x 450 // 20 = 176 steps."""
    old = parse("sentiment", training={"max_steps": 450, "patience": 8}).to_yaml()
    old = old.replace("schema_version: 2", "schema_version: 1")
    assert Experiment.from_yaml(old).training.patience == 176
    assert Experiment.from_yaml(old.replace("patience: 8", "patience: null")).training.patience is None
    assert Experiment.from_yaml(old.replace("schema_version: 1", "schema_version: 2")).training.patience == 8


@given(
    task=st.sampled_from(sorted(APPLICATIONS)),
    hidden_size=st.integers(1, 4096),
    learning_rate=st.floats(1e-9, 10.0),
    max_seconds=st.none() | st.floats(0.01, 1e6),
    split=st.sampled_from([(0.7, 0.1, 0.2), (0.9, 0.1, 0.0), (1 / 3, 1 / 3, 1 / 3)]),
    data_id=st.none() | st.text(max_size=12),
    seed=st.integers(0, 2**31 - 1),
)
def test_yaml_gives_back_the_same_experiment(task, hidden_size, learning_rate, max_seconds, split, data_id, seed):
    experiment = parse(
        task,
        data={"split": split, "id": data_id},
        model={"hidden_size": hidden_size},
        training={"learning_rate": learning_rate, "max_seconds": max_seconds, "seed": seed},
    )
    assert Experiment.from_yaml(experiment.to_yaml()) == experiment


def test_a_file_with_paths_survives_the_round_trip():
    experiment = parse("translation", data={"source": "file", "path": ["/a b/ü.en", "/no"], "src_language": "no"})
    again = Experiment.from_yaml(experiment.to_yaml())
    assert again == experiment
    assert again.data.path == ("/a b/ü.en", "/no")


@pytest.mark.parametrize("task", APPLICATIONS)
def test_the_file_holds_the_fields_of_the_task_and_no_other(task):
    raw = yaml.safe_load(parse(task).to_yaml())
    written = {f"{section}.{key}" for section in sections() for key in raw[section]}
    assert written == set(field_names(task)) == set(parse(task).values())


def test_a_change_makes_a_new_experiment():
    before = parse("sentiment")
    after = before.with_values({"model.hidden_size": 7, "data.split": [0.6, 0.2, 0.2]})
    assert before.model.hidden_size != 7
    assert after.values() == {**before.values(), "model.hidden_size": 7, "data.split": [0.6, 0.2, 0.2]}


def test_every_field_can_be_drawn():
    for section in sections().values():
        for key, field in section.model_fields.items():
            assert field.title, key
            assert field.title[0].isupper(), key
            assert field.description.endswith("."), key
            assert {*asks_for(field)} <= {*TRAITS}, key
            assert field.json_schema_extra["level"] in ("basic", "more", "data", "hidden"), key


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_there_is_can_be_chosen_and_no_other(cell):
    assert Experiment.parse({"task": "generation", "model": {"cell": cell}}).model.cell == cell
    found = problems_of(Experiment.parse, {"model": {"cell": cell.upper()}})
    assert all(name in found["model.cell"].expected for name in CELLS)
