"""Series to forecast: read from installed libraries, made by ours, published. Left out: reading them (core.data.sources)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from core.config.recipe import recipe_values
from core.data.entries.entry import DATASETS_DIR, Entry, LoadFrom
from core.data.made.recipe_series import recipe_series
from core.data.sources import builtin
from core.data.sources import series as installed
from core.data.sources.public import series

_SHARES = {"split": (0.7, 0.1, 0.2)}
_BROWNLEE = "github.com/jbrownlee/Datasets"
_PUBLIC_DOMAIN = "Public domain, as stated by statsmodels, which ships the file."
_OWN_WORK = "Made by this program; free to use like the program itself."


def _series(
    data_id: str,
    origin: Callable[..., Any] | Path,
    title: str,
    summary: str,
    source: str,
    licence: str,
    units: Mapping[str, str],
    items: tuple[int | None, str],
    *,
    targets: tuple[str, ...] = (),
    package: str = "",
    load: Callable[..., Any] = builtin.load_series,
    **more: Any,
) -> Entry:
    """An entry for a series of an installed package or, where none is named, of ours: a file or a generator.

    Args:
        units: Column -> unit, in the order of the columns.
        targets: What is forecast unless somebody chooses; all columns where it is left out.
    """
    told = partial(load, units=units, targets=targets or tuple(units))
    return Entry(
        data_id, "series", title, summary, source, licence,
        partial(told, origin) if package else LoadFrom(told, origin), made=not package,
        depends_on=(package,) if package else (), defaults=_SHARES, items=items, **more,
    )  # fmt: skip


SERIES: tuple[Entry, ...] = (
    _series(
        "sunspots",
        installed.sunspots,
        "Sunspots",
        "Yearly sunspot activity from 1700 to 2008: cycles of about eleven years, never twice the same.",
        "National Geophysical Data Center of the USA (NOAA), solar data; file from statsmodels.",
        _PUBLIC_DOMAIN,
        {"sunspots": "sunspot number"},
        (309, "years"),
        package="statsmodels",
    ),
    _series(
        "co2",
        installed.co2,
        "CO2 on Mauna Loa",
        "Weekly carbon dioxide in the air on Mauna Loa, Hawaii, from March 1958 to December 2001: a rising trend with a "
        "yearly wave. 59 of the 2,284 weeks were not measured.",
        "C. D. Keeling and T. P. Whorf, 2004, Scripps air sampling network, in Trends: A Compendium of Data on Global "
        "Change, Carbon Dioxide Information Analysis Center, Oak Ridge; file from statsmodels.",
        _PUBLIC_DOMAIN,
        {"co2": "parts per million by volume"},
        (2_284, "weeks"),
        package="statsmodels",
    ),
    _series(
        "elnino",
        installed.elnino,
        "El Niño",
        "Monthly sea surface temperature of the eastern Pacific (0-10 degrees south, 80-90 degrees west) from 1950 to "
        "2010: a yearly cycle, broken by the warm El Niño years.",
        "National Weather Service of the USA (NOAA), ERSST.V3B data, region Niño 1+2; file from statsmodels.",
        _PUBLIC_DOMAIN,
        {"temperature": "degrees Celsius"},
        (732, "months"),
        package="statsmodels",
    ),
    _series(
        "nile",
        installed.nile,
        "River Nile",
        "Yearly flow of the Nile at Aswan from 1871 to 1970: one hundred values that drop about 1898.",
        'G. W. Cobb, 1978, "The problem of the Nile", Biometrika 65; file from statsmodels.',
        _PUBLIC_DOMAIN,
        {"volume": "10^8 cubic metres a year"},
        (100, "years"),
        package="statsmodels",
    ),
    _series(
        "macrodata",
        installed.macrodata,
        "United States economy",
        "Twelve quarterly figures of the economy of the United States from 1959 to the third quarter of 2009: output, "
        "spending, money, interest, unemployment, inflation.",
        "Federal Reserve Bank of St. Louis (FRED) and, for unemployment, the Bureau of Labor Statistics, both read in "
        "December 2009; compiled by Skipper Seabold for statsmodels.",
        _PUBLIC_DOMAIN,
        {
            **dict.fromkeys(("realgdp", "realcons", "realinv", "realgovt"), "billion 2005 US dollars, yearly rate"),
            "realdpi": "billion 2005 US dollars",
            "cpi": "index, 1982-84 = 100",
            "m1": "billion US dollars",
            "tbilrate": "% a year",
            "unemp": "%",
            "pop": "million people",
            "infl": "% a year",
            "realint": "% a year",
        },
        (203, "quarters"),
        targets=("realgdp", "unemp", "infl"),
        package="statsmodels",
    ),
    _series(
        "stocks",
        installed.stocks,
        "Six technology shares",
        "Weekly closing prices of six technology companies in 2018 and 2019, each divided by its price in the first "
        "week.",
        "Example data of plotly, which does not name where the prices were taken from.",
        "Shipped with plotly under the MIT licence.",
        dict.fromkeys(("google", "apple", "amazon", "facebook", "netflix", "microsoft"), "multiple of the first price"),
        (105, "weeks"),
        package="plotly",
    ),
    _series(
        "weather",
        DATASETS_DIR / "weather.tsv.xz",
        "Made weather",
        "Daily temperature and humidity of a place that does not exist: a yearly cycle, mild and cold years, fronts that "
        "last some days, and a humidity that answers to the warmth a day or two late.",
        "Generated from a seed.",
        _OWN_WORK,
        {"temperature": "degrees Celsius", "humidity": "% relative humidity"},
        (2_922, "days"),
        load=builtin.load_table_of_series,
    ),
    _series(
        "mackey_glass",
        DATASETS_DIR / "mackey_glass.tsv.xz",
        "Mackey-Glass chaos",
        "A delay equation for the number of blood cells whose solution never repeats: foreseeable for a while, then not, "
        "since small errors grow.",
        "Integrated from the equation in M. C. Mackey and L. Glass, 1977, Science 197, with a delay of 17.",
        _OWN_WORK,
        {"x": "no unit"},
        (3_000, "steps"),
        load=builtin.load_table_of_series,
    ),
    _series(
        "made_series",
        recipe_series,
        "A series of your own making",
        "Trend, seasons, noise, a change on the way and gaps, each as you set it: what a network can learn of a series "
        "whose parts are known.",
        "Generated from a recipe.",
        _OWN_WORK,
        {"value": "no unit"},
        (None, ""),
        load=builtin.load_made_series,
        choices=lambda data: recipe_values(data.recipe),
    ),
    Entry(
        "airline_passengers",
        "series",
        "Airline passengers",
        "Passengers of international flights a month from 1949 to 1960: a yearly wave that grows with the trend.",
        f"{_BROWNLEE}, from the Time Series Data Library",
        "None stated",
        series.load_airline_passengers,
        defaults=_SHARES,
        citation="G. E. P. Box and G. M. Jenkins (1976), Time Series Analysis: Forecasting and Control",
        splits="none published; cut in order",
        items=(144, "months"),
    ),
    Entry(
        "daily_min_temperatures",
        "series",
        "Daily minimum in Melbourne",
        "The lowest temperature of each day in Melbourne from 1981 to 1990.",
        f"{_BROWNLEE}, from the Time Series Data Library",
        "None stated",
        series.load_daily_min_temperatures,
        defaults=_SHARES,
        citation="Australian Bureau of Meteorology, through the Time Series Data Library",
        splits="none published; cut in order",
        items=(3_650, "days"),
    ),
    Entry(
        "beijing_pm25",
        "series",
        "Beijing's air, with the weather",
        "Fine dust (PM2.5) in Beijing, hour by hour from 2010 to 2014, with temperature, pressure, wind, rain and snow.",
        f"{_BROWNLEE}, from the UCI repository, data set 381",
        "CC BY 4.0, as UCI states",
        series.load_beijing_pm25,
        defaults=_SHARES,
        citation="X. Liang et al. (2015), Assessing Beijing's PM2.5 pollution, Proceedings of the Royal Society A 471",
        splits="none published; cut in order",
        items=(43_824, "hours"),
    ),
    Entry(
        "etth1",
        "series",
        "Transformer oil (ETTh1)",
        "The oil temperature of an electricity transformer and six loads on it, hour by hour from 2016 to 2018.",
        "github.com/zhouhaoyi/ETDataset",
        "CC BY-ND 4.0: to be passed on unchanged only",
        series.load_etth1,
        defaults={"split": (0.6, 0.2, 0.2)},
        citation="H. Zhou et al. (2021), Informer: Beyond Efficient Transformer for Long Sequence Forecasting, AAAI",
        splits="published: rows 0 to 8,639, to 11,519 and to 14,399; other shares divide all 17,420 rows in order",
        parser_version=2,
        items=(17_420, "hours"),
    ),
    Entry(
        "m4_hourly",
        "series",
        "M4's hourly series",
        "The 414 hourly series of the M4 forecasting competition: H1, those that you name, or each with one network.",
        "github.com/Mcompetitions/M4-methods",
        "None stated",
        series.load_m4_hourly,
        defaults={"split": (0.8, 0.1, 0.1)},
        columns=tuple(f"H{number}" for number in range(1, 415)),
        citation="S. Makridakis, E. Spiliotis and V. Assimakopoulos (2020), The M4 Competition, Int. J. Forecasting 36",
        splits="published: the last 48 steps of each series are the test; here cut in order by data.split",
        items=(414, "series"),
    ),
)
