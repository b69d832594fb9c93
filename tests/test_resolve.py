import shlex

import pytest

from core.applications import APPLICATIONS, application_for, describe, one_a_task
from core.config.errors import ConfigError
from core.config.experiment import PRESETS, DataConfig, Experiment
from core.config.limits import Limits
from core.config.sizes import count_parameters
from core.data import catalog
from core.resolve import check_limits, command_line, format_value, resolve, resolve_data, with_built_in_data


def problems_of(call, *arguments, **options):
    with pytest.raises(ConfigError) as caught:
        call(*arguments, **options)
    return {problem.field: problem for problem in caught.value.problems}


BUILT_IN = [entry for entry in catalog.entries() if entry.source_kind == "builtin"]


@pytest.mark.parametrize("entry", BUILT_IN, ids=lambda entry: entry.id)
def test_every_preset_is_valid_for_every_built_in_set(entry, shared_settings):
    task = application_for(entry.kind, entry.id)
    for name in PRESETS:
        resolved = resolve(task, name, {"data.id": entry.id}, shared_settings)
        experiment = resolved.experiment
        assert (experiment.task, experiment.preset, experiment.data.id) == (task, name, entry.id)
        assert experiment == resolved.start
        assert count_parameters(experiment, resolved.summary) <= Limits().max_parameters


@pytest.mark.parametrize("task", with_built_in_data())
def test_the_first_set_is_the_default(task, shared_settings):
    assert resolve(task, "quick", {}, shared_settings).experiment.data.id == catalog.entries(describe(task).kind)[0].id


@pytest.mark.parametrize("task", [task for task in one_a_task() if describe(task).uses(("files",))])
def test_every_preset_is_valid_for_a_small_file(task, own_files):
    for name in PRESETS:
        experiment = resolve(task, name, {"data.path": own_files[describe(task).kind]}).experiment
        assert experiment.data.source == "file"


def test_an_application_with_data_of_its_own_begins_with_it_and_the_first_of_its_task_takes_it_too():
    for application in (one for one in APPLICATIONS.values() if one.data):
        kind, first = application.task.kind, application.data[0]
        assert resolve_data(application.name, {}).id == first
        assert application_for(kind, first) == application.name
        general = next(one.name for one in APPLICATIONS.values() if one.task.kind == kind and not one.data)
        assert resolve_data(general, {"data.id": first}).id == first


def test_changes_are_made_to_the_preset(shared_settings):
    values = {"data.id": "nile", "data.window_size": 5, "model.hidden_size": 7, "training.seed": 3}
    resolved = resolve("forecasting", "quick", values, shared_settings)
    changed = {
        name: value for name, value in resolved.experiment.values().items() if value != resolved.start.values()[name]
    }
    assert changed == {"data.window_size": 5, "model.hidden_size": 7, "training.seed": 3}


def test_everything_wrong_is_listed_together():
    values = {
        "data.id": "nothing",
        "data.seq_len": 3,
        "data.unit": "word",
        "model.hiden_size": 3,
        "training.learning_rate": -1,
    }
    found = problems_of(resolve, "forecasting", "fast", values)
    assert {"data.id", "preset", "model.hiden_size", "training.learning_rate"} <= set(found)
    del values["data.id"]
    found = problems_of(resolve, "forecasting", "fast", values)
    assert set(found) == {*values, "preset"}


def test_a_wrong_preset_is_listed_with_what_else_is_wrong(shared_settings):
    found = problems_of(resolve, "sentiment", "fast", {"model.hidden_size": 0}, shared_settings)
    assert set(found) == {"preset", "model.hidden_size"}


def test_a_wrong_data_set_makes_no_trouble_for_what_the_preset_allows():
    values = {"data.id": "nothing", "model.merge_mode": "sum"}  # the preset reads in both directions
    assert set(problems_of(resolve, "sentiment", "quick", values)) == {"data.id"}


def test_an_unknown_task_is_an_error():
    assert "forecasting, generation" in problems_of(resolve, "speech", "quick", {})["task"].expected


def test_a_path_becomes_absolute(own_files, monkeypatch, tmp_path):
    (tmp_path / "my file.csv").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert resolve_data("forecasting", {"data.path": ["my file.csv"]}).path == (str(tmp_path / "my file.csv"),)


def test_a_data_set_brings_its_defaults_and_a_visitor_may_change_them():
    assert resolve_data("translation", {"data.id": "dates"}).unit == "character"
    assert resolve_data("translation", {"data.id": "dates", "data.unit": "word"}).unit == "word"
    assert resolve_data("translation", {"data.id": "dates"}).trg_language == "iso"


LIMITS = [
    ("UNROLL_MAX_PARAMETERS", "300", "sentiment", "model.hidden_size"),
    ("UNROLL_MAX_STEPS", "5", "sentiment", "training.max_steps"),
    ("UNROLL_MAX_BATCH_SIZE", "2", "sentiment", "training.batch_size"),
    ("UNROLL_MAX_SEQ_LEN", "8", "generation", "training.seq_len"),
    ("UNROLL_MAX_SEQ_LEN", "8", "forecasting", "data.window_size"),
    ("UNROLL_MAX_SEQ_LEN", "8", "sentiment", "data.max_length"),
    ("UNROLL_MAX_ROWS", "50", "sentiment", "data.path"),
    ("UNROLL_MAX_COLUMNS", "1", "forecasting", "data.path"),
    ("UNROLL_MAX_UPLOAD_BYTES", "100", "translation", "data.path"),
]


@pytest.mark.parametrize(("variable", "most", "task", "field"), LIMITS)
def test_core_enforces_the_limits_of_the_server(variable, most, task, field, tiny_values, monkeypatch, tmp_path):
    resolve(task, "quick", tiny_values(task))
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "another state"))
    monkeypatch.setenv(variable, most)
    assert list(problems_of(resolve, task, "quick", tiny_values(task))) == [field]


def test_core_enforces_the_limit_of_seconds(tiny_values, monkeypatch):
    values = tiny_values("sentiment", {"training.max_seconds": 100.0, "training.warmup_steps": 5})
    resolve("sentiment", "quick", values)
    monkeypatch.setenv("UNROLL_MAX_SECONDS", "99")
    assert list(problems_of(resolve, "sentiment", "quick", values)) == ["training.max_seconds"]


@pytest.mark.parametrize("task", [task for task in one_a_task() if describe(task).uses(("files",))])
def test_a_preset_asks_for_no_more_seconds_than_the_server_gives(task, own_files):
    limits = Limits(max_seconds=15.0)
    found = resolve(task, "quick", {"data.path": own_files[describe(task).kind]}, limits=limits)
    assert found.experiment.training.max_seconds == 15
    with pytest.raises(ConfigError, match=r"at most 15.0 seconds, got 180.0"):
        resolve(
            task, "quick", {"data.path": own_files[describe(task).kind], "training.max_seconds": 180.0}, limits=limits
        )


def test_several_limits_are_reported_together(tiny):
    limits = Limits(max_steps=1, max_batch_size=1, max_parameters=1)
    resolved_summary = resolve("sentiment", "quick", {"data.path": tiny("sentiment").data.path}).summary
    found = problems_of(check_limits, tiny("sentiment"), resolved_summary, limits)
    assert set(found) == {"training.max_steps", "training.batch_size", "model.hidden_size"}


def test_a_limit_on_length_leaves_fields_alone_that_the_task_does_not_use(tiny_values, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_SEQ_LEN", "20")
    assert DataConfig().max_length > 20
    resolve("forecasting", "quick", tiny_values("forecasting"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"data.window_size": 82}, "data.window_size"),
        ({"data.window_size": 81, "data.horizon": 3, "data.difference": "last_value"}, "data.window_size"),
        ({"data.horizon": 13}, "data.horizon"),
        ({"data.horizon": 500}, "data.horizon"),
    ],
)
def test_a_window_that_the_series_is_too_short_for_is_an_error(changes, field, tiny_values):
    assert list(problems_of(resolve, "forecasting", "quick", tiny_values("forecasting", changes))) == [field]


def test_the_longest_window_that_fits_is_possible(tiny_values):
    values = tiny_values("forecasting", {"data.window_size": 81})
    assert resolve("forecasting", "quick", values).prepared.counts["train"] == 84


def test_a_series_without_a_season_has_no_seasonal_difference(shared_settings):
    values = {"data.id": "nile", "data.difference": "season"}
    assert list(problems_of(resolve, "forecasting", "quick", values, shared_settings)) == ["data.difference"]


@pytest.mark.parametrize(
    ("task", "values"),
    [
        ("forecasting", {"data.id": "nile"}),
        ("forecasting", {"data.id": "nile", "model.cell": "rnn", "model.nonlinearity": "relu"}),
        ("forecasting", {"data.id": "nile", "data.window_size": 5, "training.max_seconds": None}),
        ("forecasting", {"data.id": "nile", "data.split": [0.6, 0.2, 0.2], "training.learning_rate": 1e-05}),
        ("generation", {"data.id": "country_names", "data.language": "no"}),
        ("translation", {"data.id": "dates", "data.src_language": "de", "data.unit": "word", "data.vocab_size": 90}),
    ],
)
def test_the_command_line_asks_for_the_same_experiment(task, values, shared_settings):
    from core.cli.asked import assignments, data_values

    resolved = resolve(task, "standard", values, shared_settings)
    words = shlex.split(command_line(resolved.experiment, resolved.start))
    assert words[:5] == ["python", "-m", "core", "train", task]
    options = list(zip(words[5::2], words[6::2], strict=True))
    asked = {name: [value for key, value in options if key == name] for name in ("--data", "--preset", "--set")}
    assert len(asked["--set"]) == len(values) - 1, "only what differs is spelt out"
    again = data_values(task, asked["--data"]) | assignments(asked["--set"])
    assert resolve(task, asked["--preset"][0], again, shared_settings).experiment == resolved.experiment


def test_files_that_were_brought_stand_in_the_command_line_by_their_names():
    number, other = "a" * 32, "b" * 32
    start = Experiment(task="sentiment")
    data = start.data.model_copy(update={"source": "upload", "id": number})
    model = start.model.model_copy(update={"vectors": f"upload:{other}"})
    files = {number: ("my reviews.csv",), other: ("glove.txt",)}
    asked = start.model_copy(update={"data": data, "model": model})
    line = command_line(asked, start, files)
    assert "--data 'my reviews.csv' " in line and "--set model.vectors=glove.txt" in line
    assert number not in line and other not in line


@pytest.mark.parametrize("value", [None, True, 3, 1e-05, 0.5, "no", "sum", "a b: c", [0.7, 0.1, 0.2], []])
def test_a_value_is_written_as_the_shell_reads_it(value):
    from core.cli.asked import assignments

    written = format_value(value)
    assert "\n" not in written
    assert assignments([f"x.y={written}"]) == {"x.y": value}
