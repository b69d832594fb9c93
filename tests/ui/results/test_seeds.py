"""Several seeds as one forecast, as files."""

import io

import pandas as pd

from ui.foreign import csv_of
from ui.results.written import parquet_of


def test_parquet_and_csv_of_all_seeds_hold_the_same_table():
    table = pd.DataFrame(
        {"Time": ["2024-01-01", "2024-01-02"], "a|b, mean": [1.5, 2.0], "Spread": [0.1, None], "Seed 0": [1.4, 2.1]}
    )
    read = pd.read_parquet(io.BytesIO(parquet_of(table)))
    pd.testing.assert_frame_equal(read, table)
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(csv_of(table))), table)
