"""The recurrent stack against torch's own layers, against its equations, and against itself row by row."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from core.models import fused
from core.models.recurrent import MERGE_MODES, Recurrent

CELLS = [("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh")]
TOLERANCE = {torch.float32: {"rtol": 1e-5, "atol": 1e-5}, torch.float64: {"rtol": 1e-10, "atol": 1e-10}}
LENGTHS = torch.tensor([4, 9, 1, 6])


def torch_layers(ours, dtype=torch.float32):
    """Returns torch's own stack with the same weights."""
    options = {"nonlinearity": ours.cell.nonlinearity} if ours.cell.name == "rnn" else {}
    layers = getattr(nn, ours.cell.name.upper())(
        ours.input_size,
        ours.hidden_size,
        ours.num_layers,
        batch_first=True,
        bidirectional=ours.bidirectional,
        dtype=dtype,
        **options,
    )
    layers.load_state_dict(ours.state_dict())
    return layers


def random_state(model, batch_size=4, dtype=torch.float32):
    shape = (model.num_layers * model.num_directions, batch_size, model.hidden_size)
    return tuple(0.5 * torch.randn(shape, dtype=dtype) for _ in range(model.cell.num_states))


def assert_all_close(actual, expected, **tolerance):
    for one, other in zip(actual, expected, strict=True):
        torch.testing.assert_close(one, other, **tolerance)


@pytest.mark.parametrize("packed", [False, True], ids=["full", "lengths"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
@pytest.mark.parametrize(("cell", "nonlinearity"), CELLS)
def test_outputs_states_and_gradients_equal_torch(cell, nonlinearity, dtype, bidirectional, packed):
    torch.manual_seed(0)
    ours = Recurrent(cell, 5, 7, 2, bidirectional, nonlinearity=nonlinearity).to(dtype)
    theirs = torch_layers(ours, dtype)
    inputs, state = torch.randn(4, 9, 5, dtype=dtype), random_state(ours, dtype=dtype)
    theirs_state = state if cell == "lstm" else state[0]
    if packed:
        sequence = nn.utils.rnn.pack_padded_sequence(inputs, LENGTHS, batch_first=True, enforce_sorted=False)
        expected, expected_state = theirs(sequence, theirs_state)
        expected, _ = nn.utils.rnn.pad_packed_sequence(expected, batch_first=True)
    else:
        expected, expected_state = theirs(inputs, theirs_state)
    expected_state = expected_state if cell == "lstm" else (expected_state,)
    outputs, final = ours(inputs, LENGTHS if packed else None, state)
    assert_all_close((outputs, *final), (expected, *expected_state), **TOLERANCE[dtype])

    def gradients(values, layers):
        loss = sum((value * torch.cos(torch.arange(value.numel())).view_as(value)).sum() for value in values)
        return torch.autograd.grad(loss, [parameter for _, parameter in sorted(layers.named_parameters())])

    assert_all_close(
        gradients((outputs, *final), ours), gradients((expected, *expected_state), theirs), **TOLERANCE[dtype]
    )


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "lengths"])
@pytest.mark.parametrize("merge_mode", [None, *MERGE_MODES])
@pytest.mark.parametrize(("cell", "nonlinearity"), CELLS)
def test_the_fast_run_equals_the_traced_one(cell, nonlinearity, merge_mode, lengths):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, bool(merge_mode), merge_mode or "concat", nonlinearity=nonlinearity).double()
    inputs, state = torch.randn(4, 9, 5).double(), random_state(model, dtype=torch.float64)
    outputs, final = model(inputs, lengths, state)
    trace = model.trace(inputs, lengths, state)
    assert_all_close((trace.outputs, *trace.state), (outputs, *final), rtol=1e-10, atol=1e-10)
    fast = torch.autograd.grad(outputs.square().sum() + final[-1].sum(), list(model.parameters()))
    slow = torch.autograd.grad(trace.outputs.square().sum() + trace.state[-1].sum(), list(model.parameters()))
    assert_all_close(slow, fast, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("merge_mode", MERGE_MODES)
@pytest.mark.parametrize(("cell", "nonlinearity"), CELLS)
def test_rows_of_different_lengths_equal_the_rows_one_by_one(cell, nonlinearity, merge_mode):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, merge_mode, nonlinearity=nonlinearity)
    inputs, state = torch.randn(4, 9, 5), random_state(model)
    inputs[0, 4:] = torch.nan  # what stands in the padding must not matter
    outputs, final = model(inputs, LENGTHS, state)
    for row, length in enumerate(LENGTHS.tolist()):
        alone, alone_final = model(
            inputs[row : row + 1, :length], None, tuple(part[:, row : row + 1] for part in state)
        )
        torch.testing.assert_close(outputs[row, :length], alone[0], rtol=1e-5, atol=1e-6)
        assert not outputs[row, length:].any()
        assert_all_close([part[:, row] for part in final], [part[:, 0] for part in alone_final], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("kernel", ["lstm", "gru", "rnn_tanh"])
def test_the_packed_and_the_padded_way_agree(kernel, bidirectional):
    torch.manual_seed(0)
    model = Recurrent(kernel.removesuffix("_tanh"), 5, 7, 2, bidirectional).double()
    inputs, state = torch.randn(4, 9, 5).double(), random_state(model, dtype=torch.float64)
    weights = list(model.parameters())
    packed = fused.run_packed(kernel, inputs, LENGTHS, state, weights, model.num_directions)
    padded = fused.run_padded(kernel, inputs, LENGTHS, state, weights, model.num_directions)
    assert_all_close((padded[0], *padded[1]), (packed[0], *packed[1]), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("cell", "nonlinearity"), CELLS)
def test_a_carried_state_equals_one_long_run(cell, nonlinearity):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, nonlinearity=nonlinearity)
    inputs = torch.randn(3, 9, 5)
    expected, expected_state = model(inputs)
    first, state = model(inputs[:, :4])
    second, state = model(inputs[:, 4:], None, state)
    torch.testing.assert_close(torch.cat((first, second), dim=1), expected, rtol=1e-5, atol=1e-6)
    assert_all_close(state, expected_state, rtol=1e-5, atol=1e-6)


def test_a_trace_names_every_gate_in_the_input_s_order():
    model = Recurrent("lstm", 5, 7, 2, True)
    inputs = torch.randn(4, 9, 5)
    trace = model.trace(inputs, LENGTHS)
    assert [(record.layer, record.direction) for record in trace.layers] == [
        (0, "forward"),
        (0, "backward"),
        (1, "forward"),
        (1, "backward"),
    ]
    for record in trace.layers:
        assert tuple(record.gates) == ("input", "forget", "candidate", "output")
        gates = record.gates
        assert all(values.shape == (4, 9, 7) for values in (*gates.values(), record.h, record.c))
        torch.testing.assert_close(record.h, gates["output"] * record.c.tanh())
        assert not record.h[2, 1:].any() and not gates["input"][2, 1:].any()
        earlier = record.c.roll(1 if record.direction == "forward" else -1, dims=1)[1, 1:-1]
        now = gates["forget"][1, 1:-1] * earlier + gates["input"][1, 1:-1] * gates["candidate"][1, 1:-1]
        torch.testing.assert_close(record.c[1, 1:-1], now)


def test_a_trace_gives_the_gradient_through_time():
    model = Recurrent("gru", 5, 7)
    inputs = torch.randn(3, 6, 5)
    trace = model.trace(inputs)
    gradients = torch.autograd.grad(trace.outputs[:, 3].sum(), [h for (h,) in trace.layers[0].steps], allow_unused=True)
    assert [grad is not None and bool(grad.any()) for grad in gradients] == [True] * 4 + [False] * 2


def test_dropout_acts_between_layers_and_only_in_training():
    torch.manual_seed(0)
    model = Recurrent("gru", 5, 7, 2, dropout=0.5)
    inputs = torch.randn(3, 6, 5)
    assert not torch.equal(model(inputs)[0], model(inputs)[0])
    first_layer = [model(inputs)[1][0][0] for _ in range(2)]
    assert torch.equal(*first_layer)
    model.eval()
    assert torch.equal(model(inputs)[0], model(inputs)[0])


def test_initial_weights_are_drawn_as_torch_draws_them():
    model = Recurrent("lstm", 5, 64, 2)
    for parameter in model.parameters():
        assert parameter.abs().max() <= 64**-0.5
    assert model.weight_hh_l1.abs().max() * 8 > 0.9 and abs(model.weight_hh_l1.mean()) < 0.01


def test_the_state_keeps_the_parameters_type_under_autocast():
    model = Recurrent("lstm", 5, 7, 2, True)
    inputs = torch.randn(4, 9, 5)
    expected, _ = model(inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for lengths in (None, LENGTHS):
            outputs, state = model(inputs, lengths)
            assert {part.dtype for part in state} == {torch.float32}
        outputs, state = model(inputs, None, tuple(part.zero_().bfloat16() for part in state))
    torch.testing.assert_close(outputs.float(), expected, rtol=0.05, atol=0.02)
    outputs, state = model(inputs, None, tuple(part.double() for part in state))
    assert outputs.dtype == state[0].dtype == torch.float32


def test_a_relu_state_that_explodes_on_padding_leaves_the_gradient_finite():
    model = Recurrent("rnn", 5, 7, nonlinearity="relu")
    with torch.no_grad():
        model.weight_hh_l0.fill_(100.0)
    outputs, _ = model(torch.ones(2, 60, 5), torch.tensor([3, 2]))
    outputs.sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_two_threads_on_one_model_equal_one():
    model = Recurrent("lstm", 5, 7, 2, True, "sum")
    batches = [(torch.randn(size, 9, 5), torch.randint(1, 10, (size,))) for size in (1, 4, 2, 3) * 5]
    expected = [model(*batch)[0] for batch in batches]
    with ThreadPoolExecutor(2) as threads:
        assert_all_close(threads.map(lambda batch: model(*batch)[0], batches), expected)


def test_a_copy_and_a_pickled_model_give_the_same():
    model = Recurrent("gru", 5, 7, 2, True, "max")
    inputs = torch.randn(4, 9, 5)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(other(inputs, LENGTHS)[0], model(inputs, LENGTHS)[0])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"cell": "transformer"}, "transformer"),
        ({"cell": "lstm", "nonlinearity": "relu"}, "relu"),
        ({"cell": "gru", "merge_mode": "product"}, "product"),
        ({"cell": "gru", "dropout": 0.5}, "one layer"),
        ({"cell": "gru", "dropout": 1.0, "num_layers": 2}, "probability"),
        ({"cell": "gru", "num_layers": 0}, "num_layers"),
    ],
)
def test_impossible_arguments_are_refused_by_name(arguments, word):
    with pytest.raises(ValueError, match=word):
        Recurrent(**{"input_size": 5, "hidden_size": 7, **arguments})


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((torch.randn(4, 9, 6),), "inputs"),
        ((torch.randn(4, 0, 5),), "empty"),
        ((torch.randn(4, 9, 5), torch.tensor([1, 2, 3])), "lengths"),
        ((torch.randn(4, 9, 5), torch.tensor([1, 2, 0, 3])), "1 to 9"),
        ((torch.randn(4, 9, 5), torch.tensor([1, 2, 10, 3])), "1 to 9"),
        ((torch.randn(4, 9, 5), None, (torch.zeros(1, 4, 7),)), "state"),
        ((torch.randn(4, 9, 5), None, (torch.zeros(1, 3, 7),) * 2), "state"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_by_name(arguments, word):
    with pytest.raises(ValueError, match=word):
        Recurrent("lstm", 5, 7)(*arguments)
