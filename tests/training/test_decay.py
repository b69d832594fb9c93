"""Which parameters weight decay pulls towards zero, by name, over every network."""

import pytest
import torch

from core.config.experiment import Experiment
from core.models.cells import CELLS
from core.models.classifier import Classifier
from core.models.encoder_decoder import EncoderDecoder
from core.models.feed_forward import FeedForwardStack
from core.models.forecaster import Forecaster, Reading
from core.models.inputs import Tokens
from core.models.language_model import LanguageModel
from core.models.one_to_many import OneToMany
from core.models.one_to_one import OneToOne
from core.models.stack import Stack
from core.models.tagger import Tagger
from core.training.optim import make_optimizer

TRAINING = Experiment.parse({"task": "sentiment", "training": {"weight_decay": 0.3}}).training


def decayed(model):
    """Names of the parameters whose group decays, by what one update without any gradient does to them."""
    optimizer = make_optimizer(model, TRAINING)
    for parameter in model.parameters():
        torch.nn.init.ones_(parameter)
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    return {name for name, parameter in model.named_parameters() if (parameter < 1).all()}


def recurrent(place, layers=1, directions=("",), names=("weight_ih", "weight_hh")):
    return {f"{place}{name}_l{layer}{way}" for name in names for layer in range(layers) for way in directions}


@pytest.mark.parametrize("cell", CELLS)
def test_of_every_cell_its_matrices_decay_and_neither_what_it_starts_from_nor_vectors(cell):
    model = Forecaster(
        Stack(cell, 5, num_layers=2, bidirectional=True, initial_state="learned"), Reading(3), "many_to_one"
    )
    names = ("weight_ih", "weight_hh") if model.recurrent.cell.has_recurrent_matrix else ("weight_ih",)
    ways = ("", "_reverse")
    assert decayed(model) == recurrent("recurrent.", 2, ways, names) | {"output.weight"}
    assert model.recurrent.h_0.ndim == 2, "it looks like a matrix"


NETWORKS = {
    "forecaster": (Forecaster(Stack("gru", 5), Reading(1)), recurrent("recurrent.") | {"output.weight"}),
    "language model": (LanguageModel(Stack("lstm", 5), Tokens(7, 3), 7), recurrent("recurrent.") | {"output.weight"}),
    "classifier": (Classifier(Stack("rnn", 5), Tokens(7, 3), 2), recurrent("recurrent.") | {"output.weight"}),
    "tagger": (Tagger(Stack("lstm", 5), Tokens(7, 3), 2), recurrent("recurrent.") | {"output.weight"}),
    "one to many": (
        OneToMany(Stack("lstm", 5), 3, Tokens(7, 2), 7),
        recurrent("recurrent.") | {"output.weight", "starts.0.weight", "starts.1.weight"},
    ),
    "one to one": (
        OneToOne(FeedForwardStack(5, num_layers=2), 3, 2),
        {"hidden.layers.0.weight", "hidden.layers.1.weight", "output.weight"},
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_of_every_network_the_matrices_decay(name):
    model, expected = NETWORKS[name]
    assert decayed(model) == expected


@pytest.mark.parametrize(
    ("attention", "matrices"),
    [
        ("none", set()),
        ("dot", {"memory_projection.weight", "combine.weight"}),
        ("scaled_dot", {"memory_projection.weight", "combine.weight"}),
        ("general", {"attention.query_projection.weight", "combine.weight"}),
        ("additive", {"attention.query_projection.weight", "attention.key_projection.weight", "combine.weight"}),
    ],
)
def test_of_attention_the_matrices_decay_and_not_the_vector_that_scores(attention, matrices):
    model = EncoderDecoder(
        Stack("gru", 5, bidirectional=True, initial_state="learned"), Tokens(7, 3), Tokens(6, 3), 6, attention=attention
    )
    both_ways = recurrent("encoder.", directions=("", "_reverse"))
    expected = both_ways | recurrent("decoder.") | {"bridge.0.weight", "output.weight"}
    assert decayed(model) == expected | matrices
