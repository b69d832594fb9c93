"""What a script says is what the app says, in a process that knows nothing of Unroll."""

import json
import runpy
import sys

import numpy as np
import pytest

from core import api
from core.config.errors import ConfigError
from core.exports.folder import export, packed_export

CLOSE = 1e-5
TEXTS = ("Not good at all.", "A  wonderful café and hotel, I loved <pad> it", "?")


@pytest.fixture
def alone(in_fresh_environment):
    """What the script of a run prints, line by line, where there is nothing of Unroll."""
    return lambda directory, *arguments: in_fresh_environment(directory, "script", *arguments)


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """The same in this process, which is quicker."""

    def run(directory, *arguments):
        folder = tmp_path / f"script {len(list(tmp_path.iterdir()))}"
        export(directory, "script", folder)
        monkeypatch.setattr(sys, "argv", [str(folder / "network.py"), *arguments])
        capsys.readouterr()
        runpy.run_path(sys.argv[0], run_name="__main__")
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def assert_alike(ours, theirs):
    """Texts and labels the same, numbers within 1e-5."""
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        for name, value in other.items():
            mine = one[name]
            if isinstance(mine, dict):
                assert mine.keys() == value.keys()
                mine, value = [*mine.values()], [*value.values()]
            if name in ("probabilities", "score"):
                np.testing.assert_allclose(mine, value, rtol=0, atol=CLOSE)
            else:
                assert mine == value, name


@pytest.mark.parametrize("task", ["sentiment", "tagging"])
def test_a_label_of_the_starter_is_the_same(task, starter, alone):
    texts = ["Anna met Ben in Berlin .", "The xylqz sleeps ."] if task == "tagging" else TEXTS
    run = starter(task)
    assert_alike(api.load(run).predict(texts), alone(run, *texts))


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__bidirectional": True, "model__pooling": "last", "model__num_layers": 2},
    {"model__cell": "rnn", "model__nonlinearity": "relu", "model__bidirectional": False, "model__pooling": "last"},
    {"model__cell": "rnn", "model__pooling": "mean", "data__strip_accents": True, "data__letter_case": "lower"},
    {"model__cell": "lstm", "model__pooling": "last", "data__unit": "character", "data__normalization": "nfkc"},
    {"model__cell": "gru", "model__pooling": "max", "data__unit": "subword", "data__max_length": 5, "model__character_dim": 0},
], ids=lambda options: "-".join(map(str, options.values())))  # fmt: skip
def test_labels_of_other_cells_poolings_and_units_are_the_same(options, small_run, said):
    run = small_run("sentiment", **options)
    assert_alike(api.load(run).predict(TEXTS), said(run, *TEXTS))


@pytest.mark.parametrize("letters", [0, 5])
def test_tags_with_and_without_letters_are_the_same(letters, small_run, said):
    run = small_run("tagging", model__cell="gru", model__character_dim=letters)
    texts = ["Antidisestablishmentarianism sleeps in Zürich .", "Anna ."]
    assert_alike(api.load(run).predict(texts), said(run, *texts))


def test_texts_of_the_starter_are_the_same_letter_by_letter(starter, alone):
    run = starter("generation")
    network = api.load(run)
    for prompt, length, temperature, seed in (("The list", 120, 0.8, 3), ("", 40, 0.0, 0), ("☃ é", 40, 1.3, 7)):
        ours = network.predict([prompt], temperature=temperature, length=length, seed=seed)
        assert_alike(ours, alone(run, prompt, str(length), str(temperature), str(seed)))


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "data__unit": "word", "model__tied_embeddings": True, "model__embedding_dim": 9,
     "model__hidden_size": 9},
    {"model__cell": "rnn", "data__unit": "subword", "data__vocab_size": 300, "model__num_layers": 2},
    {"model__cell": "lstm", "data__id": "country_names", "data__items": "apart"},
    {"model__cell": "lstm", "model__tied_embeddings": True, "model__embedding_dim": 5},  # another size than hidden: projected
])  # fmt: skip
def test_texts_of_other_units_are_the_same(options, small_run, said):
    run = small_run("generation", **options)
    assert_alike(api.load(run).predict(["The list"], length=30, seed=1), said(run, "The list", "30", "0.8", "1"))


def test_translations_of_the_starter_are_the_same(starter, alone):
    run, texts = starter("translation"), ["three hundred and five", "twenty-one thousand", "seven zyx"]
    assert_alike(api.load(run).predict(texts), alone(run, *texts))


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__attention": "general", "model__num_layers": 2},
    {"model__cell": "rnn", "model__attention": "scaled_dot", "model__bridge": "last"},
    {"model__cell": "lstm", "model__attention": "none", "model__bidirectional": False},
    {"model__cell": "lstm", "model__attention": "dot", "model__bridge": "zero"},
], ids=lambda options: "-".join(map(str, options.values())))  # fmt: skip
def test_translations_of_other_attentions_and_bridges_are_the_same(options, small_run, said):
    run, texts = small_run("translation", data__max_length=9, **options), ["three hundred and five", "seven"]
    assert_alike(api.load(run).predict(texts), said(run, *texts))


def forecasts_alike(run, said, steps):
    (theirs,) = said(run, str(steps))
    for row in api.load(run).predict(steps):
        scale = np.abs(row["forecast"]).max()
        np.testing.assert_allclose(row["forecast"], theirs[row["series"]], rtol=0, atol=CLOSE * scale)


@pytest.mark.parametrize("steps", [1, 30])
def test_forecasts_of_the_starter_are_the_same_at_any_length(steps, starter, alone):
    forecasts_alike(starter("forecasting"), alone, steps)


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__shape": "many_to_many", "data__id": "macrodata"},
    {"model__cell": "lstm", "model__bidirectional": True, "model__num_layers": 2, "data__difference": "last_value"},
    {"model__cell": "rnn", "data__transform": "log", "data__id": "co2", "data__difference": "none", "data__non_negative": True},
    {"model__cell": "gru", "data__transform": "box_cox", "data__id": "co2"},
], ids=lambda options: "-".join(map(str, options.values())))  # fmt: skip
def test_forecasts_of_other_shapes_and_scales_are_the_same(options, small_run, said):
    forecasts_alike(small_run("forecasting", **options), said, 17)


def test_a_forecast_goes_on_from_newer_rows_of_a_file(starter, said, tmp_path):
    run = starter("forecasting")
    context = api.load(run).context
    lines = [f"{year},{value + 1:.3f}" for year, (value,) in enumerate(context.history.tolist(), 2009)]
    path = tmp_path / "newer.csv"
    path.write_text(f"year,{context.columns[0]}\n" + "\n".join(lines), encoding="utf-8")
    (theirs,) = said(run, "11", str(path))
    (ours,) = api.load(run).after(str(path)).predict(11)
    np.testing.assert_allclose(ours["forecast"], theirs[context.columns[0]], rtol=0, atol=1e-3)


@pytest.mark.parametrize(("task", "options", "named"), [
    ("sentiment", {"model__cell": "lstm_peephole"}, ["model.cell"]),
    ("sentiment", {"model__pooling": "attention", "model__initial_state": "learned"}, ["model.pooling", "model.initial_state"]),
    ("tagging", {"model__output_layer": "crf"}, ["model.output_layer"]),
    ("forecasting", {"model__likelihood": "gaussian", "model__scaling": "window"}, ["model.likelihood", "model.scaling"]),
    ("memory", {}, ["task"]),
])  # fmt: skip
def test_what_a_script_cannot_say_is_refused_by_name_and_nothing_is_written(task, options, named, small_run, tmp_path):
    with pytest.raises(ConfigError) as refused:
        export(small_run(task, **options), "script", tmp_path / "out")
    assert {problem.field for problem in refused.value.problems} == set(named)
    assert not (tmp_path / "out").exists()


def test_a_script_is_short_enough_to_read(starter, tmp_path):
    for task in ("forecasting", "generation", "sentiment", "tagging", "translation"):
        export(starter(task), "script", tmp_path / task)
        lines = (tmp_path / task / "network.py").read_text(encoding="utf-8").splitlines()
        assert 50 <= len(lines) <= 95
        assert "#?" not in "\n".join(lines) and not any(
            "@" in line for line in lines if "@torch" not in line and " @ " not in line
        )


def test_who_may_not_see_rows_gets_no_export(starter):
    with pytest.raises(ConfigError, match="somebody's own"):
        packed_export(starter("sentiment"), "script", rows=False)


def test_a_folder_with_something_in_it_and_an_unknown_format_are_refused(starter, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="new or empty"):
        export(starter("sentiment"), "script", tmp_path)
    with pytest.raises(ConfigError, match="one of script"):
        export(starter("sentiment"), "pickle", tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
