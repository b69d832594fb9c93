"""What a trained network of each task says of its inside: every input's influence, and both networks of a translation."""

import pytest
import torch

from core import ConfigError, load
from core.applications import describe, one_a_task
from core.tasks.forecasting.inside import last_window
from core.tasks.generation import connections

TEXTS = {"generation": "Anna sees the cat", "sentiment": "I like the cat", "translation": "Anna has a cat.",
         "memory": "a b c d e f g h a b . ? ? ? ? ? ? ? ? ? ? ?"}  # fmt: skip


@pytest.fixture
def network(trained):
    """Makes a network that was trained for so many steps; 0 leaves it as it was drawn, nearly."""

    def make(task, changes=None, num_steps=2):
        values = {"training.max_steps": num_steps, "training.warmup_steps": 0, **(changes or {})}
        return load(trained(task, values))

    return make


def recorded(module):
    """What an embedding gives while a network runs as it always does, with its gradient."""
    kept = []

    def keep(_, __, output):
        output.retain_grad()
        kept.append(output)

    return kept, module.register_forward_hook(keep)


def gradient_of(score, kept):
    score.backward()
    return [part.grad[0].norm(dim=-1).tolist() for part in kept]


@pytest.mark.parametrize("cell", ["lstm", "min_gru"])
def test_generation_asks_about_the_token_that_was_written(cell, network):
    predictor = network("generation", {"model.cell": cell, "model.num_layers": 2})
    text, place = TEXTS["generation"], 7
    assert predictor.outputs(text)[:-1] == list(text[1:])
    found = predictor.influence(text, place)[""]
    ids = predictor.tokenizer.encode(text)
    kept, hook = recorded(predictor.model.embedding)
    line = predictor.tokenizer.encode("\n").tolist()  # any text is read after the end of a line
    logits, _ = predictor.model(torch.tensor([line + ids.tolist()[: place + 1]]))
    hook.remove()
    ((_, *expected),) = gradient_of(logits[0, -1, ids[place + 1]], kept)
    assert found.norms == pytest.approx(expected, rel=1e-4, abs=1e-12)
    assert (found.tokens, found.distances) == (tuple(text[: place + 1]), tuple(range(place + 1, 0, -1)))


def test_generation_asks_about_what_is_likeliest_after_the_text(network):
    predictor = network("generation")
    text = TEXTS["generation"]
    assert predictor.outputs(text)[-1] == predictor.next_tokens(text, 1)[0][0]
    found = predictor.influence(text, len(predictor.outputs(text)) - 1)[""]
    assert "".join(found.tokens) == text and min(found.norms) > 0


@pytest.mark.parametrize(
    ("pooling", "bidirectional", "distances", "is_direct"),
    [
        ("last", False, (5, 4, 3, 2, 1), False),
        ("last", True, (1, 2, 3, 2, 1), False),
        ("mean", False, (5, 4, 3, 2, 1), True),
        ("max", True, (5, 4, 3, 2, 1), True),
    ],
)
def test_sentiment_asks_about_a_class(network, pooling, bidirectional, distances, is_direct):
    predictor = network("sentiment", {"model.pooling": pooling, "model.bidirectional": bidirectional})
    found = predictor.influence(TEXTS["sentiment"], 1)[""]
    kept, hook = recorded(predictor.model.embedding)
    logits = predictor.model(*predictor._sequences([TEXTS["sentiment"]]).batch(torch.tensor([0]).numpy()))
    hook.remove()
    (expected,) = gradient_of(logits[0, 1], kept)
    assert found.norms == pytest.approx(expected, rel=1e-4, abs=1e-12)
    assert found.tokens[-1] == "<eos>" and found.distances == distances and found.is_direct == is_direct
    assert predictor.outputs("any") == list(predictor.classes)


@pytest.mark.parametrize(
    "changes", [{}, {"model.shape": "many_to_many"}, {"data.many_series": "each"}], ids=["at once", "fed back", "each"]
)
def test_forecasting_asks_about_a_step_of_a_series(network, changes):
    predictor = network("forecasting", changes)
    target, step = predictor.context.targets[-1], 3
    found = predictor.influence(target, step)[""]
    assert found.distances == tuple(range(9, 0, -1)) and found.tokens[-1] == predictor.context.history_times[-1]
    number = predictor.context.targets.index(target) if "data.many_series" in changes else 0
    window, nudge = predictor._last_windows()[number : number + 1], 1e-2
    place = 0 if "data.many_series" in changes else predictor.context.targets.index(target)
    for row in (0, 8):
        slopes = []
        for feature in range(window.shape[2]):
            moved = window.repeat(2, 1, 1)
            moved[:, row, feature] += torch.tensor([nudge, -nudge])
            high, low = predictor.scaled_forecasts(moved, step)[:, -1, place]
            slopes.append(float(high - low) / (2 * nudge))
        assert found.norms[row] == pytest.approx(torch.tensor(slopes).norm().item(), rel=0.02, abs=2e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"model.attention": "none", "model.bidirectional": False},
        {"model.attention": "general"},
        {"model.attention": "general", "model.input_feeding": True, "model.num_layers": 2, "model.cell": "gru"},
    ],
    ids=["no attention", "attention", "input feeding"],
)
def test_translation_asks_about_a_written_token(network, changes):
    predictor = network("translation", changes)
    text = TEXTS["translation"]
    place = min(2, len(predictor.outputs(text)) - 1)
    found = predictor.influence(text, place)
    explained = predictor.explain(text)
    assert predictor.outputs(text) == explained["trg_tokens"]
    kept, first = recorded(predictor.model.src_embedding)
    also, second = recorded(predictor.model.trg_embedding)
    src, lengths = predictor._sequences([text]).batch(torch.tensor([0]).numpy())
    written = [_id_of(predictor.trg_tokenizer, token) for token in explained["trg_tokens"][: place + 1]]
    logits = predictor.model(src, lengths, torch.tensor([[2, *written[:-1]]]))
    first.remove()
    second.remove()
    expected = gradient_of(logits[0, -1, written[-1]], kept + also)
    assert found["source"].norms == pytest.approx(expected[0], rel=1e-3, abs=1e-12)
    assert found["written"].norms == pytest.approx(expected[1], rel=1e-3, abs=1e-12)
    assert found["written"].tokens == ("<bos>", *explained["trg_tokens"][:place])
    assert found["source"].is_direct == (changes["model.attention"] != "none")
    length = len(explained["src_tokens"])
    assert found["source"].distances == tuple(range(length + place, place, -1))


def _id_of(tokenizer, token):
    return next(number for number in range(tokenizer.vocab_size) if tokenizer.token(number) == token)


@pytest.mark.parametrize("task", sorted(TEXTS))
def test_an_output_that_is_not_there_is_refused(task, network):
    predictor = network(task)
    with pytest.raises(ConfigError):
        predictor.influence(TEXTS[task], len(predictor.outputs(TEXTS[task])))
    with pytest.raises(ConfigError):
        predictor.influence(" ", 0)


def test_a_forecast_of_no_such_series_or_step_is_refused(network):
    predictor = network("forecasting")
    for target, step in (("nothing", 1), (predictor.context.targets[0], 0), (predictor.context.targets[0], 4)):
        with pytest.raises(ConfigError):
            predictor.influence(target, step)


def test_a_translation_shows_the_encoder_over_the_source_and_the_decoder_over_what_it_writes(network):
    predictor = network("translation", {"model.num_layers": 2})
    trace, explained = predictor.trace(TEXTS["translation"]), predictor.explain(TEXTS["translation"])
    sides = {layer["within"]: layer["tokens"] for layer in trace["layers"]}
    assert sides == {"encoder": explained["src_tokens"], "decoder": explained["trg_tokens"]}
    assert [layer["name"] for layer in trace["layers"]][-1] == "decoder, layer 2, forward"
    for layer in trace["layers"]:
        assert all(values.shape == (len(layer["tokens"]), 7) for values in layer["values"].values())


@pytest.mark.parametrize("task", one_a_task())
def test_a_network_that_was_trained_for_one_step_can_be_opened(task, network):
    predictor = network(task, num_steps=1)
    text = TEXTS.get(task, "Anna has a cat") if describe(task).is_asked_texts else None
    assert predictor.trace(text)["layers"]
    found = predictor.influence(text, 0) if text else predictor.influence(predictor.context.targets[0], 1)
    assert all(part.norms and max(part.norms) > 0 for part in found.values())


def test_a_network_of_private_texts_writes_nothing_inside_either(network):
    text = TEXTS["translation"]
    translator, writer = network("translation").without_rows(), network("generation").without_rows()
    assert {layer["within"] for layer in translator.trace(text)["layers"]} == {"encoder"}
    assert writer.outputs(text) == list(text[1:])
    for ask in (
        lambda: translator.outputs(text),
        lambda: translator.influence(text, 0),
        lambda: writer.influence(text, len(text) - 1),
    ):
        with pytest.raises(ConfigError):
            ask()
    assert writer.influence(text, len(text) - 2)[""].norms


@pytest.mark.parametrize(
    "changes",
    [{}, {"model.shape": "many_to_many"}, {"data.many_series": "each"}, {"model.bidirectional": True}],
    ids=["at once", "fed back", "each", "both directions"],
)
def test_forecasting_has_a_slope_for_each_column_whose_length_is_the_influence_of_its_row(network, changes):
    predictor = network("forecasting", changes)
    target, step = predictor.context.targets[-1], 2
    (found,) = predictor.slopes(target, step)
    assert found.columns == ((target,) if predictor.context.each else predictor.context.columns)
    assert (found.values**2).sum(axis=1) ** 0.5 == pytest.approx(predictor.influence(target, step)[""].norms)
    window = predictor._last_windows()
    number = predictor.context.targets.index(target)
    row, place = (number, 0) if predictor.context.each else (0, number)
    moved = window[row : row + 1].repeat(2, 1, 1)
    moved[:, -2, -1] += torch.tensor([1e-2, -1e-2])
    high, low = predictor.scaled_forecasts(moved, step)[:, -1, place]
    assert found.values[-2, -1] == pytest.approx(float(high - low) / 2e-2, rel=0.02, abs=2e-5)


def test_the_last_window_of_a_chosen_series_has_its_values_and_its_own_states(network):
    predictor = network("forecasting", {"data.many_series": "each"})
    one, other = (last_window(predictor, name) for name in predictor.context.targets[:2])
    assert one.values.tolist() == predictor.context.history[-9:, 0].tolist() and one.times == other.times
    assert not (one.layers[0]["values"]["hidden state"] == other.layers[0]["values"]["hidden state"]).all()


@pytest.mark.parametrize("cell", ["lstm", "min_gru"])
@pytest.mark.parametrize("longest", [120, 9])
def test_the_connections_of_a_text_are_the_gradients_of_each_of_its_outputs(cell, longest, network, monkeypatch):
    monkeypatch.setattr(connections, "MOST_CONNECTED", longest)
    predictor = network("generation", {"model.cell": cell, "model.num_layers": 2})
    text = "The cat sat on the mat."
    found = predictor.connections(text)
    num = min(longest, len(text))
    assert "".join(found.tokens) == text[:num] and found.is_cut == (longest < len(text))
    assert list(found.outputs) == predictor.outputs(text)[:num] and [len(row) for row in found.norms] == [
        *range(1, num + 1)
    ]
    for place, row in enumerate(found.norms):
        assert row == pytest.approx(predictor.influence(text, place)[""].norms, rel=1e-4, abs=1e-9)


def test_who_may_not_see_what_is_likeliest_has_no_connections_of_it(network):
    reader = network("generation").without_rows()
    assert list(reader.connections("The cat").outputs) == list("he cat")
