"""The recurrent stack against torch's own layers, against its equations, and against itself row by row."""

import copy
import io
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.models import fused, scanned
from core.models.cells import CELLS
from core.models.recurrent import MERGE_MODES, Recurrent

TORCH = [("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh")]
EVERY = [(name, nonlinearity) for name, cell in CELLS.items() for nonlinearity in cell.nonlinearities]
UNBOUNDED = ["relu", "identity"]
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
@pytest.mark.parametrize(("cell", "nonlinearity"), TORCH)
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


@st.composite
def configurations(draw):
    """A stack of any kind with a batch for it."""
    torch.manual_seed(draw(st.integers(0, 999)))
    cell, nonlinearity = draw(st.sampled_from(EVERY))
    num_layers, num_steps = draw(st.integers(1, 3)), draw(st.integers(1, 9))
    model = Recurrent(
        cell,
        input_size=draw(st.integers(1, 5)),
        hidden_size=draw(st.integers(1, 7)),
        num_layers=num_layers,
        bidirectional=draw(st.booleans()),
        merge_mode=draw(st.sampled_from(list(MERGE_MODES))),
        nonlinearity=nonlinearity,
        initialization=draw(st.sampled_from(["uniform", "xavier", "orthogonal", "normal"])),
        initial_state=draw(st.sampled_from(["zero", "learned"])),
        residual=num_layers > 1 and draw(st.booleans()),
    ).double()
    batch_size = draw(st.integers(1, 4))
    inputs = torch.randn(batch_size, num_steps, model.input_size, dtype=torch.float64, requires_grad=True)
    lengths = draw(st.none() | st.lists(st.integers(1, num_steps), min_size=batch_size, max_size=batch_size))
    state = random_state(model, batch_size, torch.float64) if draw(st.booleans()) else None
    with torch.no_grad():
        for part in model.learned_state():
            part.normal_()
    return model, (inputs, None if lengths is None else torch.tensor(lengths), state)


@settings(max_examples=200, deadline=None)
@given(drawn=configurations())
def test_the_fast_run_equals_the_traced_one(drawn):
    model, batch = drawn
    outputs, final = model(*batch)
    trace = model.trace(*batch)
    assert_all_close((trace.outputs, *trace.state), (outputs, *final), rtol=1e-10, atol=1e-10)
    leaves = [batch[0], *model.parameters()]
    fast = torch.autograd.grad(outputs.square().sum() + final[-1].sum(), leaves, allow_unused=True)
    slow = torch.autograd.grad(trace.outputs.square().sum() + trace.state[-1].sum(), leaves, allow_unused=True)
    for one, other in zip(fast, slow, strict=True):
        if one is None or other is None:  # a learned state that was not asked for
            assert one is other
        else:
            torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-9)


OPTIONS = {
    "plain": {},
    "both-ways": {"bidirectional": True, "merge_mode": "average"},
    "deep": {"num_layers": 2, "residual": True, "dropout": 0.3, "initial_state": "learned"},
    "weight-drop": {"weight_dropout": 0.4, "forget_bias": 0.5, "initialization": "orthogonal"},
}


@pytest.mark.parametrize("lengths", [None, torch.tensor([3, 5])], ids=["full", "lengths"])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_gradients_equal_differences(cell, nonlinearity, options, lengths):
    options = dict(OPTIONS[options])
    if "weight_dropout" in options and not CELLS[cell]().has_recurrent_matrix:
        del options["weight_dropout"]
    if CELLS[cell].memory_gate is None:
        options.pop("forget_bias", None)
    torch.manual_seed(3)
    model = Recurrent(cell, 2, 3, nonlinearity=nonlinearity, **options).double()
    names = [name for name, _ in model.named_parameters()]
    inputs = torch.randn(2, 5, 2, dtype=torch.float64, requires_grad=True)
    state = None if model.initial_state == "learned" else random_state(model, 2, torch.float64)

    def run(inputs, *values):
        torch.manual_seed(0)  # the same dropout at every evaluation
        weights = dict(zip(names, values, strict=True))
        outputs, final = torch.func.functional_call(model, weights, (inputs, lengths, state))
        return outputs, *final

    assert torch.autograd.gradcheck(run, (inputs, *model.parameters()), fast_mode=True)


@pytest.mark.parametrize("merge_mode", MERGE_MODES)
@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
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
        torch.testing.assert_close(outputs[row, :length], alone[0], rtol=1e-5, atol=1e-5)
        assert not outputs[row, length:].any()
        assert_all_close([part[:, row] for part in final], [part[:, 0] for part in alone_final], rtol=1e-5, atol=1e-5)


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


@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_a_carried_state_equals_one_long_run(cell, nonlinearity):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, nonlinearity=nonlinearity)
    inputs = torch.randn(3, 9, 5)
    expected, expected_state = model(inputs)
    first, state = model(inputs[:, :4])
    second, state = model(inputs[:, 4:], None, state)
    torch.testing.assert_close(torch.cat((first, second), dim=1), expected, rtol=1e-5, atol=1e-5)
    assert_all_close(state, expected_state, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_the_state_keeps_the_parameters_type_under_autocast(cell, nonlinearity):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, nonlinearity=nonlinearity)
    inputs = torch.randn(4, 9, 5)
    expected, _ = model(inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for lengths in (None, LENGTHS):
            outputs, state = model(inputs, lengths)
            assert {part.dtype for part in state} == {torch.float32}
        outputs, state = model(inputs, None, tuple(part.zero_().bfloat16() for part in state))
    torch.testing.assert_close(outputs.float(), expected, rtol=0.05, atol=0.05)
    outputs, state = model(inputs, None, tuple(part.double() for part in state))
    assert outputs.dtype == state[0].dtype == torch.float32


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
@pytest.mark.parametrize("nonlinearity", UNBOUNDED)
def test_a_state_that_would_explode_on_padding_leaves_the_gradient_finite(nonlinearity, bidirectional):
    model = Recurrent("rnn", 5, 7, 2, bidirectional, "sum", nonlinearity=nonlinearity)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith("weight_hh"):
                parameter.fill_(100.0)
    outputs, state = model(torch.ones(2, 60, 5), torch.tensor([3, 2]))
    outputs.sum().backward()
    assert all(torch.isfinite(values).all() for values in (outputs, *state))
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_padding_receives_no_gradient(cell, nonlinearity):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, nonlinearity=nonlinearity)
    inputs = torch.randn(4, 9, 5, requires_grad=True)
    outputs, state = model(inputs, LENGTHS)
    (outputs.sum() + sum(part.sum() for part in state)).backward()
    real = torch.arange(9) < LENGTHS[:, None]
    assert not inputs.grad[~real].any() and inputs.grad[real].all(dim=-1).all()


@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_rows_of_different_lengths_run_the_same_packed_and_padded(cell, nonlinearity):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, nonlinearity=nonlinearity).double()
    inputs, state = torch.randn(4, 9, 5).double(), tuple(part[0] for part in random_state(model, dtype=torch.float64))
    weights = model._weights()[0]
    lengths = torch.tensor([4, 7, 1, 4])  # the longest row is shorter than the batch
    packed = scanned.run_packed(model.cell, inputs, lengths, state, weights)
    padded = scanned.run_padded(model.cell, inputs, lengths, state, weights)
    assert_all_close((packed[0], *packed[1]), (padded[0], *padded[1]), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("cell", CELLS)
def test_two_threads_on_one_model_equal_one(cell):
    model = Recurrent(cell, 5, 7, 2, True, "sum", initial_state="learned")
    batches = [(torch.randn(size, 9, 5), torch.randint(1, 10, (size,))) for size in (1, 4, 2, 3) * 5]
    expected = [model(*batch)[0] for batch in batches]
    with ThreadPoolExecutor(2) as threads:
        assert_all_close(threads.map(lambda batch: model(*batch)[0], batches), expected)


@pytest.mark.parametrize("cell", CELLS)
def test_a_copy_a_pickled_and_a_saved_model_give_the_same(cell):
    model = Recurrent(cell, 5, 7, 2, True, "max", initial_state="learned")
    inputs = torch.randn(4, 9, 5)
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    loaded = Recurrent(cell, 5, 7, 2, True, "max", initial_state="learned")
    loaded.load_state_dict(torch.load(file, weights_only=True))
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), loaded):
        assert torch.equal(other(inputs, LENGTHS)[0], model(inputs, LENGTHS)[0])


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_weights_have_torch_s_names_in_torch_s_order(cell):
    theirs = getattr(nn, cell.upper())(5, 7, 2, bidirectional=True)
    assert list(Recurrent(cell, 5, 7, 2, True).state_dict()) == list(theirs.state_dict())


@pytest.mark.gpu
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "lengths"])
@pytest.mark.parametrize(("cell", "nonlinearity"), EVERY)
def test_a_gpu_gives_the_same_as_the_cpu(cell, nonlinearity, lengths):
    torch.manual_seed(0)
    model = Recurrent(cell, 5, 7, 2, True, "sum", nonlinearity=nonlinearity).double()
    inputs, state = torch.randn(4, 9, 5).double(), random_state(model, dtype=torch.float64)
    expected, _ = model(inputs, lengths, state)
    outputs, _ = model.cuda()(inputs.cuda(), lengths, tuple(part.cuda() for part in state))
    torch.testing.assert_close(outputs.cpu(), expected)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"cell": "transformer"}, "transformer"),
        ({"cell": "lstm", "nonlinearity": "relu"}, "relu"),
        ({"cell": "gru", "merge_mode": "product"}, "product"),
        ({"cell": "gru", "dropout": 0.5}, "one layer"),
        ({"cell": "gru", "dropout": 1.0, "num_layers": 2}, "probability"),
        ({"cell": "gru", "num_layers": 0}, "num_layers"),
        ({"cell": "gru", "weight_dropout": 1.0}, "probability"),
        ({"cell": "min_gru", "weight_dropout": 0.5}, "no recurrent matrix"),
        ({"cell": "gru", "initial_state": "random"}, "random"),
        ({"cell": "gru", "residual": True}, "one layer"),
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
