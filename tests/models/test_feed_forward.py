"""Layers without memory: what they see, what they hand on, and what a network built with them cannot do."""

import pytest
import torch
from torch.nn import functional as F

from core.models.feed_forward import FeedForward, FeedForwardStack
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.one_to_one import OneToOne
from core.models.stack import Stack
from core.models.tagger import Tagger

LENGTHS = torch.tensor([5, 8, 2])


@pytest.fixture
def inputs():
    return torch.randn(3, 8, 4, generator=torch.Generator().manual_seed(1))


def test_every_step_sees_the_window_that_ends_there(inputs):
    model = FeedForward(4, 7, num_layers=2, window=3)
    outputs, _ = model(inputs)
    first, second = model.layers
    for step in range(8):
        seen = torch.zeros(3, 3, 4)
        begin = max(0, step - 2)
        seen[:, 3 - (step + 1 - begin) :] = inputs[:, begin : step + 1]
        expected = torch.tanh(second(torch.tanh(first(seen.reshape(3, 12)))))
        torch.testing.assert_close(outputs[:, step], expected)


@pytest.mark.parametrize("window", [1, 3])
def test_what_left_the_window_is_forgotten(inputs, window):
    model = FeedForward(4, 7, window=window)
    changed = inputs.clone()
    changed[:, 2] += 1
    differs = (model(inputs)[0] != model(changed)[0]).any(dim=2)
    assert differs.all(dim=0).tolist() == [2 <= step < 2 + window for step in range(8)]
    assert not differs[:, [0, 1]].any()


@pytest.mark.parametrize("window", [1, 3, 6])
def test_the_state_holds_what_was_read_so_pieces_equal_one_long_run(inputs, window):
    model = FeedForward(4, 7, window=window)
    whole, final = model(inputs)
    state, pieces = None, []
    for piece in inputs.split([2, 1, 5], dim=1):
        outputs, state = model(piece, state=state)
        pieces.append(outputs)
    torch.testing.assert_close(torch.cat(pieces, dim=1), whole)
    assert torch.equal(state[0], final[0])
    assert state[0].shape == (window, 3, 4)


def test_rows_end_where_their_lengths_say_and_padding_is_never_read(inputs):
    model = FeedForward(4, 7, window=3)
    padded = inputs.clone()
    for row, length in enumerate(LENGTHS.tolist()):
        padded[row, length:] = torch.nan
    outputs, state = model(padded, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        alone, last = model(inputs[row : row + 1, :length])
        torch.testing.assert_close(outputs[row, :length], alone[0])
        assert not outputs[row, length:].any()
        assert torch.equal(state[0][:, row], last[0][:, 0])
        torch.testing.assert_close(model.last_hidden(state)[row], alone[0, -1])


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "padded"])
def test_a_traced_run_equals_the_fast_one_and_records_every_layer(inputs, lengths):
    model = FeedForward(4, 7, num_layers=2, window=3)
    outputs, state = model(inputs, lengths)
    trace = model.trace(inputs, lengths)
    torch.testing.assert_close(trace.outputs, outputs)
    assert torch.equal(trace.state[0], state[0])
    assert [(record.layer, record.direction) for record in trace.layers] == [(0, "forward"), (1, "forward")]
    for record in trace.layers:
        real = torch.arange(8) < (torch.full((3,), 8) if lengths is None else lengths)[:, None]
        torch.testing.assert_close(record.output, torch.tanh(record.preactivations["hidden"]) * real[..., None])
        assert torch.equal(record.gates["hidden"], record.output)
        assert torch.equal(torch.stack([h for (h,) in record.steps], dim=1), record.output)
    assert model.trace(inputs).layers and not FeedForward(4, 7, num_layers=0).trace(inputs).layers


def test_the_gradient_of_the_last_output_reaches_no_earlier_hidden_layer(inputs):
    for layers, reached in ((FeedForwardStack(7, window=3), [7]), (Stack("rnn", 7), list(range(8)))):
        trace = layers.build(4).trace(inputs)
        found = torch.autograd.grad(
            trace.outputs[:, -1].sum(), [state[0] for state in trace.layers[0].steps], allow_unused=True
        )
        assert [step for step, grad in enumerate(found) if grad is not None and grad.any()] == reached


@pytest.mark.parametrize(("name", "function"), [("relu", torch.relu), ("sigmoid", torch.sigmoid), ("identity", None)])
def test_the_nonlinearity_follows_every_hidden_layer(inputs, name, function):
    model = FeedForward(4, 7, num_layers=2, nonlinearity=name)
    expected = inputs
    for layer in model.layers:
        expected = function(layer(expected)) if function else layer(expected)
    torch.testing.assert_close(model(inputs)[0], expected)


def test_dropout_acts_between_hidden_layers_while_training(inputs):
    torch.manual_seed(0)
    model = FeedForward(4, 7, num_layers=2, dropout=0.5)
    assert not torch.equal(model(inputs)[0], model(inputs)[0])
    model.eval()
    assert torch.equal(model(inputs)[0], model(inputs)[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"window": 0}, "window: expected at least 1, got 0"),
        ({"num_layers": -1}, "num_layers"),
        ({"hidden_size": 0}, "hidden_size"),
        ({"nonlinearity": "gelu"}, "'gelu'"),
        ({"dropout": 1.0, "num_layers": 2}, "dropout"),
        ({"dropout": 0.5}, "between layers"),
    ],
)
def test_impossible_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        FeedForwardStack(**arguments).build(4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((torch.zeros(3, 8, 5),), "inputs"),
        ((torch.zeros(3, 0, 4),), "empty"),
        ((torch.zeros(3, 8, 4), torch.tensor([8, 8])), "lengths"),
        ((torch.zeros(3, 8, 4), torch.tensor([8, 9, 1])), "1 to 8"),
        ((torch.zeros(3, 8, 4), torch.tensor([8, 0, 1])), "1 to 8"),
        ((torch.zeros(3, 8, 4), None, (torch.zeros(1, 3, 4),)), "state"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        FeedForward(4, 7, window=2)(*arguments)


def test_parameters_grow_with_the_window_and_not_with_the_sequence(count_parameters):
    assert count_parameters(FeedForward(4, 7, num_layers=2, window=3)) == 7 * (3 * 4 + 1) + 7 * (7 + 1)
    assert count_parameters(FeedForward(4, 7, num_layers=0, window=3)) == 0
    assert FeedForward(4, 7, num_layers=0, window=3).output_size == 12


def test_without_a_hidden_layer_a_network_is_linear_and_with_one_it_is_not():
    torch.manual_seed(0)
    first, second, none = torch.randn(5, 4), torch.randn(5, 4), torch.zeros(5, 4)
    for layers, linear in ((0, True), (1, False)):
        model = OneToOne(FeedForwardStack(hidden_size=7, num_layers=layers), 4, 2)
        together, apart = model(first + second) + model(none), model(first) + model(second)
        assert torch.allclose(together, apart, atol=1e-5) == linear


def test_one_to_one_has_a_single_step_to_see():
    with pytest.raises(ValueError, match="window"):
        OneToOne(FeedForwardStack(7, window=2), 4, 2)


def test_exclusive_or_takes_a_hidden_layer():
    torch.manual_seed(0)
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    labels = torch.tensor([0, 1, 1, 0])
    losses = {}
    for layers in (0, 1):
        model = OneToOne(FeedForwardStack(hidden_size=7, num_layers=layers), 2, 2)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        for _ in range(150):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(corners), labels)
            loss.backward()
            optimizer.step()
        losses[layers] = loss.item()
    assert losses[0] == pytest.approx(torch.tensor(2.0).log().item(), abs=1e-3)  # no better than a coin
    assert losses[1] < 0.05


def test_without_memory_a_token_has_one_label_wherever_it_stands():
    torch.manual_seed(0)
    ids, lengths = torch.tensor([[3, 5, 3, 9, 3]]), torch.tensor([5])
    places = [0, 2, 4]
    blind = Tagger(FeedForwardStack(hidden_size=7), Tokens(11, 5), 4)(ids, lengths)[0, places]
    torch.testing.assert_close(blind, blind[:1].expand(3, 4))
    recurrent = Tagger(Stack("rnn", 7), Tokens(11, 5), 4)(ids, lengths)[0, places]
    assert not torch.allclose(recurrent[0], recurrent[1]) and not torch.allclose(recurrent[1], recurrent[2])


def test_a_language_model_without_memory_steps_like_it_reads():
    torch.manual_seed(0)
    model = LanguageModel(FeedForwardStack(hidden_size=7, window=3), Tokens(11, 5), 11)
    ids = torch.randint(0, 11, (2, 6))
    whole, _ = model(ids)
    logits, state = model(ids[:, :2])
    steps = [logits]
    for position in range(2, 6):
        logits, state, attention = model.step(ids[:, position], state)
        steps.append(logits[:, None])
    torch.testing.assert_close(torch.cat(steps, dim=1), whole)
    assert attention is None
