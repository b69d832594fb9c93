"""Dynamic evaluation by hand, and what it may know when."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.stack import Stack
from core.tasks.generation import dynamic
from core.tasks.generation.dynamic import Adapting, DynamicReader


class Coin(nn.Module):
    """Says the same of every next token: a 1 has the logit w, a 0 has 0."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))

    def forward(self, ids, state=None):
        return torch.stack([torch.zeros(()), self.w[0]]).expand(*ids.shape, 2), ()


def test_each_segment_is_scored_and_then_learned_from_as_worked_out_by_hand():
    """In a text of ones at w = 0 each gradient is -1/2, so the usual one is 1/2 and steps divide by 0.5005."""
    reader = DynamicReader(Coin(), np.ones(50, dtype=np.int64))
    nats = reader.read(np.array([0, 1, 1, 0, 1, 0]), Adapting(learning_rate=0.1, decay=0.25, segment=2))
    softplus, sigmoid = (lambda w: math.log1p(math.exp(w))), (lambda w: 1 / (1 + math.exp(-w)))
    first = 0.1 * 0.5 / 0.5005
    # The gradient over a 0 and a 1 is sigmoid(w) - 1/2; a quarter of the way back to 0 comes first.
    second = 0.75 * first - 0.1 * (sigmoid(first) - 0.5) / 0.5005
    expected = [math.log(2), math.log(2), softplus(first), softplus(-first), softplus(second)]
    assert nats == pytest.approx(expected, rel=1e-5)


def language_model(**dropouts):
    torch.manual_seed(3)
    return LanguageModel(Stack("lstm", 7, num_layers=2, **dropouts), Tokens(5, 3, 0.5), 5, 0.5)


TEXT = np.random.default_rng(0).integers(5, size=203)


def test_without_steps_it_is_the_plain_reading_without_dropout_and_the_network_stays_as_it_was():
    model = language_model(dropout=0.5, weight_dropout=0.5).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    reader = DynamicReader(model, TEXT)
    with torch.no_grad():
        logits = model(torch.from_numpy(TEXT)[None, :-1])[0]
        plain = nn.functional.cross_entropy(logits[0], torch.from_numpy(TEXT[1:]), reduction="none")
    torch.testing.assert_close(torch.from_numpy(reader.read(TEXT, Adapting(0.0, 0.0, 13))).float(), plain)
    reader.read(TEXT, Adapting(0.1, 0.1, 13))
    torch.testing.assert_close(torch.from_numpy(reader.read(TEXT, Adapting(0.0, 0.0, 13))).float(), plain)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items()) and not model.training


def test_no_token_is_scored_by_weights_that_have_seen_it():
    reader = DynamicReader(language_model(), TEXT)
    other = TEXT.copy()
    other[105:] = (other[105:] + 1) % 5
    one, two = (reader.read(text, Adapting(0.01, 1e-3, 10)) for text in (TEXT, other))
    assert (one[:104] == two[:104]).all() and (one[104:] != two[104:]).mean() > 0.9


def test_a_choice_on_the_text_itself_counts_its_beginning_as_read_before_the_choice(monkeypatch):
    monkeypatch.setattr(dynamic, "CHOOSING", 60)
    monkeypatch.setattr(dynamic, "RATES", (1e-4, 0.003))
    reader = DynamicReader(language_model(), TEXT)
    repeated = np.full(200, 2)
    nats, chosen = reader.read_choosing(repeated)
    assert chosen.learning_rate == 0.003, "a text of one token is worth learning fast"
    assert (nats[:60] == reader.read(repeated, Adapting())[:60]).all()
    assert (nats[60:] == reader.read(repeated, chosen)[60:]).all()
