"""What of a run is seen by those who may not see rows of its data. The secret in every fixture is the word `zanzibar`."""

import io
import json
import zipfile

import numpy as np
import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.jobs.folders import create_run
from core.jobs.takeaway import zip_run
from core.sharing import archive_without_rows, experiment_without_rows, is_private, without_rows

SERIES = Experiment.parse({"task": "forecasting", "data": {"source": "upload", "id": "a" * 32, "window_size": 3}}).data
LONG = SERIES.model_copy(update={"series_column": "town"})


def scaler(**changes):
    """The context of a forecaster of two columns, as its file has it."""
    return {
        "scaler": {"lag": 0, "mean": [1.0, 2.0], "std": [1.0, 1.0]},
        "columns": ["sales", "visits"],
        "targets": ["sales"],
        "history": [[71.25, 81.25], [72.25, 82.25], [73.25, 83.25]],
        "history_times": ["2024-01-01", "2024-01-02", "2024-01-03"],
        "future": ["2024-01-04", "2024-01-05"],
        "each": False,
        "told": ["visits"],
        "known": [[True, True], [True, False], [True, True]],
        "own_future": {"sales": ["2024-01-04"]},
        "step": "D",
        "frequency": "daily",
        "first_on_line": [71.25, 81.25],
        "form": {"time_columns": ["day"], "order": ["71.5", "99.5"], "fillers": {"sales": [-99.25]}, "delimiter": ",",
                 "sample": {"day": ["2024-01-03"], "sales": ["73.25"], "remark": ["zanzibar"]}},
        **changes,
    }  # fmt: skip


RESULT = {
    "event": "result", "task": "forecasting", "data": "zanzibar.csv", "parameters": 40, "threads_history": [[0, 1]],
    "best": {"metric": "mase", "value": 0.5, "step": 3}, "note": "zanzibar", "evidence": {"text": "zanzibar", "share": 0.25},
    "test": {"mase": 0.75, "per_target": {"zanzibar": {"mase": 0.75}, "x": {"mase": 0.5}}},
    "baselines": {"mean": {"mase": 1.0, "per_target": {"zanzibar": {"mase": 1.0}}}},
    "reading": {"series_column": "town", "rows": 9, "dropped": {"no date": 1}, "notes": ["'zanzibar' is no number"]},
}  # fmt: skip


def test_forecasts_beside_what_came_are_withheld():
    assert without_rows("backtest.json", {"test_from": 3, "series": {"zanzibar": {"truth": [[1.5]]}}}, SERIES) is None
    files = {"backtest.json": b"{}", "best.safetensors": b""}
    assert list(archive_without_rows(files, Experiment.parse({"task": "forecasting"}))) == ["best.safetensors"]


def test_data_of_a_file_is_private_and_that_of_the_catalogue_or_the_hub_is_not():
    private = {"upload": True, "file": True, "builtin": False, "catalogue": False, "hub": False}
    for source, expected in private.items():
        assert is_private(SERIES.model_copy(update={"source": source})) is expected


def test_of_a_result_the_figures_are_seen_and_no_note_name_of_a_file_or_series_named_in_a_cell():
    shown = without_rows("result.json", RESULT, LONG)
    assert "zanzibar" not in json.dumps(shown)
    assert shown["test"] == {"mase": 0.75, "per_target": {"series 1": {"mase": 0.75}, "series 2": {"mase": 0.5}}}
    assert shown["baselines"]["mean"]["mase"] == 1.0
    assert (shown["parameters"], shown["best"]["step"], shown["evidence"]) == (40, 3, {"share": 0.25})
    assert shown["reading"] == {"series_column": "town", "rows": 9, "dropped": {"no date": 1}}


def test_columns_of_a_table_keep_their_names_in_the_figures():
    wide = {**RESULT, "reading": {"series_column": None}}
    assert list(without_rows("result.json", wide, SERIES)["test"]["per_target"]) == ["zanzibar", "x"]


def test_of_details_only_what_is_known_to_be_free_of_rows_is_seen():
    details = {
        "split": "test",
        "classes": ["up"],
        "confusion": [[3]],
        "examples": [{"text": "zanzibar"}],
        "new": "zanzibar",
    }
    assert without_rows("details.json", details, SERIES) == {"split": "test", "classes": ["up"], "confusion": [[3]]}
    series = {"time": ["2024"], "values": {"sales": [71.25]}, "targets": ["sales"], "horizon": 4, "prompt": "zanzibar"}
    assert without_rows("details.json", series, SERIES) == {"horizon": 4}
    assert without_rows("log.txt", {"all": "zanzibar"}, SERIES) is None


def test_of_a_scaler_no_value_is_seen_and_no_cell_of_any_column():
    text = json.dumps(without_rows("scaler.json", scaler(), SERIES))
    for secret in ("71", "72.25", "73.25", "81.25", "82.25", "-99.25", "zanzibar", "remark"):
        assert secret not in text
    shown = json.loads(text)
    assert (shown["columns"], shown["targets"], shown["told"]) == (["sales", "visits"], ["sales"], ["visits"])
    assert shown["history_times"][-1] == "2024-01-03"  # newer rows must know what follows
    assert shown["form"]["order"] == ["99.5"]


def test_series_that_are_named_in_cells_are_numbered_in_a_scaler():
    shown = without_rows("scaler.json", scaler(columns=["zanzibar", "visits"], targets=["zanzibar"]), LONG)
    assert (shown["columns"], shown["targets"], shown["told"]) == (["series 1", "series 2"], ["series 1"], ["series 2"])


@pytest.mark.parametrize("source", [{"source": "upload", "id": "b" * 32}, {"source": "file", "path": ["x.csv"]}])
def test_series_that_were_chosen_are_not_named_by_the_experiment(source):
    """An experiment does not say whether what it names are columns or cells of one."""
    chosen = {"target_columns": ["zanzibar"], "covariate_columns": ["zanzibar 2"], "series_column": None}
    experiment = Experiment.parse({"task": "forecasting", "data": {**source, **chosen}})
    assert "zanzibar" not in experiment_without_rows(experiment).to_yaml()
    public = Experiment.parse({"task": "forecasting", "data": {"id": "macrodata", "target_columns": ["infl"]}})
    assert experiment_without_rows(public) == public


def test_what_is_read_beside_the_targets_is_not_named_by_a_result():
    reading = {"series_column": None, "covariates": ["zanzibar"], "targets": ["sales"], "rows": 9}
    shown = without_rows("result.json", {**RESULT, "reading": reading}, SERIES)
    assert shown["reading"] == {"series_column": None, "targets": ["sales"], "rows": 9}


def test_a_file_of_a_shell_is_not_called_by_its_path():
    experiment = Experiment.parse({"task": "forecasting", "data": {"source": "file", "path": ["/home/zanzibar.csv"]}})
    assert "zanzibar" not in experiment_without_rows(experiment).to_yaml()


def archive(directory, **who):
    with zipfile.ZipFile(io.BytesIO(zip_run(directory, **who))) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


@pytest.fixture
def run_on_a_file(tmp_path):
    """The folder of a run on somebody's file, with weights and a result; the other files by name."""

    def make(task, **files):
        experiment = Experiment.parse({"task": task, "data": {"source": "upload", "id": "b" * 32}})
        directory = tmp_path / "run"
        create_run(directory, experiment, versions={})
        (directory / "best.safetensors").write_bytes(b"weights")
        (directory / "result.json").write_text(json.dumps({**RESULT, "steps": 200}))
        for name, content in files.items():
            (directory / f"{name}.json").write_text(json.dumps(content))
        return directory

    return make


def test_the_archive_of_a_network_of_numbers_goes_without_its_rows(run_on_a_file):
    files = archive(run_on_a_file("forecasting", scaler=scaler()), rows=False)
    assert {"best.safetensors", "scaler.json", "result.json", "metrics.csv", "use_it.py"} <= set(files)
    for name, text in files.items():
        assert "zanzibar" not in text and "73.25" not in text, name
    assert "newer=" in files["use_it.py"]
    assert "own data" in files["README.md"] and "has not shared the data" in files["README.md"]


def test_the_archive_of_a_network_of_texts_goes_without_vocabulary_and_weights(run_on_a_file):
    files = archive(run_on_a_file("sentiment", tokenizer={"zanzibar": 1}), rows=False)
    assert {"experiment.yaml", "result.json", "metrics.csv", "README.md"} == set(files)
    assert not any("zanzibar" in text for text in files.values())


def test_the_archive_of_those_who_may_see_rows_has_everything_and_says_what_the_run_is(run_on_a_file):
    files = archive(run_on_a_file("forecasting", scaler=scaler()), own_data="demand.csv")
    assert json.loads(files["scaler.json"]) == scaler()
    assert " · demand.csv · window " in files["README.md"] and " · 40 parameters · 200 steps" in files["README.md"]


def test_a_network_of_private_texts_reads_for_others_and_writes_nothing():
    from core.tasks.generation.predictor import GenerationPredictor
    from core.tasks.seq2seq.binding import Seq2SeqPredictor

    writer = GenerationPredictor(Experiment.parse({"task": "generation"}), None, None, None).without_rows()
    translator = Seq2SeqPredictor(None, None, None, None, None).without_rows()
    for ask in (
        lambda: writer.stream("The "),
        lambda: writer.predict(["The "]),
        lambda: writer.next_tokens("The "),
        lambda: writer.items(3, "The "),
        lambda: writer.score("The door code is 7"),
        lambda: writer.next_words("The door code is "),
        lambda: writer.surprise("The door code is 7"),  # asked letter by letter it would spell what it has read
        lambda: translator.predict(["one"]),
        lambda: translator.explain("one"),
    ):
        with pytest.raises(ConfigError, match="has not shared"):
            ask()


def test_a_forecaster_without_its_rows_says_so_and_goes_on_from_newer_ones():
    import pandas as pd
    import torch

    from core.data.sources.newer_rows import NewerRows
    from core.tasks.forecasting.context import SeriesContext
    from core.tasks.forecasting.predictor import ForecastPredictor, build_model

    experiment = Experiment.parse(
        {"task": "forecasting", "model": {"hidden_size": 3}, "data": {**SERIES.model_dump(), "horizon": 2}}
    )
    context = SeriesContext.from_json(json.dumps(scaler(told=[], known=None, own_future={}, form=None)))
    network = ForecastPredictor(experiment, build_model(experiment, *context.sizes), context, torch.device("cpu"))
    shared = network.without_rows()
    assert np.isfinite(network.predict()[0]["forecast"]).all()
    for ask in (shared.predict, shared.trace):
        with pytest.raises(ConfigError, match="were not shared"):
            ask()
    days = np.array(["2024-01-04", "2024-01-05", "2024-01-06"], dtype="datetime64[us]")
    rows = NewerRows(pd.DataFrame({"sales": [1.0, 2.0, 3.0], "visits": [4.0, 5.0, 6.0]}), days)
    assert shared.after(rows).predict()[0]["forecast"] == network.after(rows).predict()[0]["forecast"]
    few = NewerRows(rows.values.iloc[:1], days[:1])
    with pytest.raises(ConfigError, match="at least 3 rows"):
        shared.after(few)


def test_where_word_vectors_lie_is_told_to_nobody_who_may_not_see_rows():
    for named in ("/home/me/glove.txt", "upload:" + "0" * 32):
        experiment = Experiment(task="sentiment").with_values({"model.vectors": named, "model.frozen_vectors": True})
        shown = experiment_without_rows(experiment)
        assert shown.model.vectors is None and not shown.model.frozen_vectors
        assert named not in shown.to_yaml()
