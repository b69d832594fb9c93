"""The fields of an experiment, in its three sections: data, model and training.

A field says once what it is: its label, help, range, choices, the tasks that use it, what it needs of other fields and
what of it is worth trying. Forms, the shell, links, exported files and the search space are drawn from that, so a new
hyper-parameter is one field here. The choices of `model.cell` are the cells there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from core.config.data_section import DataConfig
from core.config.fields import Section, setting
from core.config.rules import Range, Rule
from core.config.training_section import TrainingConfig
from core.models.cells import CELLS, build_cell
from core.models.likelihoods import LIKELIHOODS

if TYPE_CHECKING:
    CellName = str
else:
    CellName = Literal[tuple(CELLS)]


_WITHOUT_WINDOW = Rule(
    "model.window", lambda window: window is None, "nothing with model.window", "Leave model.window out.",
    "A feed-forward network has nothing of the kind.",
)  # fmt: skip


def _counts(likelihood: str) -> bool:
    return LIKELIHOODS[likelihood].counts


class ModelConfig(Section):
    """The network."""

    cell: CellName = setting("lstm", "Cell", "What computes one time step from the last.", level="basic")
    hidden_size: int = setting(
        128, "Hidden size", "Numbers in the hidden state.", level="basic", ge=1, le=4_096,
        search=Range(16, 512, log=True), step=16,
    )  # fmt: skip
    num_layers: int = setting(
        1, "Layers", "Recurrent layers stacked on each other.", level="basic", ge=1, le=8, search=(1, 2, 3)
    )
    window: int | None = setting(
        None, "Feed-forward window",
        "Layers without memory in place of recurrent ones: each step sees so many last steps, 1 the present one alone.",
        of=("sequences", "series"), usual=("8",), ge=1, le=1_024, search=(),
        requires=(Rule("model.cell", lambda cell: cell == "rnn", "nothing for {other.name}", "Set model.cell=rnn.",
                       "Layers without memory are simple ones: choose the RNN, whose recurrent weights they lack."),),
    )  # fmt: skip
    embedding_dim: int = setting(
        64, "Embedding size", "Numbers that stand for one token.", of=("tokens",), ge=1, le=2_048,
        search=Range(16, 256, log=True), step=16,
    )  # fmt: skip
    character_dim: int = setting(
        0, "Letters of words",
        "Hidden size of a small LSTM that reads the letters of each word in both directions, beside its embedding, so that "
        "unknown words say something too; 0 for none.",
        of=("classes",), ge=0, le=256, search=(0, 25, 50), step=5,
    )  # fmt: skip
    vectors: str | None = setting(
        None, "Word vectors",
        "A file of word vectors that the embeddings start from, as text in the form of GloVe or fastText: its path (shell only) "
        "or upload:ID.", of=("classes",), level="hidden",
    )  # fmt: skip
    frozen_vectors: bool = setting(
        False, "Frozen embeddings", "Leave all embeddings as they are at the start.", of=("classes",), search=(),
        requires=(Rule("model.vectors", bool, "false without word vectors", "Set model.vectors.",
                       "Needs a file of word vectors."),),
    )  # fmt: skip
    embedding_scale: float = setting(
        1.0, "Spread of embeddings",
        "Standard deviation of the embeddings at the start; with a small one a rare word says little until it has been learned.",
        of=("tokens",), gt=0.0, le=10.0, search=Range(0.01, 1.0, log=True), step=0.1,
    )  # fmt: skip
    tied_embeddings: bool = setting(
        False, "Tied weights",
        "A token's embedding is also its row of the output layer; the hidden state is projected to the embedding size where "
        "that is another.", of=("stream",),
    )  # fmt: skip
    bidirectional: bool = setting(
        False, "Bidirectional", "Also read from the end to the start; in translation the encoder does.",
        of=("two_directions",),
        requires=(Rule("model.shape", lambda shape: shape == "many_to_one", "false unless model.shape is many_to_one",
                       "It would see the answer, or have no one state to hand on: set model.shape=many_to_one.",
                       "Only a network that forecasts from the end of the window can."), _WITHOUT_WINDOW),
    )  # fmt: skip
    merge_mode: Literal["concat", "sum", "average", "max"] | None = setting(
        None, "Merge mode", "How two directions become one; concat when not set.", of=("two_directions",),
        requires=(Rule("model.bidirectional", bool, "nothing without two directions", "Set model.bidirectional=true.",
                       "Needs two directions."),),
    )  # fmt: skip
    nonlinearity: Literal["tanh", "relu", "sigmoid", "identity"] | None = setting(
        None, "Nonlinearity", "The squashing function of a simple RNN; tanh when not set.",
        requires=(Rule("model.cell", lambda cell: len(CELLS[cell].nonlinearities) > 1, "nothing for gated cells",
                       "Set model.cell=rnn.", "Only the simple RNN has one; a gated cell's are fixed."),),
    )  # fmt: skip
    initialization: Literal["uniform", "xavier", "orthogonal", "identity", "normal"] = setting(
        "uniform",
        "Initialisation",
        "How the recurrent weights start: uniform as in torch, or one of the cures.",
        requires=(_WITHOUT_WINDOW,),
        group="First values",
    )
    forget_bias: float | None = setting(
        None, "Forget-gate bias", "Where the bias of forget gates starts; near 1 an LSTM remembers from the start.",
        usual=("1",), ge=-10.0, le=10.0, search=(None, 0.0, 1.0, 2.0, 3.0), step=0.5,
        requires=(Rule("model.cell", lambda cell: CELLS[cell].memory_gate,
                       "nothing for {other.name}, which has no gate to forget by",
                       "Choose a gated model.cell, or model.initialization=identity.",
                       "{other.label} has no gate to forget by."),), group="First values",
    )  # fmt: skip
    initial_state: Literal["zero", "learned"] = setting(
        "zero",
        "Initial state",
        "What the network knows before the first step: nothing, or a learned state.",
        requires=(_WITHOUT_WINDOW,),
        group="First values",
    )
    residual: bool = setting(
        False, "Residual connections", "Add each layer's input to its output, which helps deep stacks.",
        requires=(Rule("model.num_layers", lambda layers: layers > 1, "false with one layer",
                       "Add a layer: the first has nothing to skip.", "Needs at least two layers."), _WITHOUT_WINDOW),
    )  # fmt: skip
    shape: Literal["many_to_one", "many_to_many", "encoder_decoder"] = setting(
        "many_to_one", "Shape",
        "Forecast all steps from the end of the window, the next step at every step, or go on through the horizon with a "
        "decoder.", of=("series",),
        requires=(Rule("model.window", lambda window: window is None, "another shape with model.window",
                       "Set model.shape=many_to_one.", "A decoder goes on from a state, and this network has none.",
                       concerns=lambda shape: shape == "encoder_decoder"),), group="Forecast",
    )  # fmt: skip
    decoding: Literal["recurrent", "parallel"] = setting(
        "recurrent", "Decoder",
        "From one step of the horizon to the next, or to each of them in one step from the end of the window.",
        of=("series",),
        requires=(Rule("model.shape", lambda shape: shape == "encoder_decoder", "recurrent without a decoder",
                       "Set model.shape=encoder_decoder.", "Needs a decoder."),), group="Forecast",
    )  # fmt: skip
    segment: int = setting(
        1, "Segment", "How many steps the network reads, and a decoder writes, as one.", of=("series",), ge=1, le=512,
        search=Range(1, 48, log=True),
        requires=(Rule("model.shape", lambda shape: shape != "many_to_many", "1 when every step predicts the next",
                       "Set model.shape=many_to_one.", "A network that forecasts at every step reads each of them."),),
        group="Forecast",
    )  # fmt: skip
    scaling: Literal["series", "last_value", "window", "robust"] = setting(
        "series", "Scaling of windows",
        "What values are measured from and in: the training set's mean and deviation, or each window's own last value, "
        "mean and deviation, or median and quartiles.",
        of=("series",),
        requires=(Rule("model.shape", lambda shape: shape != "many_to_many", "series when every step predicts the next",
                       "The scale of a window would show what comes: set model.shape=many_to_one.",
                       "The scale of a window would show the answer to a network that forecasts at every step."),),
        group="Scale",
    )  # fmt: skip
    likelihood: Literal["point", "quantile", "gaussian", "student_t", "negative_binomial"] = setting(
        "point", "Forecast distribution",
        "What the network gives: one value, quantiles, or the parameters of a normal distribution, of Student's t with its "
        "heavier tails, or of a negative binomial for counts.", of=("series",),
        search=("point", "quantile", "gaussian", "student_t"),
        requires=(Rule("data.difference", lambda difference: difference == "none", "another without a difference",
                       "Set data.difference=none.", "Counts are forecast themselves, not their changes.", concerns=_counts),
                  Rule("data.transform", lambda transform: transform == "none", "another with logarithms or powers",
                       "Set data.transform=none.", "Counts are forecast themselves.", concerns=_counts),
                  Rule("model.scaling", lambda scaling: scaling == "series", "another with windows scaled by themselves",
                       "Set model.scaling=series.", "Counts have the scale of the training set.", concerns=_counts)),
        group="Forecast",
    )  # fmt: skip
    pooling: Literal["last", "mean", "max", "attention"] = setting(
        "last", "Pooling",
        "How the states of all words become one: the last, their mean or largest values, or a mean with learned weights.",
        of=("pooling",),
    )  # fmt: skip
    output_layer: Literal["softmax", "crf"] = setting(
        "softmax", "Output layer",
        "Whether the tag of every word is chosen by itself, or those of a sentence together by a conditional random field, "
        "which learns what may follow what.", of=("chain",),
    )  # fmt: skip
    attention: Literal["none", "dot", "scaled_dot", "general", "additive"] = setting(
        "dot", "Attention", "How the decoder looks back at the source.", of=("decoder",), level="basic"
    )
    bridge: Literal["last", "projected", "zero"] | None = setting(
        None, "Bridge",
        "How the encoder's last state starts the decoder; projected with two directions, last otherwise, when not set.",
        of=("decoder",),
        requires=(Rule("model.attention", lambda attention: attention != "none", "last or projected without attention",
                       "The decoder would see no source.", concerns=lambda bridge: bridge == "zero"),),
    )  # fmt: skip
    input_feeding: bool = setting(
        False, "Input feeding", "The decoder also reads what attention gave at the step before.", of=("decoder",),
        requires=(Rule("model.attention", lambda attention: attention != "none", "false without attention",
                       "There is nothing to feed: set model.attention.",
                       "Without attention there is nothing to feed."),),
    )  # fmt: skip
    dropout: float = setting(
        0.0, "Dropout between layers", "Share of values zeroed between layers while training.", ge=0.0, le=0.9,
        search=Range(0.0, 0.6),
        requires=(Rule("model.num_layers", lambda layers: layers > 1, "0 with one layer",
                       "Add a layer or use model.output_dropout.", "Needs at least two layers."),), group="Dropout",
    )  # fmt: skip
    weight_dropout: float = setting(
        0.0, "Dropout on recurrent weights", "Share of recurrent weights zeroed while training.", ge=0.0, le=0.9,
        search=Range(0.0, 0.6),
        requires=(Rule("model.cell", lambda cell: build_cell(cell).has_recurrent_matrix,
                       "0 for {other.name}, which has no recurrent weights", "Use model.output_dropout.",
                       "{other.label} has no recurrent weights."), _WITHOUT_WINDOW), group="Dropout",
    )  # fmt: skip
    embedding_dropout: float = setting(
        0.0, "Dropout on inputs", "Share of embedding values zeroed while training.", of=("tokens",), ge=0.0, le=0.9,
        search=Range(0.0, 0.6), group="Dropout",
    )  # fmt: skip
    output_dropout: float = setting(
        0.0, "Dropout on outputs", "Share of recurrent outputs zeroed while training.", ge=0.0, le=0.9,
        search=Range(0.0, 0.6), group="Dropout",
    )  # fmt: skip
    row_dropout: float = setting(
        0.0, "Dropout of whole tokens", "Share of the vocabulary that a training batch reads as nothing, wherever it stands.",
        of=("stream", "classes"), ge=0.0, le=0.9, search=Range(0.0, 0.3), group="Dropout",
    )  # fmt: skip
    locked_dropout: bool = setting(
        False, "Locked dropout",
        "Dropout on inputs, between layers and on outputs zeroes the same values at all steps of a sequence.",
        of=("stream", "classes"), group="Dropout",
    )  # fmt: skip

    @property
    def vectors_upload(self) -> str | None:
        """The id of the upload that holds the word vectors; None for a path and without any."""
        named = self.vectors or ""
        return named.removeprefix("upload:") if named.startswith("upload:") else None


def sections() -> dict[str, type[Section]]:
    """The three sections of an experiment by name."""
    return {"data": DataConfig, "model": ModelConfig, "training": TrainingConfig}


@cache
def all_fields() -> Mapping[str, Any]:
    """Every field of the three sections by its dotted name, in their order."""
    named = ((name, key, field) for name, section in sections().items() for key, field in section.model_fields.items())
    return MappingProxyType({f"{name}.{key}": field for name, key, field in named})
