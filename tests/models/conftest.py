"""Small networks of odd sizes, and helpers that the tests of the models share."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.cells import CELLS
from core.models.classifier import Classifier
from core.models.encoder_decoder import EncoderDecoder
from core.models.feed_forward import FeedForwardStack
from core.models.forecaster import Forecaster, Reading
from core.models.inputs import InputEncoder, Tokens, Vectors
from core.models.language_model import LanguageModel
from core.models.one_to_many import OneToMany
from core.models.one_to_one import OneToOne
from core.models.stack import Stack
from core.models.tagger import Tagger

Inputs = Callable[[], InputEncoder]
BATCH, STEPS, HIDDEN, VOCAB = 3, 8, 7, 11
LENGTHS = torch.tensor([5, 8, 2])


@dataclass(frozen=True)
class Network:
    """A network under the contract.

    Attributes:
        build: Makes a fresh one.
        inputs: Makes its arguments, from a generator; rows differ in length where the network takes lengths.
        run: Calls it and returns the outputs of each row that mean something, row by row.
        output_shape: Shape of the outputs of one row of full length.
        num_classes: Size of the softmax its outputs feed; 0 for numbers.
        pad: Returns the same arguments with ``extra`` steps of padding appended; None if it takes no lengths.
    """

    build: Callable[[], nn.Module]
    inputs: Callable[[torch.Generator], tuple[Tensor, ...]]
    run: Callable[[nn.Module, tuple[Tensor, ...]], list[Tensor]]
    output_shape: tuple[int, ...]
    num_classes: int
    pad: Callable[[tuple[Tensor, ...], int], tuple[Tensor, ...]] | None = None


def _tokens(generator: torch.Generator) -> Tensor:
    ids = torch.randint(1, VOCAB, (BATCH, STEPS), generator=generator)
    return ids.masked_fill(torch.arange(STEPS) >= LENGTHS[:, None], 0)


def _real(ids: Tensor) -> list[int]:
    """Returns the real tokens of each row, which are those other than 0."""
    return (ids != 0).sum(dim=1).tolist()


def _longer(ids: Tensor, extra: int) -> Tensor:
    return torch.cat((ids, ids.new_zeros(ids.shape[0], extra)), dim=1)


def _stack(cell: str, **options: object) -> Stack:
    return Stack(cell, HIDDEN, **options)


_READING = Reading(3, targets=(0, 1))


def _embedded(**options: object) -> Tokens:
    return Tokens(VOCAB, 5, **options)


def _dropped() -> Tokens:
    return _embedded(dropout=0.1)


def _padded() -> Tokens:
    return _embedded(pad_id=0)


def _window(**options: object) -> FeedForwardStack:
    """Layers without memory that see the whole sequence, so that one batch can be learned by heart."""
    return FeedForwardStack(**{"hidden_size": HIDDEN, "window": STEPS, **options})


def _one_to_one(stack: FeedForwardStack, **options: object) -> Network:
    return Network(
        build=lambda: OneToOne(stack, 5, 4, **options),
        inputs=lambda generator: (torch.randn(BATCH, 5, generator=generator),),
        run=lambda model, inputs: list(model(*inputs)),
        output_shape=(4,),
        num_classes=4,
    )


def _one_to_many(stack: Stack, tokens: Inputs = _embedded, **options: object) -> Network:
    return Network(
        build=lambda: OneToMany(stack, 3, tokens(), VOCAB, **options),
        inputs=lambda generator: (torch.randn(BATCH, 3, generator=generator), _tokens(generator)),
        run=lambda model, inputs: [row[:length] for row, length in zip(model(*inputs), _real(inputs[1]), strict=True)],
        output_shape=(STEPS, VOCAB),
        num_classes=VOCAB,
        pad=lambda inputs, extra: (inputs[0], _longer(inputs[1], extra)),
    )


def _forecaster(stack: Stack | FeedForwardStack, reading: Reading = _READING, **options: object) -> Network:
    one = options.get("shape") is not None
    sizes = [(STEPS, 3), (STEPS + 4, reading.num_ahead)][: 2 if reading.num_ahead else 1]
    return Network(
        build=lambda: Forecaster(stack, reading, **options),
        inputs=lambda generator: tuple(torch.randn(BATCH, *size, generator=generator) for size in sizes),
        run=lambda model, inputs: list(model(inputs[0], None, *inputs[1:])[0]),
        output_shape=(4, 2) if one else (STEPS, 2),
        num_classes=0,
    )


def _language_model(stack: Stack | FeedForwardStack, tokens: Inputs = _embedded, **options: object) -> Network:
    def run(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Tensor]:
        ids, lengths = inputs
        logits, _ = model(ids, lengths=lengths)
        return [row[:length] for row, length in zip(logits, lengths, strict=True)]

    return Network(
        build=lambda: LanguageModel(stack, tokens(), VOCAB, **options),
        inputs=lambda generator: (_tokens(generator), LENGTHS),
        run=run,
        output_shape=(STEPS, VOCAB),
        num_classes=VOCAB,
        pad=lambda inputs, extra: (_longer(inputs[0], extra), inputs[1]),
    )


def _tagger(stack: Stack | FeedForwardStack, tokens: Inputs = _embedded, **options: object) -> Network:
    return Network(
        build=lambda: Tagger(stack, tokens(), 4, **options),
        inputs=lambda generator: (_tokens(generator), LENGTHS),
        run=lambda model, inputs: [row[:length] for row, length in zip(model(*inputs), inputs[1], strict=True)],
        output_shape=(STEPS, 4),
        num_classes=4,
        pad=lambda inputs, extra: (_longer(inputs[0], extra), inputs[1]),
    )


def _classifier(stack: Stack | FeedForwardStack, tokens: Inputs = _embedded, **options: object) -> Network:
    return Network(
        build=lambda: Classifier(stack, tokens(), num_classes=4, **options),
        inputs=lambda generator: (_tokens(generator), LENGTHS),
        run=lambda model, inputs: list(model(*inputs)),
        output_shape=(4,),
        num_classes=4,
        pad=lambda inputs, extra: (_longer(inputs[0], extra), inputs[1]),
    )


def _of_vectors(make: Callable[..., Network], stack: Stack, size: int | None = None, **options: object) -> Network:
    """The same network over real vectors, as frames of sound or rows of a picture are."""
    of_tokens = make(stack, lambda: Vectors(3, size, dropout=0.1), **options)
    return replace(
        of_tokens,
        inputs=lambda generator: (torch.randn(BATCH, STEPS, 3, generator=generator), LENGTHS),
        pad=lambda inputs, extra: (F.pad(inputs[0], (0, 0, 0, extra)), inputs[1]),
    )


def _encoder_decoder(stack: Stack, **options: object) -> Network:
    return Network(
        build=lambda: EncoderDecoder(stack, Tokens(VOCAB, 5), Tokens(VOCAB + 2, 5), VOCAB + 2, **options),
        inputs=lambda generator: (
            _tokens(generator),
            LENGTHS,
            torch.randint(1, VOCAB + 2, (BATCH, 6), generator=generator),
        ),
        run=lambda model, inputs: list(model(*inputs)),
        output_shape=(6, VOCAB + 2),
        num_classes=VOCAB + 2,
        pad=lambda inputs, extra: (_longer(inputs[0], extra), *inputs[1:]),
    )


NETWORKS = {
    "one-to-one": _one_to_one(_window(window=1, num_layers=2, dropout=0.2, nonlinearity="relu")),
    "one-to-one-linear": _one_to_one(_window(window=1, num_layers=0), output_dropout=0.1),
    "one-to-many": _one_to_many(_stack("lstm", num_layers=2, dropout=0.2), _dropped),
    "one-to-many-gru": _one_to_many(_stack("gru_reset_before"), _padded),
    "one-to-many-deep": _one_to_many(_stack("min_gru", num_layers=3, residual=True)),
    "forecaster": _forecaster(_stack("gru")),
    "forecaster-deep": _forecaster(_stack("gru", num_layers=2, dropout=0.2), output_dropout=0.1),
    "forecaster-learned-start": _forecaster(_stack("lstm_peephole", initial_state="learned", weight_dropout=0.2)),
    "forecaster-at-once": _forecaster(_stack("gru"), shape="many_to_one", horizon=4),
    "forecaster-at-once-both-ways": _forecaster(
        _stack("gru", bidirectional=True, merge_mode="sum", num_layers=2), shape="many_to_one", horizon=4
    ),
    "forecaster-at-once-residual": _forecaster(
        _stack("lstm", bidirectional=True, num_layers=3, residual=True), shape="many_to_one", horizon=4
    ),
    "forecaster-window-scale": _forecaster(
        _stack("gru"), Reading(3, targets=(2, 0), scaling="window"), shape="many_to_one", horizon=4
    ),
    "forecaster-told-ahead": _forecaster(_stack("lstm"), Reading(3, 0, 2, (0, 1))),
    "forecaster-at-once-told-ahead": _forecaster(
        _stack("rnn"), Reading(3, 0, 2, (0, 1), "last_value", 2), shape="many_to_one", horizon=4
    ),
    "forecaster-decoder": _forecaster(
        _stack("lstm", num_layers=2, initial_state="learned"),
        Reading(3, 0, 1, (0, 1)),
        shape="encoder_decoder",
        horizon=4,
    ),
    "forecaster-segments": _forecaster(
        _stack("gru"), Reading(3, 0, 2, (0, 1), "robust", 3), shape="encoder_decoder", horizon=4, decoder="parallel"
    ),
    "forecaster-feed-forward": _forecaster(_window(hidden_size=40)),
    "forecaster-feed-forward-at-once": _forecaster(_window(), shape="many_to_one", horizon=4),
    "language-model-rnn": _language_model(_stack("rnn")),
    "language-model-relu": _language_model(_stack("rnn", nonlinearity="relu", initialization="identity")),
    "language-model-lstm": _language_model(_stack("lstm", num_layers=2, dropout=0.2), _dropped),
    "language-model-gru": _language_model(_stack("gru"), _padded),
    "language-model-reset-before": _language_model(_stack("gru_reset_before", weight_dropout=0.3)),
    "language-model-min-gru": _language_model(_stack("min_gru", num_layers=2, initial_state="learned")),
    "language-model-deep": _language_model(
        _stack("lstm_layer_norm", num_layers=3, dropout=0.2, residual=True, initial_state="learned", forget_bias=1.0)
    ),
    "language-model-feed-forward": _language_model(_window(num_layers=2, dropout=0.2)),
    "classifier-last": _classifier(_stack("lstm"), pooling="last"),
    "classifier-last-both-ways": _classifier(_stack("rnn", bidirectional=True), pooling="last"),
    "classifier-last-residual": _classifier(
        _stack("gru", bidirectional=True, merge_mode="sum", num_layers=2, residual=True), pooling="last"
    ),
    "classifier-mean": _classifier(
        _stack("gru", bidirectional=True, merge_mode="average", num_layers=2), pooling="mean"
    ),
    "classifier-max": _classifier(_stack("lstm", bidirectional=True, merge_mode="max"), pooling="max"),
    "classifier-attention": _classifier(_stack("gru", bidirectional=True), pooling="attention"),
    "classifier-attention-feed-forward": _classifier(_window(), pooling="attention"),
    "classifier-peephole": _classifier(
        _stack("lstm_peephole", num_layers=2, weight_dropout=0.2, initialization="orthogonal"), pooling="last"
    ),
    "classifier-feed-forward": _classifier(_window(), pooling="last"),
    **{f"tagger-{cell}": _tagger(_stack(cell, bidirectional=True)) for cell in CELLS},
    "tagger-one-way": _tagger(_stack("mgu", initial_state="learned"), _dropped),
    "tagger-deep": _tagger(
        _stack(
            "gru_layer_norm",
            bidirectional=True,
            merge_mode="max",
            num_layers=3,
            dropout=0.2,
            weight_dropout=0.2,
            residual=True,
            initial_state="learned",
            initialization="xavier",
        ),
        output_dropout=0.1,
    ),
    "tagger-feed-forward": _tagger(_window(nonlinearity="sigmoid")),
    "tagger-of-vectors": _of_vectors(_tagger, _stack("gru", bidirectional=True)),
    "classifier-of-projected-vectors": _of_vectors(_classifier, _stack("lstm"), 5, pooling="mean"),
    "encoder-decoder": _encoder_decoder(_stack("gru"), attention="none"),
    "encoder-decoder-both-ways": _encoder_decoder(_stack("lstm", bidirectional=True, num_layers=2), attention="none"),
    "encoder-decoder-dot": _encoder_decoder(_stack("rnn"), attention="dot"),
    "encoder-decoder-dot-projected": _encoder_decoder(_stack("gru", bidirectional=True), attention="dot"),
    "encoder-decoder-scaled-dot": _encoder_decoder(_stack("lstm", bidirectional=True), attention="scaled_dot"),
    "encoder-decoder-general": _encoder_decoder(
        _stack("lstm", bidirectional=True, dropout=0.2, num_layers=2), attention="general"
    ),
    "encoder-decoder-additive": _encoder_decoder(
        _stack("gru", bidirectional=True, merge_mode="sum"), attention="additive"
    ),
    "encoder-decoder-bridge-projected": _encoder_decoder(
        _stack("lstm", num_layers=2), attention="none", bridge="projected"
    ),
    "encoder-decoder-bridge-mean": _encoder_decoder(
        _stack("lstm_peephole", bidirectional=True), attention="none", bridge="last"
    ),
    "encoder-decoder-bridge-zero-learned": _encoder_decoder(
        _stack("gru", initial_state="learned"), attention="general", bridge="zero"
    ),
    "encoder-decoder-input-feeding": _encoder_decoder(_stack("lstm"), attention="general", input_feeding=True),
    "encoder-decoder-input-feeding-deep": _encoder_decoder(
        _stack("gru_reset_before", bidirectional=True, num_layers=2, dropout=0.2, residual=True),
        attention="additive",
        input_feeding=True,
    ),
}


@pytest.fixture
def networks() -> dict[str, Network]:
    return NETWORKS


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    return NETWORKS[request.param]


# One of each network and of each way through it; the others share their layers with these.
LEARNERS = (
    "one-to-one", "one-to-many", "forecaster-learned-start", "forecaster-at-once-residual", "forecaster-feed-forward",
    "language-model-lstm", "language-model-min-gru", "language-model-deep", "classifier-last-both-ways",
    "classifier-mean", "classifier-max", "tagger-deep", "classifier-of-projected-vectors", "encoder-decoder",
    "encoder-decoder-additive", "encoder-decoder-bridge-projected", "encoder-decoder-input-feeding-deep",
)  # fmt: skip


@pytest.fixture(params=[pytest.param(name, marks=[] if name in LEARNERS else [pytest.mark.long]) for name in NETWORKS])
def learner(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    return NETWORKS[request.param]


@pytest.fixture(params=[name for name, network in NETWORKS.items() if network.pad])
def padded_network(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    return NETWORKS[request.param]


@pytest.fixture
def random() -> torch.Generator:
    return torch.Generator().manual_seed(1)


@pytest.fixture
def count_parameters() -> Callable[[nn.Module], int]:
    return lambda model: sum(parameter.numel() for parameter in model.parameters())
