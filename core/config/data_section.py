"""The fields of an experiment's data section: what is trained on, how it is read and how it is cut up."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from core.config.countries import COUNTRIES, check_country
from core.config.encodings import ENCODINGS, codec_of
from core.config.fields import Section, setting
from core.config.rules import Range, Rule

ABOUT_WINDOWS = ("window_size", "horizon", "transform", "difference", "non_negative")
"""Fields that say how series are cut and read, and not what they are: the data is prepared without them."""


MOST_TOLD = 20
"""Series, or different words of a column, that a forecaster is told apart."""


class DataConfig(Section):
    """What is trained on, and how it is cut up."""

    source: Literal["builtin", "catalogue", "file", "upload", "hub"] = setting(
        "builtin", "Source",
        "Where the data comes from: shipped with Unroll, a public set of the catalogue, a file, an upload, or the "
        "Hugging Face Hub.",
        level="hidden",
    )  # fmt: skip
    id: str | None = setting(
        None, "Data", "Which data set of the catalogue, which upload, or owner/name on the Hub.", level="hidden"
    )
    path: tuple[str, ...] = setting(
        (), "Path", "A file, a folder, or two parallel files (shell only).", level="hidden",
        requires=(
            Rule("data.source", lambda source: source != "file", "a path", "Name the file.",
                 concerns=lambda path: not path),
            Rule("data.source", lambda source: source == "file", "nothing unless data.source is file",
                 "Set data.source=file.", concerns=bool),
        ),
    )  # fmt: skip
    split: tuple[float, float, float] = setting(
        (0.8, 0.1, 0.1), "Split", "Shares of the data for training, validation and test.", level="hidden"
    )
    recipe: str | None = setting(
        None, "Recipe", "What a made series is made of, such as season=24,noise=0.3.", of=("series",), level="data"
    )
    subset: str | None = setting(
        None, "Subset", "Which part of a data set of the Hub, by its name there.", of=("files",), level="data"
    )
    hub_split: str | None = setting(
        None,
        "Split on the Hub",
        "Which split of a data set of the Hub; all of them when not set.",
        of=("files",),
        level="data",
    )
    encoding: str | None = setting(
        None, "Encoding", "How the file writes letters as bytes, such as windows-1251; found when not set.",
        of=("files",), level="data", usual=ENCODINGS, group="File",
    )  # fmt: skip
    delimiter: Literal["comma", "semicolon", "tab", "bar"] | None = setting(
        None,
        "Delimiter",
        "What stands between two cells of a line; found when not set.",
        of=("files",),
        level="data",
        group="File",
    )
    header: bool | None = setting(
        None,
        "Header",
        "Whether the first line names the columns; found when not set.",
        of=("files",),
        level="data",
        group="File",
    )
    time_column: str | None = setting(
        None, "Time column", "The column that holds the time.", of=("series",), level="data", group="Time"
    )
    date_format: Literal[
        "year_first", "day_first", "month_first", "unix_seconds", "unix_milliseconds", "unix_microseconds",
        "unix_nanoseconds", "excel",
    ] | None = setting(
        None, "Date format", "How dates are written, or what numbers count; found when not set.", of=("series",),
        level="data", group="Time",
    )  # fmt: skip
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
        requires=(Rule("data.many_series", lambda many: many == "together", "nothing with data.many_series=each",
                       "Leave them out, or set data.many_series=together.", concerns=bool),),
    )  # fmt: skip
    future_columns: tuple[str, ...] = setting(
        (), "Known ahead",
        "Covariates whose coming values are known, such as a planned price; rows below the last value to forecast hold them. "
        "Of series below each other each has its own.",
        of=("series",), level="data",
    )  # fmt: skip
    static_columns: tuple[str, ...] = setting(
        (), "Static columns",
        "Columns of numbers or words that stay the same within a series, where several stand below each other.",
        of=("series",), level="data",
        requires=(Rule("data.many_series", lambda many: many == "each", "nothing with data.many_series=together",
                       "Set data.many_series=each: of one network for all at once they would never change.",
                       concerns=bool),),
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
        "or a mask that tells the network. What is filled is never scored.", of=("series",),
        requires=(Rule("data.many_series", lambda many: many == "together",
                       "interpolate or mask with data.many_series=each",
                       "Each series would lose other steps: set data.missing=mask or interpolate.",
                       concerns=lambda missing: missing == "drop"),),
    )  # fmt: skip
    series_identity: bool = setting(
        False, "Tell which series", f"Whether a network that reads one series at a time is told which, of at most {MOST_TOLD}.",
        of=("series",),
        requires=(Rule("data.many_series", lambda many: many == "each", "false with data.many_series=together",
                       "Set data.many_series=each.", "A network that reads all series at once knows which is which."),),
    )  # fmt: skip
    many_series: Literal["together", "each"] = setting(
        "together", "Many series",
        "One network that reads all columns at once, or one that learns from each column by itself.", of=("series",),
    )  # fmt: skip
    unit: Literal["character", "word", "subword"] = setting(
        "character", "Unit", "What one token is: a character, a word, or a piece of a word.", of=("units",)
    )
    items: Literal["joined", "apart"] = setting(
        "joined", "Items",
        "Names, verses or tunes one after another as one text, or each by itself (apart), from a start token to a stop "
        "token. Of a text file every line is one, of ABC music every tune.", of=("stream",), level="data", search=(),
    )  # fmt: skip
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
        "nfc", "Unicode form",
        "One code for what looks alike: none, composed letters (NFC), or also plain for fancy ones (NFKC).",
        of=("tokens",),
    )  # fmt: skip
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
    transform: Literal["none", "log", "box_cox"] = setting(
        "none", "Transform",
        "What is taken of each value to forecast before all else, so that swings that grow with the level stay alike: "
        "nothing, its logarithm, or the power (Box and Cox's) that does so best. Values must be above zero.",
        of=("series",),
        group="Scale",
    )  # fmt: skip
    difference: Literal["none", "last_value", "season"] = setting(
        "none", "Difference",
        "What is subtracted from each value first: nothing, the value before, or the one a season earlier.",
        of=("series",),
        group="Scale",
    )  # fmt: skip

    non_negative: bool = setting(
        False, "Never below zero",
        "What cannot be negative, such as counts and sales: forecasts and bands end at zero.", of=("series",),
        group="Scale",
    )  # fmt: skip
    calendar: Literal["none", "auto", "auto_time"] = setting(
        "none", "Calendar",
        "What dates say by themselves: hour, weekday or month as far as the training set shows them (auto), and how much "
        "time has passed.", of=("series",),
        group="Calendar",
    )  # fmt: skip
    holidays: str | None = setting(
        None, "Holidays",
        "The country whose public holidays are told to the network, such as DE, or DE-BY for a part of it.",
        of=("series",), usual=tuple(COUNTRIES), search=(),
        group="Calendar",
    )  # fmt: skip

    delay: int = setting(
        10, "Delay",
        "Steps over which something must be kept: of noise before the question, of the pause in a copy, of the whole "
        "sequence elsewhere.", of=("sequences",), level="basic", ge=2, search=(),
    )  # fmt: skip
    delays: Literal["fixed", "up_to"] = setting(
        "fixed",
        "Delays",
        "Whether every sequence has that delay, or one from 2 up to it.",
        of=("sequences",),
        search=(),
    )

    @property
    def named_covariates(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The fields that name columns that are read and not forecast, each with these."""
        return ("data.covariate_columns", self.covariate_columns or ()), ("data.future_columns", self.future_columns)

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str | None) -> str | None:
        if name is not None:
            codec_of(name)
        return name

    @field_validator("holidays")
    @classmethod
    def _is_a_country(cls, code: str | None) -> str | None:
        return None if code is None else check_country(code)
