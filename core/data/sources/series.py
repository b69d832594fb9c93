"""Real series without a download: the data files that lie in the installed statsmodels and plotly packages.

Both packages are found, not imported: statsmodels alone would cost two seconds and 90 MB.

Left out: filling gaps, splitting and scaling, which are the same for every source.
"""

import importlib.util
from pathlib import Path

import pandas as pd


def sunspots() -> pd.DataFrame:
    """Reads yearly sunspot activity: 309 rows (1700-2008), column `sunspots`, index the first of January."""
    table = pd.read_csv(_statsmodels_file("sunspots"))
    return _yearly(table["YEAR"], "sunspots", table["SUNACTIVITY"])


def nile() -> pd.DataFrame:
    """Reads the Nile's yearly flow: 100 rows (1871-1970), column `volume` in 10^8 cubic metres."""
    table = pd.read_csv(_statsmodels_file("nile"))
    return _yearly(table["year"], "volume", table["volume"])


def co2() -> pd.DataFrame:
    """Reads weekly CO2 on Mauna Loa: 2,284 Saturdays (1958-2001), column `co2` in ppm, NaN where nobody measured."""
    table = pd.read_csv(_statsmodels_file("co2"))
    time = pd.DatetimeIndex(pd.to_datetime(table["date"].astype(str), format="%Y%m%d"), freq="W-SAT", name="time")
    return pd.DataFrame({"co2": table["co2"].to_numpy(float)}, index=time)


def elnino() -> pd.DataFrame:
    """Reads monthly Pacific sea surface temperature: 732 rows (1950-2010), column `temperature` in degrees Celsius.

    The file is a table of years by months; the rows come out one after the other.
    """
    table = pd.read_csv(_statsmodels_file("elnino")).set_index("YEAR")
    values = table.to_numpy(float).reshape(-1)
    time = pd.date_range(f"{table.index[0]}-01-01", periods=len(values), freq="MS", name="time")
    return pd.DataFrame({"temperature": values}, index=time)


def macrodata() -> pd.DataFrame:
    """Reads twelve quarterly figures of the United States economy: 203 rows (1959-2009)."""
    table = pd.read_csv(_statsmodels_file("macrodata"))
    start = f"{table['year'].iloc[0]}-01-01"
    time = pd.date_range(start, periods=len(table), freq="QS", name="time")
    return table.drop(columns=["year", "quarter"]).astype(float).set_axis(time, axis="index")


def stocks() -> pd.DataFrame:
    """Reads weekly prices of six technology shares: 105 Mondays (2018-2019), each relative to its first price."""
    table = pd.read_csv(_package_file("plotly", "package_data/datasets/stocks.csv.gz"))
    names = {
        "GOOG": "google",
        "AAPL": "apple",
        "AMZN": "amazon",
        "FB": "facebook",
        "NFLX": "netflix",
        "MSFT": "microsoft",
    }
    time = pd.DatetimeIndex(pd.to_datetime(table["date"]), freq="W-MON", name="time")
    return table[list(names)].rename(columns=names).astype(float).set_axis(time, axis="index")


def _yearly(years: pd.Series, column: str, values: pd.Series) -> pd.DataFrame:
    time = pd.DatetimeIndex(pd.to_datetime(years.astype(str) + "-01-01"), freq="YS", name="time")
    return pd.DataFrame({column: values.to_numpy(float)}, index=time)


def _statsmodels_file(name: str) -> Path:
    return _package_file("statsmodels", f"datasets/{name}/{name}.csv")


def _package_file(package: str, path: str) -> Path:
    """The path of a data file in an installed package, without importing the package.

    Raises:
        FileNotFoundError: if the package, or the file in it, is not there.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the data file {path} belongs to the package {package}, which is not installed")
    file = Path(spec.submodule_search_locations[0]) / path
    if not file.is_file():
        raise FileNotFoundError(f"the installed package {package} has no data file {path}")
    return file
