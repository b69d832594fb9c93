"""What is particular to one network: states, pooling, trajectories, starts, steps, truncation, parameter counts."""

import pytest
import torch
from torch.nn import functional as F

from core.decoding import beam, generate, greedy
from core.models.cells import CELLS
from core.models.classifier import Classifier
from core.models.forecaster import Forecaster, Reading
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.one_to_many import OneToMany
from core.models.stack import Stack
from core.models.tagger import Tagger
from core.models.window_scale import window_scale
from core.sampling import Sampling

IDS = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0], [7, 0, 0, 0, 0]])
LENGTHS = torch.tensor([5, 3, 1])


def test_a_forecaster_carries_its_state():
    model = Forecaster(Stack("lstm", 7, num_layers=2), Reading(3))
    inputs = torch.randn(4, 9, 3)
    whole, _ = model(inputs)
    first, state = model(inputs[:, :5])
    second, _ = model(inputs[:, 5:], state)
    torch.testing.assert_close(torch.cat((first, second), dim=1), whole)


def test_a_forecast_of_the_next_step_does_not_see_it():
    model = Forecaster(Stack("gru", 7), Reading(3, targets=(0, 1, 2)))
    inputs = torch.randn(4, 9, 3)
    changed = inputs.clone()
    changed[:, 6:] += 1
    same = model(inputs)[0] == model(changed)[0]
    assert same[:, :6].all() and not same[:, 6:].any()


WINDOW = torch.tensor([[[2.0, -1.0], [4.0, -1.0], [9.0, 5.0], [1.0, -1.0]]])


@pytest.mark.parametrize(
    ("scaling", "center", "spread"),
    [
        ("series", [0.0, 0.0], [1.0, 1.0]),
        ("last_value", [1.0, -1.0], [1.0, 1.0]),
        ("window", [4.0, 0.5], [9.5**0.5, 6.75**0.5]),  # mean squares of -2, 0, 5, -3 and -1.5, -1.5, 4.5, -1.5
        ("robust", [3.0, -1.0], [3.5 / 1.349, 1.5 / 1.349]),  # quartiles 1.75 and 5.25, and -1 and 0.5
    ],
)
def test_the_scale_of_a_window_by_hand(scaling, center, spread):
    for found, wanted in zip(window_scale(WINDOW, scaling), (center, spread), strict=True):
        torch.testing.assert_close(found[0, 0], torch.tensor(wanted), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", ["many_to_one", "encoder_decoder"])
@pytest.mark.parametrize(("scaling", "factor"), [("last_value", 1.0), ("window", 50.0), ("robust", 50.0)])
def test_a_window_scaled_by_itself_is_forecast_alike_at_any_level(scaling, factor, shape):
    model = Forecaster(Stack("gru", 7), Reading(3, targets=(2, 0), scaling=scaling), shape, horizon=5)
    inputs, level = torch.randn(4, 9, 3), torch.tensor([100.0, -3.0, 7.0])
    moved = model(inputs * factor + level)[0]
    expected = model(inputs)[0] * factor + level[[2, 0]]
    torch.testing.assert_close(moved, expected, rtol=1e-3, atol=1e-2 * factor)


def test_segments_hold_all_steps_of_a_window_the_last_one_full():
    model = Forecaster(Stack("gru", 7), Reading(1, segment=3), "many_to_one", horizon=2)
    steps = model.steps(torch.arange(1.0, 8.0)[None, :, None])
    assert steps[0].tolist() == [[0, 0, 1], [2, 3, 4], [5, 6, 7]]


@pytest.mark.parametrize("shape", ["many_to_many", "many_to_one", "encoder_decoder"])
def test_what_is_known_ahead_of_a_step_moves_its_forecast(shape):
    model = Forecaster(Stack("gru", 7), Reading(1, 0, 2), shape, horizon=4)
    inputs, ahead = torch.randn(1, 9, 1), torch.randn(1, 13, 2)
    other = ahead.clone()
    other[:, 9] += 1.0  # of the first step to forecast
    assert model(inputs, None, ahead)[0][0, 8 if shape == "many_to_many" else 0] != model(inputs, None, other)[0][0, -4]


def test_a_decoder_that_goes_to_each_step_at_once_hands_nothing_on():
    for decoder, num_moved in (("recurrent", 2), ("parallel", 1)):
        model = Forecaster(Stack("gru", 7), Reading(1, 0, 2), "encoder_decoder", 4, decoder=decoder)
        inputs, ahead = torch.randn(1, 9, 1), torch.randn(1, 13, 2)
        other = ahead.clone()
        other[:, 9 + 2] += 1.0
        moved = (model(inputs, None, ahead)[0] != model(inputs, None, other)[0])[0, :, 0]
        assert moved.tolist() == [False, False, True, num_moved == 2]


def test_impossible_forecasts_are_refused():
    with pytest.raises(ValueError, match="segments of one step"):
        Forecaster(Stack("gru", 7), Reading(3, segment=2))
    with pytest.raises(ValueError, match="recurrent layers of one direction"):
        Forecaster(Stack("gru", 7, bidirectional=True), Reading(3), "encoder_decoder")
    with pytest.raises(ValueError, match="one direction"):
        Forecaster(Stack("gru", 7, bidirectional=True), Reading(3))
    with pytest.raises(ValueError, match="'one_to_many'"):
        Forecaster(Stack("gru", 7), Reading(3), shape="one_to_many")
    with pytest.raises(ValueError, match="horizon"):
        Forecaster(Stack("gru", 7), Reading(3), shape="many_to_one", horizon=0)


def test_networks_that_predict_the_next_token_refuse_two_directions():
    with pytest.raises(ValueError, match="one direction"):
        LanguageModel(Stack("gru", 7, bidirectional=True), Tokens(11, 5), 11)
    with pytest.raises(ValueError, match="one direction"):
        OneToMany(Stack("gru", 7, bidirectional=True), 3, Tokens(11, 5), 11)


def test_a_language_model_carries_its_state_and_steps_like_it_reads():
    model = LanguageModel(Stack("gru", 7, num_layers=2), Tokens(11, 5), 11)
    whole, _ = model(IDS)
    first, state = model(IDS[:, :3])
    second, state = model(IDS[:, 3:4], state)
    third, state, attention = model.step(IDS[:, 4], state)
    torch.testing.assert_close(torch.cat((first, second, third[:, None]), dim=1), whole)
    assert attention is None


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="'first'"):
        Classifier(Stack("gru", 7), Tokens(11, 5), 2, pooling="first")


def recurrent_parameters(gates, inputs, hidden, layers=1, directions=1, concat=True):
    wide = hidden * (directions if concat else 1)
    sizes = [inputs] + [wide] * (layers - 1)
    return sum(directions * gates * hidden * (size + hidden + 2) for size in sizes)


def test_parameter_counts_of_networks_without_a_task_have_a_closed_form(count_parameters):
    tagger = Tagger(Stack("lstm", 7, 2, True, "max"), Tokens(11, 5), 4)
    assert count_parameters(tagger) == 11 * 5 + recurrent_parameters(4, 5, 7, 2, 2, concat=False) + 4 * 8
    one_to_many = OneToMany(Stack("lstm", 7, 2), 3, Tokens(11, 5), 11)
    starts = 2 * (2 * 7 * (3 + 1))
    assert count_parameters(one_to_many) == 11 * 5 + recurrent_parameters(4, 5, 7, 2) + starts + 11 * 8


RECURRENT = ["recurrent.weight_ih_l0", "recurrent.weight_hh_l0", "recurrent.bias_ih_l0", "recurrent.bias_hh_l0"]
OUTPUT = ["output.weight", "output.bias"]


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Forecaster(Stack("lstm", 7), Reading(3)), [*RECURRENT, *OUTPUT]),
        (LanguageModel(Stack("gru", 7), Tokens(11, 5), 11), ["embedding.weight", *RECURRENT, *OUTPUT]),
        (
            Classifier(Stack("rnn", 7, bidirectional=True), Tokens(11, 5), 2),
            ["embedding.weight", *RECURRENT, *(name + "_reverse" for name in RECURRENT), *OUTPUT],
        ),
    ],
    ids=["forecaster", "language-model", "classifier"],
)
def test_weights_keep_the_names_under_which_runs_have_saved_them(model, names):
    assert sorted(model.state_dict()) == sorted(names)


def test_the_initial_state_of_one_to_many_comes_from_its_vector_for_every_layer_and_state():
    torch.manual_seed(0)
    model = OneToMany(Stack("lstm", 7, num_layers=2), 3, Tokens(11, 5), 11)
    features = torch.randn(4, 3)
    h_0, c_0 = model.start(features)
    assert h_0.shape == c_0.shape == (2, 4, 7)
    for layer in range(2):
        rows = slice(7 * layer, 7 * (layer + 1))
        of_h, of_c = (F.linear(features, start.weight[rows], start.bias[rows]) for start in model.starts)
        torch.testing.assert_close(h_0[layer], torch.tanh(of_h))
        torch.testing.assert_close(c_0[layer], of_c)


def test_one_to_many_refuses_a_learned_initial_state_whose_place_is_taken():
    with pytest.raises(ValueError, match="'learned'"):
        OneToMany(Stack("gru", 7, initial_state="learned"), 3, Tokens(11, 5), 11)
    with pytest.raises(ValueError, match="num_features"):
        OneToMany(Stack("gru", 7), 0, Tokens(11, 5), 11)


def test_one_to_many_steps_like_it_reads():
    torch.manual_seed(0)
    model = OneToMany(Stack("lstm", 7, num_layers=2), 3, Tokens(11, 5), 11)
    features = torch.randn(3, 3)
    expected = model(features, IDS)
    state = model.start(features)
    for position in range(5):
        logits, state, attention = model.step(IDS[:, position], state)
        torch.testing.assert_close(logits, expected[:, position])
        assert attention is None


def test_one_to_many_writes_what_it_learned_for_each_class():
    torch.manual_seed(0)
    bos, eos = 1, 2
    sentences = [[3, 4, 5, eos], [6, 6, eos], [7, 3, 8, 9, 10, eos]]
    longest = max(map(len, sentences))
    trg_out = torch.tensor([row + [0] * (longest - len(row)) for row in sentences])
    trg_in = torch.cat((torch.full((3, 1), bos), trg_out[:, :-1]), dim=1)
    classes = torch.eye(3)
    model = OneToMany(Stack("gru", 7), 3, Tokens(11, 5), 11)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(150):
        optimizer.zero_grad()
        F.cross_entropy(model(classes, trg_in).flatten(0, 1), trg_out.flatten(), ignore_index=0).backward()
        optimizer.step()
    expected = [row[:-1] for row in sentences]
    with torch.no_grad():
        start = model.start(classes)
        assert greedy(model.step, start, bos, eos, 3, 9, "cpu").ids == expected
        assert beam(model.step, start, bos, eos, 2, 9).ids == expected
        logits, state, _ = model.step(torch.full((3,), bos), start)
    tokens = torch.stack(list(generate(model.step, logits, state, 6, Sampling(0))), dim=1).tolist()
    assert [row[: len(wanted)] for row, wanted in zip(tokens, sentences, strict=True)] == sentences


def test_a_tagger_going_forward_knows_only_what_came_before_and_one_going_both_ways_all():
    torch.manual_seed(0)
    lengths = torch.tensor([5, 5])
    ids = torch.tensor([[3, 1, 4, 1, 5], [3, 1, 4, 1, 9]])
    for bidirectional in (False, True):
        logits = Tagger(Stack("gru", 7, bidirectional=bidirectional), Tokens(11, 5), 4)(ids, lengths)
        first, second = logits[:, :4]
        assert torch.allclose(first, second, atol=1e-5) != bidirectional
        assert not torch.allclose(*logits[:, 4], atol=1e-5)


def read_in_windows(model, ids, targets, size):
    """Returns the summed loss, gradients summed over windows between which the state is carried and cut, and logits."""
    model.zero_grad()
    state, total, pieces = None, 0.0, []
    for inputs, wanted in zip(ids.split(size, dim=1), targets.split(size, dim=1), strict=True):
        logits, state = model(inputs, state)
        loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="sum")
        loss.backward()
        total += loss.item()
        state = tuple(part.detach() for part in state)
        pieces.append(logits.detach())
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    return total, gradients, torch.cat(pieces, dim=1)


@pytest.mark.parametrize("cell", CELLS)
def test_truncation_to_windows_cuts_the_gradient_and_nothing_else(cell):
    torch.manual_seed(0)
    model = LanguageModel(Stack(cell, 7, num_layers=2), Tokens(11, 5), 11).double()
    text = torch.randint(0, 11, (3, 13))
    ids, targets = text[:, :-1], text[:, 1:]
    logits, _ = model(ids)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
    full = dict(zip(dict(model.named_parameters()), torch.autograd.grad(loss, list(model.parameters())), strict=True))
    for size in (12, 20, 4, 5, 1):
        total, gradients, pieces = read_in_windows(model, ids, targets, size)
        assert total == pytest.approx(loss.item())
        torch.testing.assert_close(pieces, logits)
        for name in ("output.weight", "output.bias"):  # no step lies between these and their loss
            torch.testing.assert_close(gradients[name], full[name])
        if size >= 12:
            torch.testing.assert_close(gradients, full)
        else:
            assert not torch.allclose(gradients["recurrent.weight_ih_l0"], full["recurrent.weight_ih_l0"])


def test_a_truncated_gradient_is_the_full_one_with_the_state_between_windows_held_still():
    torch.manual_seed(0)
    model = LanguageModel(Stack("lstm", 7), Tokens(11, 5), 11).double()
    text = torch.randint(0, 11, (3, 9))
    ids, targets = text[:, :-1], text[:, 1:]
    _, gradients, _ = read_in_windows(model, ids, targets, 4)
    # A central difference in which the second window starts from the state of the weights as they are.
    with torch.no_grad():
        _, middle = model(ids[:, :4])

        def loss():
            parts = model(ids[:, :4])[0], model(ids[:, 4:], middle)[0]
            return F.cross_entropy(torch.cat(parts, dim=1).flatten(0, 1), targets.flatten(), reduction="sum").item()

        weight = model.recurrent.weight_hh_l0
        for place in ((0, 0), (9, 3), (20, 6)):
            value, shifted = weight[place].item(), []
            for change in (1e-5, -1e-5):
                weight[place] = value + change
                shifted.append(loss())
            weight[place] = value
            slope = (shifted[0] - shifted[1]) / 2e-5
            assert gradients["recurrent.weight_hh_l0"][place].item() == pytest.approx(slope, rel=1e-5, abs=1e-8)
