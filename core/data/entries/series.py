"""Public series to forecast. Left out: reading them (core.data.sources.public.series)."""

from __future__ import annotations

from core.data.entries.entry import FILES, Entry
from core.data.sources.public import series

_SHARES = {"split": (0.7, 0.1, 0.2)}
_BROWNLEE = "github.com/jbrownlee/Datasets"

SERIES: tuple[Entry, ...] = (
    Entry(
        "airline_passengers",
        "forecasting",
        "Airline passengers",
        "Passengers of international flights a month from 1949 to 1960: a yearly wave that grows with the trend.",
        f"{_BROWNLEE}, from the Time Series Data Library",
        "None stated",
        series.load_airline_passengers,
        defaults=_SHARES,
        files=FILES["airline_passengers"],
        citation="G. E. P. Box and G. M. Jenkins (1976), Time Series Analysis: Forecasting and Control",
        splits="none published; cut in order",
        count=144,
        count_of="months",
    ),
    Entry(
        "daily_min_temperatures",
        "forecasting",
        "Daily minimum in Melbourne",
        "The lowest temperature of each day in Melbourne from 1981 to 1990.",
        f"{_BROWNLEE}, from the Time Series Data Library",
        "None stated",
        series.load_daily_min_temperatures,
        defaults=_SHARES,
        files=FILES["daily_min_temperatures"],
        citation="Australian Bureau of Meteorology, through the Time Series Data Library",
        splits="none published; cut in order",
        count=3_650,
        count_of="days",
    ),
    Entry(
        "beijing_pm25",
        "forecasting",
        "Beijing's air, with the weather",
        "Fine dust (PM2.5) in Beijing, hour by hour from 2010 to 2014, with temperature, pressure, wind, rain and snow.",
        f"{_BROWNLEE}, from the UCI repository, data set 381",
        "CC BY 4.0, as UCI states",
        series.load_beijing_pm25,
        defaults=_SHARES,
        files=FILES["beijing_pm25"],
        citation="X. Liang et al. (2015), Assessing Beijing's PM2.5 pollution, Proceedings of the Royal Society A 471",
        splits="none published; cut in order",
        count=43_824,
        count_of="hours",
    ),
    Entry(
        "etth1",
        "forecasting",
        "Transformer oil (ETTh1)",
        "The oil temperature of an electricity transformer and six loads on it, hour by hour from 2016 to 2018.",
        "github.com/zhouhaoyi/ETDataset",
        "CC BY-ND 4.0: to be passed on unchanged only",
        series.load_etth1,
        defaults={"split": (0.6, 0.2, 0.2)},
        files=FILES["etth1"],
        citation="H. Zhou et al. (2021), Informer: Beyond Efficient Transformer for Long Sequence Forecasting, AAAI",
        splits="published: rows 0 to 8,639, to 11,519 and to 14,399; other shares divide all 17,420 rows in order",
        parser_version=2,
        count=17_420,
        count_of="hours",
    ),
    Entry(
        "m4_hourly",
        "forecasting",
        "M4's hourly series",
        "The 414 hourly series of the M4 forecasting competition: H1, those that you name, or each with one network.",
        "github.com/Mcompetitions/M4-methods",
        "None stated",
        series.load_m4_hourly,
        defaults={"split": (0.8, 0.1, 0.1)},
        columns=tuple(f"H{number}" for number in range(1, 415)),
        files=FILES["m4_hourly"],
        citation="S. Makridakis, E. Spiliotis and V. Assimakopoulos (2020), The M4 Competition, Int. J. Forecasting 36",
        splits="published: the last 48 steps of each series are the test; here cut in order by data.split",
        count=414,
        count_of="series",
    ),
)
