"""What every network promises, whatever it is for."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from safetensors.torch import load_model, save_model
from torch.nn import functional as F


def loss_of(network, model, inputs):
    """Returns a loss in which every output of every row has a part."""
    generator = torch.Generator().manual_seed(5)
    losses = []
    for output in network.run(model, inputs):
        if network.num_classes:
            flat = output.reshape(-1, network.num_classes)
            losses.append(
                F.cross_entropy(flat, torch.randint(network.num_classes, flat.shape[:1], generator=generator))
            )
        else:
            losses.append(F.mse_loss(output, torch.randn(output.shape, generator=generator)))
    return torch.stack(losses).mean()


def test_outputs_have_the_documented_shape(network, random):
    outputs = network.run(network.build(), network.inputs(random))
    assert len(outputs) == 3
    assert outputs[1].shape == network.output_shape  # the row of full length


def test_gradients_flow_to_every_parameter(network, random):
    model = network.build()
    loss_of(network, model, network.inputs(random)).backward()
    still = [name for name, parameter in model.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert still == []


def test_padding_changes_nothing(padded_network, random):
    model = padded_network.build().eval()
    inputs = padded_network.inputs(random)
    for row, longer in zip(
        padded_network.run(model, inputs), padded_network.run(model, padded_network.pad(inputs, 4)), strict=True
    ):
        torch.testing.assert_close(longer, row, rtol=1e-5, atol=1e-5)


def test_padding_receives_no_gradient(padded_network, random):
    model = padded_network.build().eval()
    inputs = padded_network.inputs(random)
    parameters = list(model.parameters())
    short = torch.autograd.grad(loss_of(padded_network, model, inputs), parameters)
    long = torch.autograd.grad(loss_of(padded_network, model, padded_network.pad(inputs, 4)), parameters)
    for expected, grad in zip(short, long, strict=True):
        torch.testing.assert_close(grad, expected, rtol=1e-4, atol=1e-6)


def test_a_batch_equals_its_rows_one_by_one(network, random):
    model = network.build().eval()
    inputs = network.inputs(random)
    for row, output in enumerate(network.run(model, inputs)):
        alone = network.run(model, tuple(part[row : row + 1] for part in inputs))
        torch.testing.assert_close(output, alone[0], rtol=1e-5, atol=1e-5)


def test_two_threads_on_one_model_equal_one(network, random):
    model = network.build().eval()
    batches = [network.inputs(random) for _ in range(12)]

    def run(inputs):
        with torch.no_grad():
            return network.run(model, inputs)

    expected = [run(inputs) for inputs in batches]
    with ThreadPoolExecutor(2) as threads:
        for rows, expected_rows in zip(threads.map(run, batches), expected, strict=True):
            for row, expected_row in zip(rows, expected_rows, strict=True):
                torch.testing.assert_close(row, expected_row)


def test_saved_weights_load_into_another_instance(network, random, tmp_path):
    model, other = network.build().eval(), network.build().eval()
    inputs = network.inputs(random)
    save_model(model, str(tmp_path / "weights.safetensors"))
    load_model(other, str(tmp_path / "weights.safetensors"))
    for row, loaded in zip(network.run(model, inputs), network.run(other, inputs), strict=True):
        assert torch.equal(row, loaded)


def test_one_batch_can_be_overfitted(learner, random):
    model = learner.build().eval()  # without dropout, which would keep the loss up
    inputs = learner.inputs(random)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    first = loss_of(learner, model, inputs).item()
    for _ in range(300):
        optimizer.zero_grad()
        loss = loss_of(learner, model, inputs)
        if loss.item() < first / 10:
            return
        loss.backward()
        optimizer.step()
    pytest.fail(f"a loss of {first:.2f} at the start was still {loss.item():.2f} after 300 steps")


def test_bfloat16_autocast_stays_close_to_single_precision(network, random):
    model = network.build().eval()
    inputs = network.inputs(random)
    expected = network.run(model, inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rows = network.run(model, inputs)
        loss = loss_of(network, model, inputs)
    loss.backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())
    for row, expected_row in zip(rows, expected, strict=True):
        torch.testing.assert_close(row.float(), expected_row, rtol=0.05, atol=0.05)
