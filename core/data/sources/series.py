"""Real series without a download: the data files that lie in the installed statsmodels and plotly packages.

Both packages are found, not imported: statsmodels alone would cost two seconds and 90 MB. `describe` says of every
built-in series, the made ones of `core.data.made.series` included, what it is, where it is from and what to forecast.

Left out: filling gaps, splitting and scaling, which are the same for every source.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class SeriesInfo:
    """What a visitor wants to know of a series before training on it.

    Attributes:
        id: the name of the function that gives the series.
        title: a few words.
        description: one or two sentences: what was measured, how often, from when to when.
        source: who measured and who published it.
        licence: what is said about its use.
        units: column name -> unit, in the order of the columns.
        default_targets: the columns to forecast unless the user chooses.
    """

    id: str
    title: str
    description: str
    source: str
    licence: str
    units: Mapping[str, str]
    default_targets: tuple[str, ...]


_STATSMODELS_PUBLIC_DOMAIN = "Public domain, as stated by statsmodels, which ships the file."
_OWN_WORK = "Made by this program; free to use like the program itself."

_SERIES = (
    SeriesInfo(
        id="sunspots",
        title="Sunspots",
        description="Yearly sunspot activity from 1700 to 2008: cycles of about eleven years, never twice the same.",
        source="National Geophysical Data Center of the USA (NOAA), solar data; file from statsmodels.",
        licence=_STATSMODELS_PUBLIC_DOMAIN,
        units={"sunspots": "sunspot number"},
        default_targets=("sunspots",),
    ),
    SeriesInfo(
        id="co2",
        title="CO2 on Mauna Loa",
        description="Weekly carbon dioxide in the air on Mauna Loa, Hawaii, from March 1958 to December 2001: a rising "
        "trend with a yearly wave. 59 of the 2,284 weeks were not measured.",
        source="C. D. Keeling and T. P. Whorf, 2004, Scripps air sampling network, in Trends: A Compendium of Data on "
        "Global Change, Carbon Dioxide Information Analysis Center, Oak Ridge; file from statsmodels.",
        licence=_STATSMODELS_PUBLIC_DOMAIN,
        units={"co2": "parts per million by volume"},
        default_targets=("co2",),
    ),
    SeriesInfo(
        id="elnino",
        title="El Niño",
        description="Monthly sea surface temperature of the eastern Pacific (0-10 degrees south, 80-90 degrees west) "
        "from 1950 to 2010: a yearly cycle, broken by the warm El Niño years.",
        source="National Weather Service of the USA (NOAA), ERSST.V3B data, region Niño 1+2; file from statsmodels.",
        licence=_STATSMODELS_PUBLIC_DOMAIN,
        units={"temperature": "degrees Celsius"},
        default_targets=("temperature",),
    ),
    SeriesInfo(
        id="nile",
        title="River Nile",
        description="Yearly flow of the Nile at Aswan from 1871 to 1970: one hundred values that drop about 1898.",
        source='G. W. Cobb, 1978, "The problem of the Nile", Biometrika 65; file from statsmodels.',
        licence=_STATSMODELS_PUBLIC_DOMAIN,
        units={"volume": "10^8 cubic metres a year"},
        default_targets=("volume",),
    ),
    SeriesInfo(
        id="macrodata",
        title="United States economy",
        description="Twelve quarterly figures of the economy of the United States from 1959 to the third quarter of "
        "2009: output, spending, money, interest, unemployment, inflation.",
        source="Federal Reserve Bank of St. Louis (FRED) and, for unemployment, the Bureau of Labor Statistics, both "
        "read in December 2009; compiled by Skipper Seabold for statsmodels.",
        licence=_STATSMODELS_PUBLIC_DOMAIN,
        units={
            "realgdp": "billion 2005 US dollars, yearly rate",
            "realcons": "billion 2005 US dollars, yearly rate",
            "realinv": "billion 2005 US dollars, yearly rate",
            "realgovt": "billion 2005 US dollars, yearly rate",
            "realdpi": "billion 2005 US dollars",
            "cpi": "index, 1982-84 = 100",
            "m1": "billion US dollars",
            "tbilrate": "% a year",
            "unemp": "%",
            "pop": "million people",
            "infl": "% a year",
            "realint": "% a year",
        },
        default_targets=("realgdp", "unemp", "infl"),
    ),
    SeriesInfo(
        id="stocks",
        title="Six technology shares",
        description="Weekly closing prices of six technology companies in 2018 and 2019, each divided by its price in "
        "the first week.",
        source="Example data of plotly, which does not name where the prices were taken from.",
        licence="Shipped with plotly under the MIT licence.",
        units={
            "google": "multiple of the first price",
            "apple": "multiple of the first price",
            "amazon": "multiple of the first price",
            "facebook": "multiple of the first price",
            "netflix": "multiple of the first price",
            "microsoft": "multiple of the first price",
        },
        default_targets=("google", "apple", "amazon", "facebook", "netflix", "microsoft"),
    ),
    SeriesInfo(
        id="weather",
        title="Made weather",
        description="Daily temperature and humidity of a place that does not exist: a yearly cycle, mild and cold "
        "years, fronts that last some days, and a humidity that answers to the warmth a day or two late.",
        source="Generated from a seed.",
        licence=_OWN_WORK,
        units={"temperature": "degrees Celsius", "humidity": "% relative humidity"},
        default_targets=("temperature", "humidity"),
    ),
    SeriesInfo(
        id="mackey_glass",
        title="Mackey-Glass chaos",
        description="A delay equation for the number of blood cells whose solution never repeats: foreseeable for a "
        "while, then not, since small errors grow.",
        source="Integrated from the equation in M. C. Mackey and L. Glass, 1977, Science 197, with a delay of 17.",
        licence=_OWN_WORK,
        units={"x": "no unit"},
        default_targets=("x",),
    ),
    SeriesInfo(
        id="made_series",
        title="A series of your own making",
        description="Trend, seasons, noise, a change on the way and gaps, each as you set it: what a network can learn "
        "of a series whose parts are known.",
        source="Generated from a recipe.",
        licence=_OWN_WORK,
        units={"value": "no unit"},
        default_targets=("value",),
    ),
)


def describe(id: str) -> SeriesInfo:
    """Looks up what is known about a built-in series.

    Args:
        id: the name of a function of this module or of `core.data.made.series`.

    Raises:
        ValueError: for a name that is not among them.
    """
    for info in _SERIES:
        if info.id == id:
            return replace(info, units=dict(info.units))
    raise ValueError(f"no built-in series {id!r}; known are {', '.join(info.id for info in _SERIES)}")


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
    """Reads twelve quarterly figures of the United States economy: 203 rows (1959-2009), units in `describe`."""
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
