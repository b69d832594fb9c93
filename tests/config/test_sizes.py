import itertools

import pytest
import torch

from core.config import sizes
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.sizes import (
    count_parameters,
    estimate_seconds,
    flops_per_step,
    recurrent_output_size,
    recurrent_parameters,
    scan_seconds,
)
from core.config.summary import DataSummary
from core.data import letters
from core.models import inputs
from core.models.cells import CELLS, Cell
from core.resolve import check_limits
from core.tasks.classification import predictor as classification
from core.tasks.forecasting import predictor as forecasting
from core.tasks.generation import predictor as generation
from core.tasks.layers import stack_of
from core.tasks.seq2seq import predictor as seq2seq
from core.tasks.tagging import predictor as tagging

# A cell of each kind: one state and two, with and without recurrent weights, with parameters beyond torch's.
STACKS = list(itertools.product(("gru", "lstm_layer_norm", "min_lstm"), (1, 3)))
DIRECTIONS = [(False, None), *((True, merge) for merge in (None, "concat", "sum", "average", "max"))]
SUMMARY = DataSummary(
    "any", 100, 80, num_train=10, vocab_size=11, src_vocab_size=11, trg_vocab_size=13, num_classes=3, num_features=4,
    num_targets=2,
)  # fmt: skip


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def experiment_of(task, cell, layers, direction=(False, None), **model):
    bidirectional, merge_mode = direction
    values = {"cell": cell, "hidden_size": 7, "num_layers": layers, "bidirectional": bidirectional,
              "merge_mode": merge_mode, **model}  # fmt: skip
    return Experiment.parse({"task": task, "model": values, "data": {"horizon": 5} if task == "forecasting" else {}})


@pytest.fixture(autouse=True)
def no_storage():
    """Networks are built without memory: only their shapes matter."""
    with torch.device("meta"):
        yield


@pytest.mark.parametrize("initial_state", ["zero", "learned"])
@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_layers(cell, layers, direction, initial_state):
    model = experiment_of("sentiment", cell, layers, direction, initial_state=initial_state, residual=layers > 1).model
    stack = stack_of(model).build(5)
    assert recurrent_parameters(model, 5) == count(stack)
    assert recurrent_output_size(model) == stack.output_size


@pytest.mark.parametrize(("cell", "layers"), STACKS)
@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
def test_forecaster(cell, layers, direction):
    for shape, likelihood in (
        ("many_to_one", "student_t"), ("many_to_many", "gaussian"), ("encoder_decoder", "quantile"),
        ("encoder_decoder", "point"), ("many_to_one", "point"),
    ):  # fmt: skip
        if shape != "many_to_one" and direction[0]:
            continue
        for num_features, num_targets, num_ahead in ((4, 2, 0), (3, 3, 2), (1, 1, 0)):
            summary = DataSummary(
                "forecasting", 100, 80, num_features=num_features, num_targets=num_targets, num_ahead=num_ahead
            )
            segment = 1 if shape == "many_to_many" else 3
            experiment = experiment_of("forecasting", cell, layers, direction, shape=shape, segment=segment,
                                       likelihood=likelihood)  # fmt: skip
            model = forecasting.build_model(experiment, num_features, range(num_targets), num_ahead=num_ahead)
            assert count_parameters(experiment, summary) == count(model), (shape, num_features)


@pytest.mark.parametrize(("cell", "layers"), STACKS)
def test_language_model(cell, layers):
    experiment = experiment_of("generation", cell, layers, embedding_dim=5)
    assert count_parameters(experiment, SUMMARY) == count(generation.build_model(experiment, 11))
    for width in (5, 7):
        experiment = experiment_of("generation", cell, layers, embedding_dim=width, tied_embeddings=True)
        assert count_parameters(experiment, SUMMARY) == count(generation.build_model(experiment, 11)), width


def test_tied_embeddings_are_looked_up_for_nothing_and_multiplied_all_the_same():
    tied, apart = (
        experiment_of("generation", "gru", 1, embedding_dim=7, tied_embeddings=tied) for tied in (True, False)
    )
    text = DataSummary("text", 100, 80, num_train=10, vocab_size=11)
    assert flops_per_step(tied, text) == flops_per_step(apart, text)


@pytest.mark.parametrize(("cell", "layers"), STACKS)
@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
def test_classifier(cell, layers, direction):
    for pooling in ("last", "mean", "max", "attention"):
        experiment = experiment_of("sentiment", cell, layers, direction, embedding_dim=5, pooling=pooling)
        assert count_parameters(experiment, SUMMARY) == count(classification.build_model(experiment, 11, 3)), pooling


def test_letters_of_words():
    assert (sizes.NUM_LETTERS, sizes.LETTER_DIM) == (letters.NUM_LETTERS, inputs.LETTER_DIM)
    experiment = experiment_of("sentiment", "gru", 1, embedding_dim=5, character_dim=3)
    assert count_parameters(experiment, SUMMARY) == count(classification.build_model(experiment, 11, 3))
    experiment = experiment_of("tagging", "gru", 1, embedding_dim=5, character_dim=3)
    assert count_parameters(experiment, SUMMARY) == count(tagging.build_model(experiment, 11, ["a", "b", "c"]))


@pytest.mark.parametrize(("cell", "layers"), STACKS)
@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
def test_encoder_decoder(cell, layers, direction):
    for attention in ("none", "dot", "scaled_dot", "general", "additive"):
        experiment = experiment_of("translation", cell, layers, direction, embedding_dim=5, attention=attention)
        assert count_parameters(experiment, SUMMARY) == count(seq2seq.build_model(experiment, 11, 13)), attention


@pytest.mark.parametrize("initial_state", ["zero", "learned"])
@pytest.mark.parametrize("bridge", [None, "last", "projected", "zero"])
@pytest.mark.parametrize("direction", [(False, None), (True, None), (True, "sum")], ids=str)
@pytest.mark.parametrize(("cell", "layers"), STACKS)
def test_encoder_decoder_with_every_bridge(cell, layers, direction, bridge, initial_state):
    for attention, feeding in (("dot", False), ("additive", True), ("none", False)):
        if attention == "none" and bridge == "zero":
            continue
        experiment = experiment_of(
            "translation", cell, layers, direction, embedding_dim=5, attention=attention, bridge=bridge,
            input_feeding=feeding, initial_state=initial_state,
        )  # fmt: skip
        model = seq2seq.build_model(experiment, 11, 13)
        assert count_parameters(experiment, SUMMARY) == count(model), (attention, feeding)


def test_a_cell_without_recurrent_weights_costs_less_work():
    whole, minimal = experiment_of("generation", "gru", 1), experiment_of("generation", "min_gru", 1)
    assert flops_per_step(minimal, SUMMARY) < flops_per_step(whole, SUMMARY)


def test_the_time_expected_grows_with_the_network_and_is_capped():
    small = experiment_of("sentiment", "lstm", 1)
    large = experiment_of("sentiment", "lstm", 3)
    assert small.description.tokens_per_step(small, SUMMARY) == 64 * 80 / 10
    assert flops_per_step(large, SUMMARY) > flops_per_step(small, SUMMARY)
    assert estimate_seconds(large, SUMMARY, 1e7) > estimate_seconds(small, SUMMARY, 1e7) > 3
    capped = small.with_values({"training.max_seconds": 3.0})
    assert estimate_seconds(capped, SUMMARY, 1e7) == 3


def test_steps_of_a_sequence_wait_for_each_other_however_small_the_network_is():
    """Eight layers of 2,048 steps, each 0.11 ms, are 1.8 s: a hundred thousand of them are fifty hours."""
    slow = experiment_of("generation", "lstm_layer_norm", 8).with_values(
        {"training.seq_len": 2_048, "training.batch_size": 1, "training.max_steps": 100_000}
    )
    assert scan_seconds(slow, SUMMARY) == pytest.approx(2_048 * 8 * 1.1e-4)
    assert estimate_seconds(slow, SUMMARY, 1e11) == pytest.approx(1e5 * 1.8, rel=0.02)
    assert scan_seconds(slow.with_values({"training.batch_size": 64}), SUMMARY) == scan_seconds(slow, SUMMARY)
    with pytest.raises(ConfigError, match="would take about 180,"):
        check_limits(slow, SUMMARY, Limits(profile="hosted"))


@pytest.mark.parametrize("task", ["forecasting", "sentiment"])
def test_two_directions_and_more_layers_take_their_time_one_after_another(task):
    one = scan_seconds(experiment_of(task, "mgu", 1), SUMMARY)
    assert scan_seconds(experiment_of(task, "mgu", 3, (True, None)), SUMMARY) == pytest.approx(6 * one)
    length = 24 if task == "forecasting" else 80 / 10
    assert one == pytest.approx(length * CELLS["mgu"].step_seconds)


def test_a_decoder_goes_one_way_and_pays_for_reading_what_it_wrote():
    """Pairs of 8 tokens: 4 are read by an encoder of two directions and two layers, 4 by a decoder of two layers."""
    step = CELLS["gru"].step_seconds
    plain = experiment_of("translation", "gru", 2, (True, None))
    assert scan_seconds(plain, SUMMARY) == pytest.approx((4 * 4 + 4 * 2) * step)
    fed = experiment_of("translation", "gru", 2, (True, None), input_feeding=True)
    assert scan_seconds(fed, SUMMARY) == pytest.approx((4 * 4 + 4 * 2) * step + 4 * 1e-3)
    half = plain.with_values({"training.teacher_forcing_ratio": 0.5})
    assert scan_seconds(half, SUMMARY) == pytest.approx((4 * 4 + 4 * 2) * step + 2 * 1e-3)


def test_a_new_cell_counts_as_slow_until_it_has_a_pass_of_its_own():
    assert Cell.step_seconds > max(cell.step_seconds for cell in CELLS.values())
    assert CELLS["lstm"].step_seconds == min(cell.step_seconds for cell in CELLS.values())
