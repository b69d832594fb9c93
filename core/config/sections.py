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

from pydantic import field_validator

from core.config.encodings import ENCODINGS, codec_of
from core.config.fields import Section, setting
from core.config.rules import Range, Rule, at_least, below, is_cell_with, is_none_of, is_one_of
from core.models.cells import CELLS

if TYPE_CHECKING:
    CellName = str
else:
    CellName = Literal[tuple(CELLS)]


class DataConfig(Section):
    """What is trained on, and how it is cut up."""

    source: Literal["builtin", "catalogue", "file", "upload", "hub"] = setting(
        "builtin",
        "Source",
        "Where the data comes from: shipped with Unroll, a public set of the catalogue, a file, an upload, or the "
        "Hugging Face Hub.",
        level="hidden",
    )
    id: str | None = setting(
        None, "Data", "Which data set of the catalogue, which upload, or owner/name on the Hub.", level="hidden"
    )
    path: tuple[str, ...] = setting(
        (), "Path", "A file, a folder, or two parallel files (shell only).", level="hidden",
        requires=(
            Rule("data.source", is_none_of("file"), "a path", "Name the file.", concerns=is_one_of(())),
            Rule("data.source", is_one_of("file"), "nothing unless data.source is file", "Set data.source=file."),
        ),
    )  # fmt: skip
    split: tuple[float, float, float] = setting(
        (0.8, 0.1, 0.1), "Split", "Shares of the data for training, validation and test.", level="hidden"
    )
    recipe: str | None = setting(
        None, "Recipe", "What a made series is made of, such as season=24,noise=0.3.", of=("series",),
        level="data",
    )  # fmt: skip
    subset: str | None = setting(
        None, "Subset", "Which part of a data set of the Hub, by its name there.", level="data"
    )
    hub_split: str | None = setting(
        None, "Split on the Hub", "Which split of a data set of the Hub; all of them when not set.", level="data"
    )
    encoding: str | None = setting(
        None, "Encoding", "How the file writes letters as bytes, such as windows-1251; found when not set.",
        level="data", usual=ENCODINGS,
    )  # fmt: skip
    delimiter: Literal["comma", "semicolon", "tab", "bar"] | None = setting(
        None, "Delimiter", "What stands between two cells of a line; found when not set.", level="data"
    )
    header: bool | None = setting(
        None, "Header", "Whether the first line names the columns; found when not set.", level="data"
    )
    time_column: str | None = setting(
        None, "Time column", "The column that holds the time.", of=("series",), level="data"
    )
    date_format: (
        Literal[
            "year_first",
            "day_first",
            "month_first",
            "unix_seconds",
            "unix_milliseconds",
            "unix_microseconds",
            "unix_nanoseconds",
            "excel",
        ]
        | None
    ) = setting(
        None,
        "Date format",
        "How dates are written, or what numbers count; found when not set.",
        of=("series",),
        level="data",
    )
    series_column: str | None = setting(
        None, "Series column", "The column that names the series, where several stand below each other.",
        of=("series",), level="data",
    )  # fmt: skip
    target_columns: tuple[str, ...] = setting(
        (), "Target columns", "The columns to forecast.", of=("series",), level="data"
    )
    covariate_columns: tuple[str, ...] | None = setting(
        None, "Covariates", "Columns that are read but not forecast; all other numbers when not set.", of=("series",),
        level="data",
        requires=(
            Rule("data.many_series", is_one_of("together"), "nothing with data.many_series=each",
                 "Leave them out, or set data.many_series=together.", concerns=bool),
        ),
    )  # fmt: skip
    sentinels: Literal["auto", "none"] = setting(
        "auto", "Fill values",
        "Numbers such as -999 that stand for a missing value, far from all others: taken for missing, or kept (none).",
        of=("series",), level="data",
    )  # fmt: skip
    text_column: str | None = setting(
        None, "Text column", "The column that holds the text.", of=("text", "labelled"), level="data"
    )
    label_column: str | None = setting(
        None, "Label column", "The column that holds the label.", of=("labelled", "tagged"), level="data"
    )
    src_column: str | None = setting(
        None, "Source column", "The column that holds what is translated.", of=("pairs",), level="data"
    )
    trg_column: str | None = setting(
        None, "Target column", "The column that holds the translation.", of=("pairs",), level="data"
    )
    src_language: str | None = setting(None, "From", "The language that is read.", of=("pairs",), level="data")
    trg_language: str | None = setting(None, "Into", "The language that is written.", of=("pairs",), level="data")
    language: str | None = setting(None, "Language", "The language of the names.", of=("text",), level="data")
    missing: Literal["interpolate", "drop", "mask"] = setting(
        "interpolate", "Missing values",
        "What is read in gaps: straight lines (while a gap lasts, the value before it), nothing, for the steps are dropped, "
        "or a mask that tells the network. What is filled is never scored.",
        of=("series",),
        requires=(
            Rule("data.many_series", is_one_of("together"), "interpolate or mask with data.many_series=each",
                 "Each series would lose other steps: set data.missing=mask or interpolate.", concerns=is_one_of("drop")),
        ),
    )  # fmt: skip
    many_series: Literal["together", "each"] = setting(
        "together",
        "Many series",
        "One network that reads all columns at once, or one that learns from each column by itself.",
        of=("series",),
    )
    unit: Literal["character", "word", "subword"] = setting(
        "character", "Unit", "What one token is: a character, a word, or a piece of a word.", of=("units",)
    )
    vocab_size: int = setting(
        8_000, "Vocabulary size",
        "The most tokens to keep; rarer ones become <unk>, and bits per character count spelling them out.",
        of=("tokens",), ge=8, le=100_000, search=Range(500, 20_000, log=True), step=500,
    )  # fmt: skip
    letter_case: Literal["keep", "lower"] | None = setting(
        None, "Letter case", "Whether capitals count; small letters in sentiment, as they are elsewhere, when not set.",
        of=("tokens",),
    )  # fmt: skip
    normalization: Literal["none", "nfc", "nfkc"] = setting(
        "nfc",
        "Unicode form",
        "One code for what looks alike: none, composed letters (NFC), or also plain for fancy ones (NFKC).",
        of=("tokens",),
    )
    strip_accents: bool = setting(False, "Strip accents", "Write é as e, and the like.", of=("tokens",))
    max_length: int = setting(
        256, "Longest text", "Longer texts are cut to this many tokens.", of=("cut",), ge=2,
        search=Range(16, 256, log=True), step=16,
    )  # fmt: skip
    window_size: int = setting(
        24, "Window size", "How many past steps the network reads.", of=("series",), level="basic", ge=1,
        search=Range(4, 128, log=True),
    )  # fmt: skip
    horizon: int = setting(
        4, "Horizon", "How many steps ahead it forecasts.", of=("series",), level="basic", ge=1, search=Range(1, 24)
    )
    difference: Literal["none", "last_value", "season"] = setting(
        "none",
        "Difference",
        "What is subtracted from each value first: nothing, the value before, or the one a season earlier.",
        of=("series",),
    )

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str | None) -> str | None:
        if name is not None:
            codec_of(name)
        return name


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
    embedding_dim: int = setting(
        64, "Embedding size", "Numbers that stand for one token.", of=("tokens",), ge=1, le=2_048,
        search=Range(16, 256, log=True), step=16,
    )  # fmt: skip
    bidirectional: bool = setting(
        False, "Bidirectional", "Also read from the end to the start; in translation the encoder does.",
        of=("two_directions",),
        requires=(
            Rule("model.shape", is_one_of("many_to_one"), "false when every step predicts the next",
                 "It would see the answer: set model.shape=many_to_one.",
                 "A network that forecasts at every step would see the answer."),
        ),
    )  # fmt: skip
    merge_mode: Literal["concat", "sum", "average", "max"] | None = setting(
        None, "Merge mode", "How two directions become one; concat when not set.", of=("two_directions",),
        requires=(
            Rule("model.bidirectional", is_one_of(True), "nothing without two directions",
                 "Set model.bidirectional=true.", "Needs two directions."),
        ),
    )  # fmt: skip
    nonlinearity: Literal["tanh", "relu", "sigmoid", "identity"] | None = setting(
        None, "Nonlinearity", "The squashing function of a simple RNN; tanh when not set.",
        requires=(
            Rule("model.cell", is_cell_with(lambda cell: len(cell.nonlinearities) > 1), "nothing for gated cells",
                 "Set model.cell=rnn.", "Only the simple RNN has one; a gated cell's are fixed."),
        ),
    )  # fmt: skip
    initialization: Literal["uniform", "xavier", "orthogonal", "identity", "normal"] = setting(
        "uniform", "Initialisation", "How the recurrent weights start: uniform as in torch, or one of the cures."
    )
    forget_bias: float | None = setting(
        None, "Forget-gate bias", "Where the bias of forget gates starts; near 1 an LSTM remembers from the start.",
        usual=("1",), ge=-10.0, le=10.0, search=(None, 0.0, 1.0, 2.0, 3.0), step=0.5,
        requires=(
            Rule("model.cell", is_cell_with(lambda cell: cell.memory_gate),
                 "nothing for {other.name}, which has no gate to forget by",
                 "Choose a gated model.cell, or model.initialization=identity.",
                 "{other.label} has no gate to forget by."),
        ),
    )  # fmt: skip
    initial_state: Literal["zero", "learned"] = setting(
        "zero", "Initial state", "What the network knows before the first step: nothing, or a learned state."
    )
    residual: bool = setting(
        False, "Residual connections", "Add each layer's input to its output, which helps deep stacks.",
        requires=(
            Rule("model.num_layers", at_least(2), "false with one layer", "Add a layer: the first has nothing to skip.",
                 "Needs at least two layers."),
        ),
    )  # fmt: skip
    shape: Literal["many_to_one", "many_to_many"] = setting(
        "many_to_one",
        "Shape",
        "Forecast all steps from the end of the window, or the next step at every step.",
        of=("series",),
    )
    pooling: Literal["last", "mean", "max"] = setting(
        "last", "Pooling", "How the states of all words become one.", of=("pooling",)
    )
    attention: Literal["none", "dot", "scaled_dot", "general", "additive"] = setting(
        "dot", "Attention", "How the decoder looks back at the source.", of=("decoder",), level="basic"
    )
    bridge: Literal["last", "projected", "zero"] | None = setting(
        None, "Bridge",
        "How the encoder's last state starts the decoder; projected with two directions, last otherwise, when not set.",
        of=("decoder",),
        requires=(
            Rule("model.attention", is_none_of("none"), "last or projected without attention",
                 "The decoder would see no source.", concerns=is_one_of("zero")),
        ),
    )  # fmt: skip
    input_feeding: bool = setting(
        False, "Input feeding", "The decoder also reads what attention gave at the step before.", of=("decoder",),
        requires=(
            Rule("model.attention", is_none_of("none"), "false without attention",
                 "There is nothing to feed: set model.attention.", "Without attention there is nothing to feed."),
        ),
    )  # fmt: skip
    dropout: float = setting(
        0.0, "Dropout between layers", "Share of values zeroed between layers while training.", ge=0.0, le=0.9,
        search=Range(0.0, 0.6),
        requires=(
            Rule("model.num_layers", at_least(2), "0 with one layer", "Add a layer or use model.output_dropout.",
                 "Needs at least two layers."),
        ),
    )  # fmt: skip
    weight_dropout: float = setting(
        0.0, "Dropout on recurrent weights", "Share of recurrent weights zeroed while training.", ge=0.0, le=0.9,
        search=Range(0.0, 0.6),
        requires=(
            Rule("model.cell", is_cell_with(lambda cell: cell.has_recurrent_matrix),
                 "0 for {other.name}, which has no recurrent weights", "Use model.output_dropout.",
                 "{other.label} has no recurrent weights."),
        ),
    )  # fmt: skip
    embedding_dropout: float = setting(
        0.0, "Dropout on inputs", "Share of embedding values zeroed while training.", of=("tokens",), ge=0.0, le=0.9,
        search=Range(0.0, 0.6),
    )  # fmt: skip
    output_dropout: float = setting(
        0.0, "Dropout on outputs", "Share of recurrent outputs zeroed while training.", ge=0.0, le=0.9,
        search=Range(0.0, 0.6),
    )  # fmt: skip


class TrainingConfig(Section):
    """How the weights are found."""

    batch_size: int = setting(
        64, "Batch size", "Sequences in one training step.", level="basic", ge=1, search=Range(8, 256, log=True), step=8
    )
    seq_len: int = setting(
        128, "Sequence length", "Tokens between two cuts of the gradient.", of=("stream",), level="basic", ge=1,
        search=Range(16, 256, log=True), step=16,
    )  # fmt: skip
    learning_rate: float = setting(
        3e-3, "Learning rate", "The size of the largest step.", level="basic", gt=0.0, le=10.0,
        search=Range(1e-4, 3e-2, log=True), step=0.001,
    )  # fmt: skip
    max_steps: int = setting(1_000, "Steps", "Training steps in all.", level="basic", ge=1, step=100)
    max_seconds: float | None = setting(
        None, "Time limit (s)", "Training ends here at the latest: fewer steps are planned when all would take longer.",
        usual=("60",), gt=0.0, step=10.0,
    )  # fmt: skip
    truncation: Literal["carry", "slide"] = setting(
        "carry",
        "Truncation",
        "Windows follow each other and hand on their state, or start from zero, slide by one and count one error each.",
        of=("stream",),
    )
    optimizer: Literal["adamw", "adam", "rmsprop", "momentum", "sgd"] = setting(
        "adamw", "Optimizer", "The rule that moves the weights."
    )
    schedule: Literal["constant", "linear", "cosine"] = setting(
        "cosine", "Schedule", "How the learning rate falls after the warm-up."
    )
    warmup_steps: int = setting(
        20, "Warm-up steps", "Steps over which the learning rate rises.", ge=0, search=Range(0, 200), step=10
    )
    weight_decay: float = setting(
        0.01, "Weight decay", "Pull of the weight matrices towards zero.", ge=0.0, le=1.0,
        search=Range(1e-4, 0.3, log=True), step=0.01,
    )  # fmt: skip
    max_grad_norm: float | None = setting(
        1.0, "Gradient clipping", "Largest norm of the gradient; without one nothing is clipped.", gt=0.0,
        search=(None, 0.25, 1.0, 5.0), step=0.5,
    )  # fmt: skip
    max_grad_value: float | None = setting(
        None, "Clipping by value", "Largest entry of the gradient, cut before its norm is.", usual=("1",), gt=0.0,
        search=(None, 0.5, 1.0), step=0.5,
    )  # fmt: skip
    label_smoothing: float = setting(
        0.0, "Label smoothing", "Share of the target spread over all classes.", of=("smoothing",), ge=0.0, lt=1.0,
        search=Range(0.0, 0.2),
    )  # fmt: skip
    class_weights: Literal["none", "balanced"] = setting(
        "none", "Class weights", "Whether every text counts alike, or every class, so that rare ones are not overlooked.",
        of=("classes",),
    )  # fmt: skip
    teacher_forcing_ratio: float = setting(
        1.0, "Teacher forcing", "Share of training batches in which the decoder reads the true words, not its own.",
        of=("decoder",), ge=0.0, le=1.0, search=Range(0.0, 1.0),
    )  # fmt: skip
    teacher_forcing_schedule: Literal["constant", "linear", "inverse_sigmoid"] = setting(
        "constant", "Teacher forcing schedule",
        "Whether teacher forcing falls from 1 to its final share while training, and how.", of=("decoder",),
        requires=(
            Rule("training.teacher_forcing_ratio", below(1.0), "constant when the share stays at 1",
                 "Set training.teacher_forcing_ratio below 1: that is where it falls to.",
                 "Needs a share of teacher forcing below 1, to which it can fall."),
        ),
    )  # fmt: skip
    patience: int | None = setting(
        None,
        "Patience",
        "Stop after this many steps without a better validation score; without a number it never does.",
        usual=("100",),
        ge=1,
    )
    seed: int = setting(0, "Seed", "The same seed gives the same run.", ge=0, le=2**31 - 1)
    device: Literal["auto", "cpu", "cuda", "mps"] = setting("auto", "Device", "Where to train.", search=())
    precision: Literal["auto", "fp32", "bf16"] = setting(
        "auto", "Precision", "Size of the numbers; bf16 is faster where the processor or GPU has it.", search=()
    )


def sections() -> dict[str, type[Section]]:
    """The three sections of an experiment by name."""
    return {"data": DataConfig, "model": ModelConfig, "training": TrainingConfig}


@cache
def all_fields() -> Mapping[str, Any]:
    """Every field of the three sections by its dotted name, in their order."""
    named = ((name, key, field) for name, section in sections().items() for key, field in section.model_fields.items())
    return MappingProxyType({f"{name}.{key}": field for name, key, field in named})
