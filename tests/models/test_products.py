"""Products by oneDNN and by torch are the same, and the linear layer is torch's."""

import pytest
import torch
from torch import nn

from core.models import products, scans
from core.models.products import Linear, Product, linear, outer, product

SHAPES = [(3, 5, 7), (64, 96, 320), (1_000, 130, 90)]  # rows, features in, features out: plain, packed, whole


@pytest.fixture
def draw():
    generator = torch.Generator().manual_seed(0)
    return lambda *shape: torch.randn(shape, generator=generator)


@pytest.mark.parametrize(("rows", "width", "out"), SHAPES)
def test_a_prepared_weight_multiplies_like_any_other(draw, rows, width, out):
    weight, x, other = draw(out, width), draw(rows, width), draw(rows, out)
    before, prepared = other.clone(), Product(weight, rows)
    torch.testing.assert_close(prepared(x), x @ weight.t(), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(prepared.plus(x, other), x @ weight.t() + other, rtol=1e-4, atol=1e-4)
    assert torch.equal(other, before)


def test_a_transposed_weight_may_be_prepared(draw):
    weight, x = draw(96, 320), draw(64, 96)
    torch.testing.assert_close(Product(weight.t(), 64)(x), x @ weight, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("rows", "width", "out"), SHAPES)
def test_whole_products_and_sums_of_outer_products(draw, rows, width, out):
    x, weight, grad = draw(2, rows, width), draw(out, width), draw(2, rows, out)
    torch.testing.assert_close(product(x, weight), x @ weight.t(), rtol=1e-4, atol=1e-4)
    expected = torch.einsum("abn,abk->nk", grad, x)
    torch.testing.assert_close(outer(grad, x), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("bias", [True, False])
def test_linear_has_torchs_values_and_gradients(draw, bias):
    layer = nn.Linear(130, 90, bias=bias)
    x = draw(2, 700, 130).requires_grad_()
    wanted = [x, *layer.parameters()]
    share = draw(2, 700, 90)
    expected = torch.autograd.grad(layer(x), wanted, share)
    found = torch.autograd.grad(linear(x, layer.weight, layer.bias), wanted, share)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("rows", [3, 6_000])
def test_the_linear_layer_is_torchs_with_the_same_names(draw, rows):
    ours, theirs = Linear(40, 90), nn.Linear(40, 90)
    theirs.load_state_dict(ours.state_dict())
    x = draw(rows, 40)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-5, atol=1e-5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(ours(x), theirs(x))


def test_only_what_needs_a_gradient_gets_one(draw):
    layer = Linear(40, 90)
    layer.weight.requires_grad_(False)
    layer(draw(6_000, 40)).sum().backward()
    assert layer.weight.grad is None and layer.bias.grad is not None


def test_without_onednn_torchs_products_do_it(draw, monkeypatch):
    monkeypatch.setattr(products, "can_pack", lambda like: False)
    x, weight = draw(700, 130), draw(90, 130)
    torch.testing.assert_close(Product(weight, 700)(x), x @ weight.t())
    torch.testing.assert_close(product(x, weight), x @ weight.t())


@pytest.mark.parametrize(
    ("packed", "torchs", "pays"), [(0.5, 1.0, True), (0.89, 1.0, True), (0.97, 1.0, False), (1.2, 1.0, False)]
)
def test_packing_is_chosen_where_it_is_clearly_faster_whatever_one_slow_turn_says(monkeypatch, packed, torchs, pays):
    turns = iter([7.0, torchs, packed, 9.0] + [2 * packed, 2 * torchs] * products.MOST_TURNS)
    monkeypatch.setattr(products, "_seconds", lambda work: next(turns))
    assert products.packing_pays.__wrapped__(2) is pays


def test_where_packing_does_not_pay_every_product_is_torchs_own(draw, monkeypatch):
    monkeypatch.setattr(products, "packing_pays", lambda num_threads: False)
    x, weight, grad = draw(700, 300), draw(90, 300), draw(700, 90)
    assert Product(weight, 700)._packed is None
    assert torch.equal(Product(weight, 700)(x), torch.mm(x, weight.t()))
    assert torch.equal(product(x, weight), torch.mm(x, weight.t()))
    assert torch.equal(outer(grad, x), torch.mm(grad.t(), x))


def test_in_half_precision_nothing_is_measured_since_both_products_are_of_onednn(draw, monkeypatch):
    monkeypatch.setattr(products, "packing_pays", lambda num_threads: pytest.fail("measured"))
    products.can_pack(draw(3, 5).bfloat16())


@pytest.mark.parametrize("number", [10, 10_000])
def test_tanh_is_tanh_in_both_sizes(number):
    values = torch.linspace(-12, 12, number)
    for found in (scans.tanh_(values.clone()), scans.tanh(values.clone(), torch.empty_like(values))):
        torch.testing.assert_close(found, values.tanh(), rtol=0, atol=3e-7)
