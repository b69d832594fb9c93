"""The real series: known facts of each, and nothing heavy imported to read them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.config.experiment import DataConfig
from core.data import catalog
from core.data.sources import series

LOADERS = {
    "sunspots": series.sunspots,
    "co2": series.co2,
    "elnino": series.elnino,
    "nile": series.nile,
    "macrodata": series.macrodata,
    "stocks": series.stocks,
}


@pytest.mark.parametrize(
    ("name", "shape", "freq", "first_day", "last_day"),
    [
        ("sunspots", (309, 1), "YS-JAN", "1700-01-01", "2008-01-01"),
        ("co2", (2284, 1), "W-SAT", "1958-03-29", "2001-12-29"),
        ("elnino", (732, 1), "MS", "1950-01-01", "2010-12-01"),
        ("nile", (100, 1), "YS-JAN", "1871-01-01", "1970-01-01"),
        ("macrodata", (203, 12), "QS-JAN", "1959-01-01", "2009-07-01"),
        ("stocks", (105, 6), "W-MON", "2018-01-01", "2019-12-30"),
    ],
)
def test_length_and_calendar_are_those_of_the_file(name, shape, freq, first_day, last_day):
    frame = LOADERS[name]()
    assert frame.shape == shape
    assert frame.index.freqstr == freq
    assert frame.index.name == "time"
    assert (frame.index[0], frame.index[-1]) == (pd.Timestamp(first_day), pd.Timestamp(last_day))


def test_first_and_last_values_are_known():
    assert series.sunspots()["sunspots"].iloc[[0, 1, -1]].tolist() == [5, 11, 2.9]
    assert series.nile()["volume"].iloc[[0, 1, -1]].tolist() == [1120, 1160, 740]
    assert series.co2()["co2"].iloc[[0, 1, -1]].tolist() == [316.1, 317.3, 371.5]
    assert series.stocks().iloc[0].tolist() == [1.0] * 6
    assert series.stocks()["microsoft"].iloc[-1] == pytest.approx(1.788185, abs=1e-6)


def test_elnino_runs_through_the_months_of_a_year_first():
    temperature = series.elnino()["temperature"]
    assert temperature.loc["1950-02-01"] == 24.2
    assert temperature.loc["1951-01-01"] == 24.19
    assert temperature.loc["2010-12-01"] == 22.07


def test_macrodata_quarters_begin_where_they_should():
    frame = series.macrodata()
    assert frame.loc["1959-04-01", "realgdp"] == 2778.801
    assert frame.loc["2009-07-01", "unemp"] == 9.6


def test_only_co2_has_gaps():
    missing = {name: int(load().isna().sum().sum()) for name, load in LOADERS.items()}
    assert missing == {name: 59 if name == "co2" else 0 for name in LOADERS}


@pytest.mark.parametrize("name", LOADERS)
def test_every_column_has_a_unit(name):
    loaded = catalog.find("series", name).load(DataConfig())
    assert list(loaded.units) == list(LOADERS[name]().columns)
    assert all(loaded.units.values())
    assert set(LOADERS[name]().dtypes) == {np.dtype("float64")}


def test_macrodata_forecasts_three_of_its_columns():
    assert catalog.find("series", "macrodata").load(DataConfig()).target_columns == ("realgdp", "unemp", "infl")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(series.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="statsmodels"):
        series.nile()
    with pytest.raises(FileNotFoundError, match="plotly"):
        series.stocks()


def test_reading_them_imports_nothing_heavy():
    root = Path(__file__).parents[3]
    code = (
        "import sys\n"
        "from core.data.sources import series\n"
        "from core.data.made import dates, numbers\n"
        "from core.data.sources import documents\n"
        "assert 'babel' not in sys.modules and 'num2words' not in sys.modules\n"
        "for load in (series.sunspots, series.co2, series.elnino, series.nile, series.macrodata, series.stocks):\n"
        "    load()\n"
        "numbers.numbers(count=9), dates.dates(count=9)\n"
        "documents.python_docs(), documents.country_names()\n"
        "print(*{'torch', 'statsmodels', 'plotly', 'streamlit', 'sklearn', 'pydoc_data.topics'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
