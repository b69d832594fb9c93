"""What presets, sizes and forms must know about a data set: a few numbers, no data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DataSummary:
    """Numbers about a prepared data set; those that its kind has not are 0.

    Attributes:
        num_items: Time steps, characters, texts or pairs in all.
        num_tokens: Tokens (or time steps) of the training set; for pairs of both sides.
        num_train: Texts or pairs of the training set.
        longest: Tokens of the longest training text.
        num_features: Columns of numbers that a forecaster reads at once, indicators included.
        num_targets: Columns that it forecasts at once.
        num_indicators: Columns that tell it where a value is real.
        num_ahead: Numbers that it is told of every step before its time; which series it reads is not among them.
        num_series: Series that a forecaster reads one at a time, 0 where it reads all at once.
        season: Steps of one season, 1 without one.
        frequency: yearly to minutely, "" without one.
        carry_ratio: How well the last season predicts a series, next to the mean season before: below 1 its level
            wanders and the last season is the better guess, above 1 the level stays (`core.data.level.carry_ratio`).
        spread_growth: How many times as large swings are where the level is highest, at the least
            (`core.data.level.spread_growth`); 1 where they do not grow with it, 0 where a value is not above zero.
        ends_at_zero: Whether no training value to forecast is below zero, and some of each column come near it.
    """

    kind: str
    num_items: int
    num_tokens: int
    num_train: int = 0
    longest: int = 0
    vocab_size: int = 0
    src_vocab_size: int = 0
    trg_vocab_size: int = 0
    num_classes: int = 0
    num_features: int = 0
    num_targets: int = 0
    num_indicators: int = 0
    num_ahead: int = 0
    num_series: int = 0
    season: int = 1
    frequency: str = ""
    carry_ratio: float = 1.0
    spread_growth: float = 1.0
    ends_at_zero: bool = False
