"""The encoder-decoder: bridges, input feeding, attention to real words only, steps that equal one pass, saved names."""

import pytest
import torch

from core.models.attention import ATTENTION_KINDS
from core.models.cells import CELLS
from core.models.encoder_decoder import EncoderDecoder
from core.models.inputs import Tokens
from core.models.stack import Stack

IDS = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0], [7, 0, 0, 0, 0]])
LENGTHS = torch.tensor([5, 3, 1])
TARGET = torch.tensor([[1, 5, 3, 8], [1, 8, 12, 4], [1, 2, 9, 11]])

STACK_KEYS = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


def network(cell="lstm", attention="general", bridge=None, input_feeding=False, **stack):
    torch.manual_seed(0)
    layers = Stack(cell, 7, **stack)
    return EncoderDecoder(layers, Tokens(11, 5), Tokens(13, 5), 13, attention, bridge, input_feeding).eval()


def names(side, stack_keys=STACK_KEYS):
    return [f"{side}.{key}" for key in stack_keys]


def steps_through(model, memory, target, hypotheses=1):
    """Logits (B, T, V) and weights from one call for each token; rows repeated for as many hypotheses."""
    step = model.stepper(memory, hypotheses)
    state = tuple(part.repeat_interleave(hypotheses, dim=1) for part in memory.state)
    logits, looks = [], []
    for ids in target.repeat_interleave(hypotheses, dim=0).unbind(1):
        scores, state, weights = step(ids, state)
        logits.append(scores)
        looks.append(weights)
    return torch.stack(logits, dim=1), None if looks[0] is None else torch.stack(looks, dim=1), state


def assert_steps_equal_one_pass(model):
    model.double()
    memory = model.encode(IDS, LENGTHS)
    expected, expected_state, expected_weights = model.decode(TARGET, memory, memory.state)
    torch.testing.assert_close(model(IDS, LENGTHS, TARGET), expected)
    for hypotheses in (1, 2):
        logits, weights, state = steps_through(model, memory, TARGET, hypotheses)
        for first in range(hypotheses):
            torch.testing.assert_close(logits[first::hypotheses], expected)
            if expected_weights is not None:
                torch.testing.assert_close(weights[first::hypotheses], expected_weights)
            for part, expected_part in zip(state, expected_state, strict=True):
                torch.testing.assert_close(part[:, first::hypotheses], expected_part)
    assert (weights is None) == (model.attention is None)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("attention", ["none", *ATTENTION_KINDS])
def test_steps_through_a_target_equal_one_teacher_forced_pass(attention, bidirectional):
    assert_steps_equal_one_pass(network("lstm", attention, num_layers=2, bidirectional=bidirectional))


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("attention", ATTENTION_KINDS)
def test_steps_equal_one_pass_with_input_feeding(attention, bidirectional):
    assert_steps_equal_one_pass(
        network("gru", attention, input_feeding=True, num_layers=2, bidirectional=bidirectional)
    )


@pytest.mark.parametrize("input_feeding", [False, True], ids=["plain", "input-feeding"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_works_deep_on_both_sides(cell, input_feeding):
    options = {"num_layers": 3, "bidirectional": True, "merge_mode": "average", "residual": True}
    model = network(cell, "general", input_feeding=input_feeding, initial_state="learned", **options)
    assert_steps_equal_one_pass(model)
    memory = model.encode(IDS, LENGTHS)
    assert [part.shape for part in memory.state[: model.decoder.cell.num_states]] == [(3, 3, 7)] * len(
        model.encoder(model.src_embedding(IDS), LENGTHS)[1]
    )


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "min_lstm"])
@pytest.mark.parametrize("bridge", ["last", "projected"])
def test_a_bridge_carries_the_encoder_s_state_layer_by_layer(bridge, cell, bidirectional):
    model = network(cell, "dot", bridge, num_layers=2, bidirectional=bidirectional)
    _, final = model.encoder(model.src_embedding(IDS), LENGTHS)
    state = model.encode(IDS, LENGTHS).state
    assert len(state) == len(final)
    for place, (part, end) in enumerate(zip(state, final, strict=True)):
        for layer in range(2):
            both = [end[layer * (1 + bidirectional) + side] for side in range(1 + bidirectional)]
            if bridge == "last":
                expected = sum(both) / len(both)
            else:
                linear = model.bridge[place]
                expected = torch.tanh(torch.cat(both, dim=-1) @ linear.weight.T + linear.bias)
            torch.testing.assert_close(part[layer], expected)
    assert_steps_equal_one_pass(model)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "min_lstm"])
def test_a_bridge_of_zeros_carries_nothing(cell, bidirectional):
    options = {"num_layers": 2, "bidirectional": bidirectional}
    model = network(cell, "dot", "zero", **options)
    state = model.encode(IDS, LENGTHS).state
    assert [part.shape for part in state] == [(2, 3, 7)] * model.encoder.cell.num_states
    assert not any(part.any() for part in state)
    assert_steps_equal_one_pass(model)
    learning = network(cell, "dot", "zero", initial_state="learned", **options)
    first = [learning.decoder.get_parameter(name) for name in ("h_0", "c_0")[: len(state)]]
    with torch.no_grad():
        for part in first:
            part.normal_()
    for part, learned in zip(learning.encode(IDS, LENGTHS).state, first, strict=True):
        assert torch.equal(part, learned[:, None].expand(2, 3, 7))
    assert_steps_equal_one_pass(learning)


def test_the_bridge_is_projected_with_two_directions_and_the_last_state_with_one_when_not_set():
    assert network(bidirectional=True).bridge_kind == "projected"
    assert network().bridge_kind == "last"


@pytest.mark.parametrize(("bridge", "own"), [("last", []), ("projected", []), ("zero", ["h_0", "c_0"])])
def test_a_decoder_learns_a_first_state_only_when_it_starts_from_it(bridge, own):
    model = network(bridge=bridge, initial_state="learned")
    assert {name for name, _ in model.decoder.named_parameters()} == {*STACK_KEYS, *own}
    assert {name for name, _ in model.encoder.named_parameters()} == {*STACK_KEYS, "h_0", "c_0"}
    model(IDS, LENGTHS, TARGET).sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_input_feeding_reads_the_attentional_vector_of_the_step_before():
    model = network("gru", "general", input_feeding=True)
    memory = model.encode(IDS, LENGTHS)
    state, fed = memory.state[:1], torch.zeros(3, 7)
    assert torch.equal(memory.state[1], torch.zeros(1, 3, 7))
    rows = []
    for ids in TARGET.unbind(1):
        read = torch.cat((model.trg_embedding(ids), fed), dim=-1)
        outputs, state = model.decoder(read[:, None], state=state)
        context, _ = model.attention(outputs, memory.outputs, memory.mask)
        fed = torch.tanh(torch.cat((context, outputs), dim=-1) @ model.combine.weight.T)[:, 0]
        rows.append(model.output(fed))
    logits, after, _ = model.decode(TARGET, memory, memory.state)
    torch.testing.assert_close(logits, torch.stack(rows, dim=1))
    torch.testing.assert_close(after[-1], fed[None])


def test_with_input_feeding_the_gradient_reaches_back_through_what_was_fed():
    model = network("gru", "dot", input_feeding=True)
    memory = model.encode(IDS, LENGTHS)
    fed = torch.zeros(1, 3, 7, requires_grad=True)
    logits, _, _ = model.decode(TARGET, memory, (*memory.state[:-1], fed))
    (grad,) = torch.autograd.grad(logits[:, -1].sum(), fed)
    assert grad.any(dim=-1).all()


@pytest.mark.parametrize("input_feeding", [False, True], ids=["plain", "input-feeding"])
@pytest.mark.parametrize("attention", ATTENTION_KINDS)
def test_the_decoder_looks_at_real_words_only(attention, input_feeding):
    model = network("gru", attention, input_feeding=input_feeding, bidirectional=True)
    memory = model.encode(IDS, LENGTHS)
    _, _, weights = model.decode(TARGET, memory, memory.state)
    for row, length in enumerate(LENGTHS):
        assert weights[row, :, :length].all() and not weights[row, :, length:].any()
    other = IDS.masked_fill(IDS == 0, 6)  # other words where nothing should be read
    torch.testing.assert_close(model(other, LENGTHS, TARGET), model(IDS, LENGTHS, TARGET))


@pytest.mark.parametrize("input_feeding", [False, True], ids=["plain", "input-feeding"])
def test_a_position_does_not_see_the_words_after_it(input_feeding):
    model = network("lstm", "additive", input_feeding=input_feeding)
    changed = TARGET.clone()
    changed[:, 2] = 7
    same = (model(IDS, LENGTHS, TARGET) == model(IDS, LENGTHS, changed)).all(dim=-1)
    assert same[:, :2].all() and not same[:, 2:].any()


def test_saved_networks_keep_their_names():
    assert list(network().state_dict()) == [
        "src_embedding.weight", "trg_embedding.weight", *names("encoder"), *names("decoder"),
        "attention.query_projection.weight", "combine.weight", "output.weight", "output.bias",
    ]  # fmt: skip
    both = [*STACK_KEYS, *(f"{key}_reverse" for key in STACK_KEYS)]
    assert list(network("gru", "dot", bidirectional=True).state_dict()) == [
        "src_embedding.weight", "trg_embedding.weight", *names("encoder", both), *names("decoder"),
        "bridge.0.weight", "bridge.0.bias", "memory_projection.weight", "combine.weight", "output.weight", "output.bias",
    ]  # fmt: skip
    assert list(network("rnn", "additive").state_dict())[10:] == [
        "attention.query_projection.weight", "attention.query_projection.bias", "attention.key_projection.weight",
        "attention.score.weight", "combine.weight", "output.weight", "output.bias",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [-0.2323118, -0.0178653, 0.0930847]),
        (
            {"cell": "gru", "attention": "dot", "num_layers": 2, "bidirectional": True},
            [-0.4667492, 0.0436524, 0.8449832],
        ),
        (
            {"cell": "rnn", "attention": "additive", "bidirectional": True, "merge_mode": "sum"},
            [0.6206857, -1.0403540, 1.2949043],
        ),
    ],
    ids=["general", "dot", "additive"],
)
def test_saved_networks_say_what_they_said(options, expected):
    model = network(**options)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = (torch.arange(parameter.numel()) + sum(map(ord, name))).sin() / 2
            parameter.copy_(values.view_as(parameter))
    logits = model(IDS, LENGTHS, TARGET)[torch.arange(3), [2, 1, 0], [4, 0, 7]]
    torch.testing.assert_close(logits, torch.tensor(expected), rtol=0, atol=1e-5)


def test_impossible_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="'self'"):
        network(attention="self")
    with pytest.raises(ValueError, match="'first'"):
        network(bridge="first")
    with pytest.raises(ValueError, match="bridge"):
        network(bridge="")
    with pytest.raises(ValueError, match="input_feeding"):
        network(attention="none", input_feeding=True)
    with pytest.raises(ValueError, match="nothing of the source"):
        network(attention="none", bridge="zero")


def stack_parameters(gates, inputs, layers=1, directions=1):
    sizes = [inputs] + [7 * directions] * (layers - 1)
    return sum(directions * gates * 7 * (size + 7 + 2) for size in sizes)


@pytest.mark.parametrize(
    ("options", "extra"),
    [
        ({"attention": "none"}, 0),
        ({"attention": "dot"}, 14 * 7 + (7 + 7) * 7),
        ({"attention": "scaled_dot"}, 14 * 7 + (7 + 7) * 7),
        ({"attention": "general"}, 7 * 14 + (14 + 7) * 7),
        ({"attention": "additive"}, 7 * 7 + 7 + 14 * 7 + 7 + (14 + 7) * 7),
        ({"attention": "dot", "input_feeding": True}, 14 * 7 + (7 + 7) * 7 + 4 * 7 * 7),
        ({"attention": "none", "bridge": "last"}, -2 * (14 * 7 + 7)),
        ({"attention": "dot", "bridge": "zero"}, 14 * 7 + (7 + 7) * 7 - 2 * (14 * 7 + 7)),
    ],
    ids=lambda options: "-".join(map(str, options.values())) if isinstance(options, dict) else "",
)
def test_parameters_have_a_closed_form(options, extra, count_parameters):
    model = network("lstm", **options, num_layers=2, bidirectional=True)
    stacks = stack_parameters(4, 5, 2, 2) + stack_parameters(4, 5, 2)
    bridge = 2 * (14 * 7 + 7)
    assert count_parameters(model) == 11 * 5 + 13 * 5 + stacks + bridge + 13 * 8 + extra


@pytest.mark.parametrize(
    ("attention", "feeding"), [("none", False), ("general", False), ("dot", True)], ids=["none", "attention", "feeding"]
)
@pytest.mark.parametrize("cell", ["lstm", "gru_reset_before", "min_gru"])
def test_the_traced_decoder_does_what_the_decoder_does(cell, attention, feeding):
    torch.manual_seed(0)
    stack = Stack(cell=cell, hidden_size=7, num_layers=2, bidirectional=True)
    model = (
        EncoderDecoder(stack, Tokens(11, 5), Tokens(13, 5), 13, attention=attention, input_feeding=feeding)
        .double()
        .eval()
    )
    src, trg = torch.randint(1, 11, (3, 6)), torch.randint(1, 13, (3, 5))
    memory = model.encode(src, torch.tensor([6, 4, 2]))
    logits, state, _ = model.decode(trg, memory, memory.state)
    trace = model.trace_decoder(trg, memory)
    for expected, found in zip(state, trace.state, strict=False):
        torch.testing.assert_close(found, expected)
    outputs = trace.outputs if model.attention is None else model._attend(trace.outputs, memory)[0]
    torch.testing.assert_close(model.output(outputs), logits)
    assert [record.output.shape for record in trace.layers] == [(3, 5, 7)] * 2
