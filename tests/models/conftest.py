"""Small networks of odd sizes, and helpers that the tests of the models share."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from core.models.classifier import Classifier
from core.models.encoder_decoder import EncoderDecoder
from core.models.forecaster import Forecaster
from core.models.language_model import LanguageModel

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


def _longer(ids: Tensor, extra: int) -> Tensor:
    return torch.cat((ids, ids.new_zeros(ids.shape[0], extra)), dim=1)


def _forecaster(**options: object) -> Network:
    one = options.get("shape") == "many_to_one"
    return Network(
        build=lambda: Forecaster("gru", 3, 2, HIDDEN, **options),
        inputs=lambda generator: (torch.randn(BATCH, STEPS, 3, generator=generator),),
        run=lambda model, inputs: list(model(*inputs)[0]),
        output_shape=(4, 2) if one else (STEPS, 2),
        num_classes=0,
    )


def _language_model(cell: str, **options: object) -> Network:
    def run(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Tensor]:
        ids, lengths = inputs
        logits, _ = model(ids, lengths=lengths)
        return [row[:length] for row, length in zip(logits, lengths, strict=True)]

    return Network(
        build=lambda: LanguageModel(cell, VOCAB, 5, HIDDEN, **options),
        inputs=lambda generator: (_tokens(generator), LENGTHS),
        run=run,
        output_shape=(STEPS, VOCAB),
        num_classes=VOCAB,
        pad=lambda inputs, extra: (_longer(inputs[0], extra), inputs[1]),
    )


def _classifier(cell: str, **options: object) -> Network:
    return Network(
        build=lambda: Classifier(cell, VOCAB, 5, HIDDEN, num_classes=4, **options),
        inputs=lambda generator: (_tokens(generator), LENGTHS),
        run=lambda model, inputs: list(model(*inputs)),
        output_shape=(4,),
        num_classes=4,
        pad=lambda inputs, extra: (_longer(inputs[0], extra), inputs[1]),
    )


def _encoder_decoder(cell: str, **options: object) -> Network:
    return Network(
        build=lambda: EncoderDecoder(cell, VOCAB, VOCAB + 2, 5, HIDDEN, **options),
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
    "forecaster": _forecaster(),
    "forecaster-deep": _forecaster(num_layers=2, dropout=0.2, output_dropout=0.1),
    "forecaster-window": _forecaster(shape="many_to_one", horizon=4),
    "forecaster-window-both-ways": _forecaster(
        shape="many_to_one", horizon=4, bidirectional=True, merge_mode="sum", num_layers=2
    ),
    "language-model-rnn": _language_model("rnn"),
    "language-model-relu": _language_model("rnn", nonlinearity="relu"),
    "language-model-lstm": _language_model("lstm", num_layers=2, dropout=0.2, embedding_dropout=0.1),
    "language-model-gru": _language_model("gru", padding_idx=0),
    "classifier-last": _classifier("lstm", pooling="last"),
    "classifier-last-both-ways": _classifier("rnn", pooling="last", bidirectional=True),
    "classifier-mean": _classifier("gru", pooling="mean", bidirectional=True, merge_mode="average", num_layers=2),
    "classifier-max": _classifier("lstm", pooling="max", bidirectional=True, merge_mode="max"),
    "encoder-decoder": _encoder_decoder("gru", attention="none"),
    "encoder-decoder-both-ways": _encoder_decoder("lstm", attention="none", bidirectional=True, num_layers=2),
    "encoder-decoder-dot": _encoder_decoder("rnn", attention="dot"),
    "encoder-decoder-dot-projected": _encoder_decoder("gru", attention="dot", bidirectional=True),
    "encoder-decoder-general": _encoder_decoder(
        "lstm", attention="general", bidirectional=True, dropout=0.2, num_layers=2
    ),
    "encoder-decoder-additive": _encoder_decoder("gru", attention="additive", bidirectional=True, merge_mode="sum"),
}


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
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
