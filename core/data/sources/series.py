"""Real series without a download: the data files that lie in the installed statsmodels and plotly packages.

Both packages are found, not imported: statsmodels alone would cost two seconds and 90 MB.
"""

import importlib.util
from pathlib import Path

import pandas as pd

_SHARES = {"GOOG": "google", "AAPL": "apple", "AMZN": "amazon", "FB": "facebook", "NFLX": "netflix",
           "MSFT": "microsoft"}  # fmt: skip


def sunspots() -> pd.DataFrame:
    """Reads yearly sunspot activity: 309 rows (1700-2008), column `sunspots`, index the first of January."""
    table = _statsmodels("sunspots")
    return _from(f"{table['YEAR'][0]}-01-01", "YS", table[["SUNACTIVITY"]].set_axis(["sunspots"], axis="columns"))


def nile() -> pd.DataFrame:
    """Reads the Nile's yearly flow: 100 rows (1871-1970), column `volume` in 10^8 cubic metres."""
    table = _statsmodels("nile")
    return _from(f"{table['year'][0]}-01-01", "YS", table[["volume"]])


def co2() -> pd.DataFrame:
    """Reads weekly CO2 on Mauna Loa: 2,284 Saturdays (1958-2001), column `co2` in ppm, NaN where nobody measured."""
    table = _statsmodels("co2")
    return _from(str(table["date"][0]), "W-SAT", table[["co2"]])


def elnino() -> pd.DataFrame:
    """Reads monthly Pacific sea surface temperature: 732 rows (1950-2010), column `temperature` in degrees Celsius.

    The file is a table of years by months; the rows come out one after the other.
    """
    table = _statsmodels("elnino").set_index("YEAR")
    return _from(f"{table.index[0]}-01-01", "MS", pd.DataFrame({"temperature": table.to_numpy(float).reshape(-1)}))


def macrodata() -> pd.DataFrame:
    """Reads twelve quarterly figures of the United States economy: 203 rows (1959-2009)."""
    table = _statsmodels("macrodata")
    return _from(f"{table['year'].iloc[0]}-01-01", "QS", table.drop(columns=["year", "quarter"]))


def stocks() -> pd.DataFrame:
    """Reads weekly prices of six technology shares: 105 Mondays (2018-2019), each relative to its first price."""
    table = pd.read_csv(_package_file("plotly", "package_data/datasets/stocks.csv.gz"))
    return _from(table["date"][0], "W-MON", table[list(_SHARES)].rename(columns=_SHARES))


def _from(start: str, freq: str, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of numbers at equal steps from a date on, as all of these files have them."""
    return table.astype(float).set_axis(pd.date_range(start, periods=len(table), freq=freq, name="time"), axis="index")


def _statsmodels(name: str) -> pd.DataFrame:
    return pd.read_csv(_package_file("statsmodels", f"datasets/{name}/{name}.csv"))


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
