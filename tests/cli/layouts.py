"""Files of layouts that people really use, as text; what is right for each stands beside it in test_layouts.py.

Every function gives the bytes of one file. Numbers are made: a wave with a little of the row in it, so that no two rows
are alike and none is far away from the others.
"""

import datetime as dt
import json
import math


def wave(k, period=7):
    return round(20 + 4 * math.cos(2 * math.pi * k / period) + k % 4 * 0.2 + 0.01 * k, 2)


def day(k, start=dt.date(2021, 3, 1)):
    return start + dt.timedelta(k)


def table(header, lines, encoding="utf-8"):
    return "\n".join([header, *lines, ""]).encode(encoding)


def fill_values():
    """A station's temperature with -9999 where nothing was measured."""
    return table("day;temperature", (f"{day(k)};{-9999 if k in (11, 50, 51) else wave(k)}" for k in range(90)))


def days_as_columns():
    """One river a row, one day a column."""
    names = ",".join(f"{day(k):%d.%m.%Y}" for k in range(50))
    return table(f"river,longitude,{names}", (
        f"R{r},{r}.25," + ",".join(str(round(10 * r + wave(k), 2)) for k in range(50)) for r in range(12)))  # fmt: skip


def years_as_columns():
    """One country a row, one year a column."""
    names = ",".join(str(1961 + k) for k in range(60))
    return table(f"Country Name,Country Code,{names}", (
        f"Land {c},L{c}," + ",".join(str(round(100 * c + wave(k), 2)) for k in range(60)) for c in range(5)))  # fmt: skip


def country_and_year():
    return table("Country,ISO,Year,Emissions", (
        f"Land {c},L{c},{1950 + k},{round(c * 30 + wave(k), 2)}" for c in range(4) for k in range(55)))  # fmt: skip


def notes_below():
    """Two lines of notes below the rows, after a blank one."""
    lines = [f"{2001 + k // 12}-{k % 12 + 1:02d},{wave(k, 12)}" for k in range(84)]
    return table(
        "month,visitors", [*lines, "", "Source: the museum's own count", "Figures of the last year are provisional"]
    )


def empty_rows_to_come():
    """The plan of next month: days without a value."""
    return table("date,visits", (f"{day(k)},{wave(k) if k < 80 else ''}" for k in range(110)))


def hours_from_1_to_24():
    return table("when,megawatt", (f"{day(d)} {h:02d}:00,{wave(h, 24)}" for d in range(15) for h in range(1, 25)))


def two_hours_east():
    return table("start,heat", (
        f"{2015 + k // 12}-{k % 12 + 1:02d}-01T00:00:00+02:00,{wave(k, 12)}" for k in range(72)))  # fmt: skip


def the_twentieth():
    return table("booked,amount", (f"{2012 + k // 12}-{k % 12 + 1:02d}-20,{wave(k, 12)}" for k in range(66)))


def candles_without_names():
    """Milliseconds, open, high, low, close, volume; no header."""
    rows = []
    for k in range(150):
        price = 300 + wave(k, 24)
        rows.append(f"{1699999200000 + 3600000 * k},{price},{price + 1},{price - 1},{price + 0.5:.2f},{40 + k % 9}")
    return ("\n".join(rows) + "\n").encode()


def branches():
    """Two branches below each other, with the weekday as a number."""
    return table("Branch,Weekday,Date,Turnover", (
        f"{b},{day(k).isoweekday()},{day(k)},{round(500 * b + 7 * wave(k), 1)}" for k in range(70) for b in (4, 9)))  # fmt: skip


def points_between_thousands():
    """German: 1.070 is one thousand and seventy."""
    return table("Tag\tAnzahl", (
        f"{day(k):%d.%m.%Y}\t{format(700 + k % 8 * 85, ',').replace(',', '.')}" for k in range(64)))  # fmt: skip


def days_of_a_spreadsheet():
    """44562 is the first of January 2022."""
    return table("Date,Orders", (f"{44562 + k},{wave(k)}" for k in range(75)))


def data_logger():
    """A line about the device, names, units, what was done; then the rows."""
    head = ['"TOA5","roof","CR300","77","os","prog","sig","Hourly"', '"TIMESTAMP","RECORD","Wind"', '"TS","RN","m/s"']
    rows = [f'"{day(k // 24)} {k % 24:02d}:00:00",{500 + k},{wave(k, 24)}' for k in range(160)]
    return ("\n".join([*head, '"","","Avg"', *rows]) + "\n").encode()


def from_to():
    def at(k):
        return f"{day(k // 24):%d.%m.%Y} {k % 24:02d}:00"

    return table("Period,Demand", (f'"{at(k)} - {at(k + 1)}",{wave(k, 24)}' for k in range(150)))


def spanish_months():
    names = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"]
    return table("mes;ventas", (f"{names[k % 12]} {2011 + k // 12};{wave(k, 12)}" for k in range(90)))


def date_beside_time():
    return table("<DATE>\t<TIME>\t<HIGH>\t<LOW>", (
        f"{day(k // 24):%Y.%m.%d}\t{k % 24:02d}:00:00\t{wave(k, 24) + 1:.2f}\t{wave(k, 24)}" for k in range(180)))  # fmt: skip


def a_row_a_year():
    names = "January February March April May June July August September October November December"
    return table("Year," + names.replace(" ", ","), (
        f"{1971 + y}," + ",".join(str(wave(12 * y + m, 12)) for m in range(12)) for y in range(30)))  # fmt: skip


def lists_in_lines():
    lines = ({"start": "2003-01-01 00:00:00", "freq": "MS", "target": [wave(k + i, 12) for k in range(66)], "item_id": f"S{i}"}
             for i in range(4))  # fmt: skip
    return ("\n".join(map(json.dumps, lines)) + "\n").encode()


def hash_before_the_name():
    return table("Month,#Riders", (f"{2008 + k // 12}-{k % 12 + 1:02d},{wave(k, 12)}" for k in range(84)))


def instructions():
    lines = ({"instruction": f"name {k} things", "context": "" if k % 2 else f"from list {k}", "response": f"here are {k}",
              "category": "list"} for k in range(90))  # fmt: skip
    return ("\n".join(map(json.dumps, lines)) + "\n").encode()


def russian():
    return "".join(f"Белая берёза под моим окном стоит уже {k} лет\n" for k in range(70)).encode("koi8-r")


def numbers_for_names():
    return table(
        "0,1", (f"{'warm' if k % 2 else 'cold'} water number {k} today,{'yes' if k % 2 else 'no'}" for k in range(70))
    )


def texts_too_long():
    return table("review,stars", (
        f'"{"it was a long way there " * 70}{"lovely" if k % 2 else "dreadful"} {k}",{"good" if k % 2 else "poor"}'
        for k in range(70)))  # fmt: skip


def sorted_labels():
    return table(
        "text,label",
        (f"{'sunny' if k < 700 else 'rainy'} day number {k},{'up' if k < 700 else 'down'}" for k in range(1400)),
    )
