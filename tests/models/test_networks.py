"""What is particular to one network: states, shapes, pooling, trajectories, the bridge, steps, parameter counts."""

import pytest
import torch

from core.models.classifier import POOLINGS, Classifier
from core.models.encoder_decoder import EncoderDecoder
from core.models.forecaster import Forecaster
from core.models.language_model import LanguageModel

IDS = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0], [7, 0, 0, 0, 0]])
LENGTHS = torch.tensor([5, 3, 1])


def test_a_forecaster_carries_its_state():
    model = Forecaster("lstm", 3, 2, 7, num_layers=2)
    inputs = torch.randn(4, 9, 3)
    whole, _ = model(inputs)
    first, state = model(inputs[:, :5])
    second, _ = model(inputs[:, 5:], state)
    torch.testing.assert_close(torch.cat((first, second), dim=1), whole)


def test_a_forecast_of_the_next_step_does_not_see_it():
    model = Forecaster("gru", 3, 3, 7)
    inputs = torch.randn(4, 9, 3)
    changed = inputs.clone()
    changed[:, 6:] += 1
    same = model(inputs)[0] == model(changed)[0]
    assert same[:, :6].all() and not same[:, 6:].any()


def test_next_step_forecasts_with_two_directions_are_refused():
    with pytest.raises(ValueError, match="one direction"):
        Forecaster("gru", 3, 2, 7, bidirectional=True)
    with pytest.raises(ValueError, match="'one_to_many'"):
        Forecaster("gru", 3, 2, 7, shape="one_to_many")
    with pytest.raises(ValueError, match="horizon"):
        Forecaster("gru", 3, 2, 7, shape="many_to_one", horizon=0)


def test_a_language_model_carries_its_state_and_steps_like_it_reads():
    model = LanguageModel("gru", 11, 5, 7, num_layers=2)
    whole, _ = model(IDS)
    first, state = model(IDS[:, :3])
    second, state = model(IDS[:, 3:4], state)
    third, state, attention = model.step(IDS[:, 4], state)
    torch.testing.assert_close(torch.cat((first, second, third[:, None]), dim=1), whole)
    assert attention is None


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_word_trajectory_is_the_verdict_on_every_prefix(pooling, bidirectional):
    torch.manual_seed(0)
    model = Classifier("lstm", 11, 5, 7, bidirectional=bidirectional, num_classes=4, pooling=pooling).eval()
    trajectory = model.word_trajectory(IDS, LENGTHS)
    assert trajectory.shape == (3, 5, 4)
    for row, length in enumerate(LENGTHS.tolist()):
        for seen in range(1, length + 1):
            verdict = model(IDS[row : row + 1, :seen], torch.tensor([seen]))
            torch.testing.assert_close(trajectory[row, seen - 1], verdict[0], rtol=1e-5, atol=1e-6)
        assert not trajectory[row, length:].any()


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="'first'"):
        Classifier("gru", 11, 5, 7, pooling="first")


@pytest.mark.parametrize("attention", ["none", "dot", "general", "additive"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
def test_steps_through_a_target_equal_one_teacher_forced_pass(attention, bidirectional):
    torch.manual_seed(0)
    model = EncoderDecoder("lstm", 11, 13, 5, 7, 2, bidirectional, attention=attention).eval()
    target = torch.randint(1, 13, (3, 6))
    memory = model.encode(IDS, LENGTHS)
    assert [part.shape for part in memory.state] == [(2, 3, 7)] * 2
    expected, _, weights = model.decode(target, memory, memory.state)
    torch.testing.assert_close(model(IDS, LENGTHS, target), expected)
    for hypotheses in (1, 2):
        step = model.stepper(memory, hypotheses)
        state = tuple(part.repeat_interleave(hypotheses, dim=1) for part in memory.state)
        for position in range(6):
            logits, state, now = step(target[:, position].repeat_interleave(hypotheses), state)
            torch.testing.assert_close(logits[::hypotheses], expected[:, position])
            torch.testing.assert_close(logits[hypotheses - 1 :: hypotheses], expected[:, position])
            if attention == "none":
                assert now is None
            else:
                torch.testing.assert_close(now[::hypotheses], weights[:, position])


def test_the_bridge_keeps_a_one_directional_encoder_s_state_and_both_directions_reach_the_decoder():
    model = EncoderDecoder("gru", 11, 13, 5, 7, attention="none")
    _, state = model.encoder(model.src_embedding(IDS), LENGTHS)
    assert torch.equal(model.encode(IDS, LENGTHS).state[0], state[0])
    model = EncoderDecoder("gru", 11, 13, 5, 7, attention="none", bidirectional=True)
    first = model.encode(IDS, LENGTHS).state[0]
    for name in ("weight_ih_l0", "weight_ih_l0_reverse"):
        with torch.no_grad():
            getattr(model.encoder, name).add_(0.5)
        changed = model.encode(IDS, LENGTHS).state[0]
        assert not torch.allclose(changed, first)
        first = changed


def test_an_unknown_attention_is_refused():
    with pytest.raises(ValueError, match="'self'"):
        EncoderDecoder("gru", 11, 13, 5, 7, attention="self")


def recurrent_parameters(gates, inputs, hidden, layers=1, directions=1, concat=True):
    wide = hidden * (directions if concat else 1)
    sizes = [inputs] + [wide] * (layers - 1)
    return sum(directions * gates * hidden * (size + hidden + 2) for size in sizes)


def test_parameter_counts_have_a_closed_form(count_parameters):
    assert count_parameters(Forecaster("lstm", 3, 2, 7, 2)) == recurrent_parameters(4, 3, 7, 2) + 2 * 8
    window = Forecaster("gru", 3, 2, 7, 2, True, "sum", shape="many_to_one", horizon=4)
    assert count_parameters(window) == recurrent_parameters(3, 3, 7, 2, 2, concat=False) + 4 * 2 * 8
    assert count_parameters(LanguageModel("rnn", 11, 5, 7)) == 11 * 5 + recurrent_parameters(1, 5, 7) + 11 * 8
    classifier = Classifier("gru", 11, 5, 7, 3, True, num_classes=4)
    assert count_parameters(classifier) == 11 * 5 + recurrent_parameters(3, 5, 7, 3, 2) + 4 * 15


@pytest.mark.parametrize(
    ("attention", "extra"),
    [
        ("none", 0),
        ("dot", 14 * 7 + (7 + 7) * 7),
        ("general", 7 * 14 + (14 + 7) * 7),
        ("additive", 7 * 7 + 7 + 14 * 7 + 7 + (14 + 7) * 7),
    ],
)
def test_attention_adds_a_known_number_of_parameters(attention, extra, count_parameters):
    model = EncoderDecoder("lstm", 11, 13, 5, 7, 2, True, attention=attention)
    stacks = recurrent_parameters(4, 5, 7, 2, 2) + recurrent_parameters(4, 5, 7, 2)
    bridge = 2 * (14 * 7 + 7)
    assert count_parameters(model) == 11 * 5 + 13 * 5 + stacks + bridge + 13 * 8 + extra
