"""Tied weights, one mask for all steps, and tokens that are read as nothing."""

import copy

import pytest
import torch

from core.models.inputs import Tokens, Vectors
from core.models.language_model import LanguageModel
from core.models.recurrent import Recurrent
from core.models.stack import Stack
from core.models.stepping import TokenSteps
from core.models.tagger import Tagger


def model_of(width=7, **dropouts):
    torch.manual_seed(1)
    return LanguageModel(Stack("lstm", 7), Tokens(9, width, **dropouts), 9, tied=True)


@pytest.mark.parametrize("width", [7, 3])
def test_tied_weights_share_their_memory_also_after_loading_copying_and_an_update(width):
    model, other = model_of(width), model_of(width)
    with torch.no_grad():
        other.embedding.weight.add_(1)
    saved = {name: weight.clone() for name, weight in other.state_dict().items()}
    assert {"embedding.weight", "output.weight"} <= saved.keys(), "files hold both, for whoever reads them apart"
    model.load_state_dict(saved)
    for one in (model, copy.deepcopy(model), model.double()):
        assert one.output.weight is one.embedding.weight
    torch.testing.assert_close(model.output.weight.float(), other.output.weight)
    assert sum(name.rpartition(".")[2] == "weight" for name, _ in model.named_parameters()) == 1 + (width != 7)
    model.float()(torch.tensor([[1, 2, 3]]))[0].sum().backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert torch.equal(model.output.weight, model.embedding.weight)


def test_a_tied_score_is_the_product_of_the_hidden_state_and_the_tokens_vector():
    for width in (7, 3):
        model, ids = model_of(width).eval(), torch.tensor([[4, 0, 8]])
        hidden, _ = model.recurrent(model.embedding(ids))
        narrow = hidden if width == 7 else hidden @ model.narrowing.weight.T
        expected = narrow @ model.embedding.weight.T + model.output.bias
        torch.testing.assert_close(model(ids)[0], expected)
        _, state = model(ids[:, :2])
        torch.testing.assert_close(TokenSteps(model)(ids[:, 2], state)[0], expected[:, 2])


def test_only_vectors_of_the_scored_tokens_can_be_tied():
    with pytest.raises(ValueError, match="tied"):
        LanguageModel(Stack("gru", 7), Vectors(9), 9, tied=True)
    with pytest.raises(ValueError, match="tied"):
        LanguageModel(Stack("gru", 7), Tokens(8, 7), 9, tied=True)


def masks(values):
    """Which values are zero, and that the others are as large as the share asks for."""
    assert set(values.unique().tolist()) == {0.0, 2.0}
    return values == 0


@pytest.mark.parametrize("locked", [True, False])
def test_a_locked_mask_is_the_same_at_all_steps_and_another_one_in_each_row(locked):
    torch.manual_seed(2)
    tokens = Tokens(5, 40, 0.5, locked=locked)
    with torch.no_grad():
        tokens.weight.fill_(1)
    network = Tagger(Stack("gru", 7, locked_dropout=locked), tokens, 3, 0.5)
    for dropped in (tokens(torch.zeros(3, 11, dtype=torch.int64)), network.output_dropout(torch.ones(3, 11, 40))):
        zero = masks(dropped)
        assert (zero == zero[:, :1]).all() == locked
        assert not torch.equal(zero[0], zero[1])
    tokens.eval()
    assert (tokens(torch.zeros(3, 11, dtype=torch.int64)) == 1).all()


@pytest.mark.parametrize("way", ["forward", "trace"])
def test_between_layers_a_locked_mask_takes_the_same_units_at_every_step(way):
    """The upper layer adds up what it reads: with nothing dropped in between, equal steps below would give equal sums."""
    torch.manual_seed(0)
    for locked in (True, False):
        stack = Recurrent("rnn", 4, 6, 2, dropout=0.5, nonlinearity="identity", locked_dropout=locked)
        with torch.no_grad():
            for name, weight in stack.named_parameters():
                weight.zero_()
                if name.startswith("weight_ih"):
                    weight.copy_(torch.eye(*weight.shape))
        inputs = torch.ones(2, 9, 4)
        outputs = stack(inputs)[0] if way == "forward" else stack.trace(inputs).outputs
        assert (outputs == outputs[:, :1]).all() == locked


def test_a_dropped_row_is_nothing_wherever_its_token_stands_and_the_others_grow():
    torch.manual_seed(4)
    tokens = Tokens(50, 3, row_dropout=0.5)
    ids = torch.arange(50).repeat(2, 3)
    ratio = tokens(ids) / tokens.weight[ids]
    zero = masks(ratio.round(decimals=4))
    assert torch.equal(zero[0, :50], zero[1, 100:]) and (zero == zero[..., :1]).all()
    assert 10 < zero[0, :50, 0].sum() < 40
    torch.testing.assert_close(tokens.eval()(ids), tokens.weight[ids])
