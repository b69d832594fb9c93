"""What ONNX files say is what the app says, for batches and lengths other than the one they were made with."""

import importlib.util
import json
import runpy
import sys

import numpy as np
import pytest

from core import api
from core.config.errors import ConfigError
from core.exports import onnx
from core.exports.folder import export

pytest.importorskip("onnxscript", reason="onnx and onnxscript are not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

CLOSE = 1e-5
TEXTS = ("Not good at all.", "A  wonderful café and hotel, I loved <pad> it", "?")
STATE = ("h_0", "c_0")
LONG = pytest.mark.long


@pytest.fixture
def traced_here(monkeypatch):
    """ONNX is made in this process, which is quicker."""
    from core.exports.tracing import trace

    monkeypatch.setattr(onnx, "_trace", trace)


@pytest.fixture
def made(tmp_path, traced_here):
    """The folder of a run as ONNX."""

    def make(directory):
        folder = tmp_path / f"onnx {len(list(tmp_path.iterdir()))}"
        export(directory, "onnx", folder)
        return folder

    return make


@pytest.fixture
def said(monkeypatch, capsys):
    """What `use.py` of a folder prints, line by line."""

    def run(folder, *arguments):
        monkeypatch.setattr(sys, "argv", [str(folder / "use.py"), *arguments])
        capsys.readouterr()
        runpy.run_path(sys.argv[0], run_name="__main__")
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture
def assert_alike():
    """Texts and labels the same, probabilities and scores within 1e-5."""

    def alike(ours, theirs):
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

    return alike


def session(folder, name="network"):
    return onnxruntime.InferenceSession(folder / f"{name}.onnx", providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("options", [
    pytest.param(
        {"model__cell": "gru", "model__bidirectional": True, "model__pooling": "last", "model__num_layers": 2}, marks=LONG
    ),
    pytest.param({"model__cell": "rnn", "model__nonlinearity": "relu", "model__bidirectional": False}, marks=LONG),
    pytest.param({"model__cell": "lstm", "model__pooling": "mean", "data__unit": "character"}, marks=LONG),
    {"model__cell": "rnn", "model__pooling": "max", "data__unit": "subword"},
], ids=str)  # fmt: skip
def test_labels_of_texts_of_several_lengths_in_one_batch_are_the_same(options, small_run, made, said, assert_alike):
    run = small_run("sentiment", **options)
    folder = made(run)
    assert_alike(api.load(run).predict(TEXTS), said(folder, *TEXTS))
    assert_alike(api.load(run).predict(TEXTS[:1]), said(folder, TEXTS[0]))


@pytest.mark.parametrize("options", [
    {"model__cell": "gru", "model__shape": "many_to_many", "data__id": "macrodata"},
    pytest.param({"model__bidirectional": True, "model__num_layers": 2, "data__difference": "last_value"}, marks=LONG),
    {"model__cell": "rnn", "data__transform": "log", "data__id": "co2", "data__difference": "none", "data__non_negative": True},
    pytest.param({"model__shape": "many_to_many", "data__transform": "box_cox", "data__id": "co2"}, marks=LONG),
], ids=str)  # fmt: skip
def test_forecasts_are_the_same(options, small_run, made, said):
    run = small_run("forecasting", **options)
    folder = made(run)
    (theirs,) = said(folder, "17")
    about, scaler = (folder / "README.md").read_text(), json.loads((run / "scaler.json").read_text())["scaler"]
    data = api.load(run).experiment.data
    reach = data.window_size + scaler["lag"]
    assert f"at the last {reach} steps, oldest first" in about
    assert ("difference" in about) == (scaler["lag"] > 0)
    assert ("a value below 0" in about) == bool(data.non_negative)
    for row in api.load(run).predict(17):
        scale = np.abs(row["forecast"]).max()
        np.testing.assert_allclose(row["forecast"], theirs[row["series"]], rtol=0, atol=CLOSE * scale)


def test_what_stands_behind_a_shorter_window_changes_nothing(small_run, made):
    network = session(made(small_run("forecasting", model__bidirectional=True)))
    windows = np.random.default_rng(0).normal(size=(7, 9, 1)).astype(np.float32)
    lengths = np.array([9, 4, 1, 9, 2, 8, 3], np.int32)
    (together,) = network.run(None, {"window": windows, "lengths": lengths})
    assert together.shape[0] == 7
    for row, length in enumerate(lengths):
        given = {"window": windows[row : row + 1, :length], "lengths": lengths[row : row + 1]}
        (alone,) = network.run(None, given)
        np.testing.assert_allclose(together[row], alone[0], rtol=0, atol=CLOSE)
    (filled,) = network.run(None, {"window": windows, "lengths": np.full(7, 9, np.int32)})
    assert np.abs(filled[1] - together[1]).max() > 1e-3


@pytest.mark.parametrize("options", [
    pytest.param({"model__cell": "gru", "model__character_dim": 0}, marks=LONG),
    {"model__cell": "lstm", "model__character_dim": 5, "model__num_layers": 2},
    pytest.param({"model__cell": "rnn", "model__character_dim": 3}, marks=LONG),
], ids=str)  # fmt: skip
def test_tags_of_sentences_of_several_lengths_are_the_same_with_and_without_letters(
    options, small_run, made, said, assert_alike
):
    run = small_run("tagging", **options)
    texts = ["Antidisestablishmentarianism sleeps in Zürich .", "Anna .", "A b ccc dddd eeeee f g"]
    assert_alike(api.load(run).predict(texts), said(made(run), *texts))


@pytest.mark.parametrize("options", [
    pytest.param({"model__cell": "gru", "data__unit": "word"}, marks=LONG),
    {"model__cell": "rnn", "data__unit": "subword", "data__vocab_size": 300, "model__num_layers": 2,
     "model__tied_embeddings": True, "model__embedding_dim": 7},
    {"model__cell": "lstm", "data__id": "country_names", "data__items": "apart"},
    {"model__cell": "lstm", "model__tied_embeddings": True, "model__embedding_dim": 5},  # another size than hidden: projected
    pytest.param({"model__cell": "lstm"}, marks=LONG),
])  # fmt: skip
def test_the_likeliest_text_is_the_same_and_prompts_of_several_lengths_leave_their_own_state(
    options, small_run, made, said
):
    run = small_run("generation", **options)
    folder = made(run)
    (ours,) = api.load(run).predict(["The list"], length=30, temperature=0.0)
    (theirs,) = said(folder, "The list", "30", "0")
    assert ours["text"] == theirs["text"]
    (drawn,), (again,) = (said(folder, "The", "30", "0.8", "4") for _ in range(2))
    assert drawn["text"] == again["text"] != said(folder, "The", "30", "0.8", "5")[0]["text"]

    network = session(folder)
    states = [one for one in network.get_inputs() if one.name in STATE]
    ids, lengths = (
        np.array([[4, 5, 6, 7], [8, 0, 0, 0], [9, 4, 0, 0], [5, 5, 5, 0], [6, 0, 0, 0]]),
        np.array([4, 1, 2, 3, 1], np.int32),
    )

    def read(ids, lengths):
        zeros = {one.name: np.zeros((one.shape[0], len(ids), one.shape[2]), np.float32) for one in states}
        return network.run(None, {"ids": ids, "lengths": lengths} | zeros)

    _, *together = read(ids, lengths)
    for row, length in enumerate(lengths):
        _, *alone = read(ids[row : row + 1, :length], lengths[row : row + 1])
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_allclose(one[:, row], other[:, 0], rtol=0, atol=CLOSE)


@pytest.mark.parametrize("options", [
    pytest.param({"model__cell": "gru", "model__attention": "general", "model__num_layers": 2}, marks=LONG),
    {"model__cell": "rnn", "model__attention": "scaled_dot", "model__bridge": "last"},
    pytest.param({"model__cell": "lstm", "model__attention": "none", "model__bidirectional": False}, marks=LONG),
    pytest.param({"model__cell": "lstm", "model__attention": "dot", "model__bridge": "zero"}, marks=LONG),
], ids=str)  # fmt: skip
def test_translations_of_texts_of_several_lengths_in_one_batch_are_the_same(
    options, small_run, made, said, assert_alike
):
    run, texts = (
        small_run("translation", data__max_length=9, **options),
        ["three hundred and five", "seven", "two", "one"],
    )
    assert_alike(api.load(run).predict(texts), said(made(run), *texts))


@pytest.mark.usefixtures("traced_here")
@pytest.mark.parametrize(("task", "texts"), [
    ("sentiment", TEXTS),
    ("tagging", ("Anna met Ben in Berlin .", "The xylqz sleeps .")),
    ("translation", ("three hundred and five", "twenty-one thousand", "seven zyx")),
])  # fmt: skip
def test_answers_of_the_starter_are_the_same_where_there_is_nothing_of_unroll(
    task, texts, starter, in_fresh_environment, assert_alike
):
    assert_alike(api.load(starter(task)).predict(texts), in_fresh_environment(starter(task), "onnx", *texts))


@pytest.mark.usefixtures("traced_here")
def test_texts_of_the_starter_are_the_same_where_there_is_nothing_of_unroll(
    starter, in_fresh_environment, assert_alike
):
    run = starter("generation")
    ours = api.load(run).predict(["The list"], temperature=0.0, length=120)
    assert_alike(ours, in_fresh_environment(run, "onnx", "The list", "120", "0"))


def test_forecasts_of_the_starter_are_the_same_where_there_is_nothing_of_unroll(starter, in_fresh_environment):
    run = starter("forecasting")
    (ours,), (theirs,) = api.load(run).predict(30), in_fresh_environment(run, "onnx", "30")
    np.testing.assert_allclose(
        ours["forecast"], theirs[ours["series"]], rtol=0, atol=CLOSE * np.abs(ours["forecast"]).max()
    )


def test_the_files_say_what_goes_in_and_comes_out(small_run, made):
    folder = made(small_run("translation", model__cell="gru", model__attention="none"))
    assert {path.name for path in folder.iterdir()} == {
        "encoder.onnx", "decoder.onnx", "use.py", "config.json", "README.md", "src_tokenizer.json", "trg_tokenizer.json"
    }  # fmt: skip
    said = json.loads((folder / "config.json").read_text())["files"]
    for name in ("encoder", "decoder"):
        network, told = session(folder, name), said[f"{name}.onnx"]
        assert {one.name: one.shape for one in network.get_inputs()} == {
            key: one["shape"] for key, one in told["inputs"].items()
        }
        assert [one.name for one in network.get_outputs()] == [*told["outputs"]]
    about = (folder / "README.md").read_text()
    assert "| in | `ids` | int64 | batch × source |" in about and "| in | `h_0` | float | 1 × batch × 7 |" in about
    assert "encoded" not in said["decoder.onnx"]["inputs"]  # nothing looks at it without attention


def test_without_the_libraries_a_sentence_says_what_to_install(starter, monkeypatch, tmp_path):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "onnxscript" else real(name, *rest)
    )
    with pytest.raises(ConfigError, match="pip install onnx onnxscript"):
        export(starter("sentiment"), "onnx", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_a_script_cannot_say_is_refused_here_too(small_run, tmp_path):
    with pytest.raises(ConfigError) as refused:
        export(small_run("sentiment", model__cell="lstm_peephole"), "onnx", tmp_path / "out")
    assert [problem.field for problem in refused.value.problems] == ["model.cell"]
