"""What each column of a table of series is: one table of kinds, each with its evidence in name and cells.

The first row of `KINDS` whose evidence a column has says what it is, and why in words. Only values are forecast when
nobody chooses; categories are read beside them; times, names of things, places and what never changes are left out.
What a person names comes before all of this (series_columns.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.data.sources.headers import plain_name
from core.data.sources.number_times import count_of_time, is_steady
from core.data.sources.numbers import Column

KindName = Literal["text", "constant", "id", "time", "category", "coordinate", "value"]

# Patterns of names as `plain_name` has them, and of several languages.
_THING = (
    r"(?:store|shop|branch|plant|sensor|station|site|country|region|state|province|county|city|entity|location|area|zone|"
    r"district|department|dept|product|item|article|sku|machine|device|meter|household|customer|client|user|account|"
    r"order|invoice|ticket|trip|vehicle|route|line|warehouse|building|room|well|turbine|pump|channel|campaign|patient|"
    r"symbol|ticker|instrument|series|group|variable|geo|nation|"
    r"filiale|laden|markt|werk|anlage|standort|kunde|artikel|produkt|messstelle|land|stadt|"
    r"magasin|boutique|usine|capteur|produit|pays|ville|commune|departement|"
    r"tienda|sucursal|planta|estacion|producto|cliente|pais|ciudad|loja|usina|estacao|negozio|stazione|prodotto|"
    r"sklep|winkel|butik|magazin|магазин|станция|товар|датчик|страна|город|регион)"
)
_NUMBER_OF = r"(?:no|nr|nbr|num|number|nummer|numero|номер|n|key|ref|idx|index|kod|cod|код)"
_ID = (
    r"(?:id|ids|uid|uuid|guid|code|codes|iso|iso ?[23]|iso ?alpha ?[23]|fips|zip|zip ?code|post ?code|postal|"
    r"postleitzahl|plz|sku|ean|gtin|upc|isin|cusip|wmo|kennung|codigo|codice)"
)
_IDS = (
    rf"(?:(?:.* )?{_ID}|id \S+|code (?:{_THING}|postal|insee)|(?:.* )?{_THING} {_NUMBER_OF}|{_NUMBER_OF} {_THING}"
    rf"|{_THING}(?:id|no|nr|nbr|num|code))"
)
_SERIES = rf"(?:(?:.* )?{_THING}(?: (?:id|name|label))?|(?:unique |series |item )?id|name|key)"
_COUNTERS = (
    rf"(?:no|nr|n|index|idx|rownames|rownum|(?:row|record|rec|level|index level)s?(?: ?(?:{_NUMBER_OF}|id|0))?|"
    r"unnamed 0|column \d+|rn|seq|sequence|obs|observation|sno|s no|sr no|sl no|lfd nr|laufende nummer|pos|position|"
    r"counter|)"
)
_CLOCKS = r"(?:.* )?(?:time|date|datetime|timestamp|stamp|ts|epoch|unix|datum|zeit|fecha|hora|дата|время)(?: .*)?"
_OF_YEAR, _OF_NUMBER = r"(?: of(?: the)? year)?", r"(?: (?:no|nr|num|number|id|idx|index|code))?"
_WEEKDAYS = (
    r"day ?of ?(?:the )?week|week ?day|dow|wday|wochentag|weekdag|veckodag|jour(?: de)?(?: la)? semaine|"
    r"dia(?: de| da)?(?: la)? semana|giorno(?: della)? settimana|dzien tygodnia|день недели"
)
# What a calendar counts, what it is called, and between which whole numbers it lies.
_CALENDAR: tuple[tuple[str, str, int, int], ...] = (
    ("the day of the week", _WEEKDAYS, 0, 7),
    ("the month", rf"(?:month|monat|mois|mes|mese|maand|miesiac|месяц){_OF_YEAR}|moy", 0, 12),
    ("the day of the year", r"day ?of ?(?:the )?year|doy|yday|julian day", 0, 366),
    ("the day of the month", r"(?:day|tag|jour|dia|giorno|dag|день)(?: of(?: the)? month)?|dom|mday", 0, 31),
    ("the hour", r"(?:hour|stunde|heure|hora|ora|uur|timme|godzina|час)(?: of(?: the)? day)?|hr|hod|hh", 0, 24),
    ("the minute", r"minute|minuto|минута", 0, 59),
    ("the week", rf"(?:iso ?)?(?:week|woche|semaine|semana|settimana|неделя){_OF_YEAR}|weekofyear|woy|kw", 0, 53),
    ("the quarter", r"quarter|quartal|trimestre|qtr|квартал", 0, 4),
    ("the season", r"season|jahreszeit|saison|estacion del ano", 0, 4),
    ("the year", r"(?:iso ?)?(?:year|jahr|annee|ano|anno|yr|год)", 1000, 2200),
)
_LATITUDES = r"(?:.* )?(?:lat|latitude|latitud|latitudine|breitengrad|широта)(?: .*)?"
_LONGITUDES = r"(?:.* )?(?:lon|lng|longitude|longitud|longitudine|langengrad|laengengrad|долгота)(?: .*)?|(?:.* )?long"
_GRIDS = r"(?:.* )?(?:easting|northing|coord|coords|coordinate|koordinate|utm)(?: .*)?"
_MOST_THINGS = 50
# Whole numbers of a column called so are names even where times do not repeat; an order or a customer is counted too.
_PLACES = r"(?:store|shop|branch|plant|sensor|station|site|machine|device|filiale|magasin|tienda|sklep|магазин|станция)"
_KINDS = (
    r"(?:.* )?(?:type|typ|class|klasse|category|kategorie|status|mode|kind|condition|weathersit|weather|cluster|flag)"
)
_TARGETS = (
    r"(?:.* )?(?:y|target|value|values|sales|sold|units sold|demand|revenue|turnover|consumption|load|passengers|orders|visits|"
    r"visitors|umsatz|verkauf|verkaufe|absatz|nachfrage|verbrauch|ventes|demande|ventas|demanda|vendite|продажи|спрос)"
)
_BESIDE = (
    r"(?:.* )?(?:temperature|temp|humidity|rain|rainfall|precipitation|snow|snowfall|wind speed|pressure|sunshine|cloud cover|"
    r"dew ?point|radiation|holiday|holidays|is holiday|promo|promotion|price|discount|temperatur|regen|wind|feiertag|preis|"
    r"feuchte|niederschlag|meteo|pluie|prix|temperatura|lluvia|precio|prezzo|температура|цена)(?: (?:c|f|mm|avg|mean|max|min))?"
)
_MOST_KINDS, _ROWS_OF_A_KIND = 12, 10


@dataclass
class Look:
    """What one look at a column tells; what costs something is counted when a row of the table asks for it.

    Attributes:
        name: Of the column, as `plain_name` has it.
        column: Its numbers; None where it holds none.
        by_series: (N,) the number of the series of each row of a table of series below each other.
    """

    name: str
    column: Column | None
    by_series: np.ndarray | None = None

    @cached_property
    def known(self) -> np.ndarray:
        """The numbers that are there, in the order of the rows."""
        assert self.column is not None
        return self.column.values[~np.isnan(self.column.values)]

    @cached_property
    def is_whole(self) -> bool:
        return bool((self.known == np.round(self.known)).all())

    def is_within(self, low: float, high: float) -> bool:
        return bool(low <= self.known.min() and self.known.max() <= high)

    @cached_property
    def is_rising(self) -> bool:
        """Whether each number is above the one before it, or each below; within each series where there are several."""
        values, codes = self._sorted_by_series
        steps = np.diff(values)[codes[1:] == codes[:-1]]
        return bool((steps > 0).all() or (steps < 0).all())

    @cached_property
    def counts_rows(self) -> bool:
        """Whether numbers go up by one; those of instruments may start again, those without a name may not."""
        least = 1.0 if self.name.startswith("column ") else 0.9
        return self.is_whole and bool((np.diff(self.known) == 1).mean() >= least)

    @cached_property
    def is_count(self) -> bool:
        """Whether the numbers are 0, 1, 2 ... or 1, 2, 3 ... without an end to it, which predicts nothing."""
        return self.known[0] in (0, 1) and bool((np.diff(self.known) == 1).all())

    @cached_property
    def is_few(self) -> bool:
        return len(np.unique(self.known)) <= _MOST_THINGS

    @cached_property
    def has_kinds(self) -> bool:
        """Whether a dozen of whole numbers come again and again."""
        num_kinds = len(np.unique(self.known)) if self.is_whole else len(self.known)
        return num_kinds <= min(_MOST_KINDS, len(self.known) / _ROWS_OF_A_KIND)

    @cached_property
    def is_flag(self) -> bool:
        return self.is_within(0, 1) and self.is_whole

    @cached_property
    def is_flat_in_series(self) -> bool:
        """Whether each series has one number alone."""
        values, codes = self._sorted_by_series
        return self.by_series is not None and bool((np.diff(values) == 0)[codes[1:] == codes[:-1]].all())

    @cached_property
    def _sorted_by_series(self) -> tuple[np.ndarray, np.ndarray]:
        """The numbers that are there, series after series, and the number of the series of each."""
        assert self.column is not None
        if self.by_series is None:
            return self.known, np.zeros(len(self.known), dtype=np.int64)
        order = self.by_series.argsort(kind="stable")
        order = order[~np.isnan(self.column.values[order])]
        return self.column.values[order], self.by_series[order]

    @cached_property
    def is_clock(self) -> bool:
        """Whether the numbers are moments as programs count them, with a step between them that stays the same."""
        return count_of_time(self.known) is not None and is_steady(self.known)


@dataclass(frozen=True)
class Kind:
    """One row of the table of what a column can be.

    Attributes:
        kind: What it is.
        reason: Why it is not forecast, as it stands in a note.
        called: What the plain name of such a column is, as a pattern; None for any name.
        cells: What its cells must show.
        is_fit: False when it cannot be learned from, whoever asks for it.
        is_read: Whether it is read beside the columns that are forecast when nobody chooses.
        is_last_resort: Whether it is forecast when there is no value to forecast.
    """

    kind: KindName
    reason: str
    called: str | None
    cells: Callable[[Look], bool]
    is_fit: bool = True
    is_read: bool = False
    is_last_resort: bool = False

    def fits(self, look: Look) -> bool:
        """Whether a column is of this kind."""
        return (self.called is None or re.fullmatch(self.called, look.name) is not None) and self.cells(look)


def _whole_within(low: int, high: int) -> Callable[[Look], bool]:
    return lambda look: look.is_within(low, high) and look.is_whole


_NAMES, _PLACE = "it names things and measures nothing", "it is a place"
KINDS: tuple[Kind, ...] = (
    Kind("id", _NAMES, _IDS, lambda look: look.column is None, is_fit=False),
    Kind("text", "not numbers", None, lambda look: look.column is None, is_fit=False),
    Kind("constant", "it is empty", None, lambda look: bool(look.column and look.column.is_empty), is_fit=False),
    Kind("constant", "more than half is missing", None, lambda look: bool(look.column and look.column.is_sparse),
         is_fit=False),
    Kind("constant", "it never changes", None, lambda look: bool(look.column and look.column.is_constant), is_fit=False),
    Kind("id", "it only counts the rows", _COUNTERS, lambda look: look.counts_rows, is_last_resort=True),
    Kind("id", "it only counts the rows", None, lambda look: look.is_count, is_last_resort=True),
    *(Kind("category", f"it tells {words}", rf"(?:{called}){_OF_NUMBER}", _whole_within(low, high), is_read=True)
      for words, called, low, high in _CALENDAR),
    Kind("id", _NAMES, _IDS, lambda look: look.is_whole),
    Kind("id", _NAMES, _SERIES, lambda look: look.by_series is not None and look.is_whole and look.is_few),
    Kind("id", _NAMES, _PLACES, lambda look: look.has_kinds, is_last_resort=True),
    Kind("category", "it tells a kind", _KINDS, lambda look: look.has_kinds, is_read=True, is_last_resort=True),
    Kind("coordinate", _PLACE, _LATITUDES, lambda look: look.is_within(-90, 90)),
    Kind("coordinate", _PLACE, _LONGITUDES, lambda look: look.is_within(-180, 360)),
    Kind("coordinate", _PLACE, _GRIDS, lambda look: True),
    Kind("constant", "it never changes within a series", None, lambda look: look.is_flat_in_series),
    Kind("time", "it tells the time", _CLOCKS, lambda look: look.is_rising),
    Kind("time", "it tells the time", r"column \d+", lambda look: look.is_clock),
    Kind("category", "it is yes or no", None, lambda look: look.is_flag, is_read=True, is_last_resort=True),
    Kind("value", "", None, lambda look: True, is_read=True),
)  # fmt: skip
"""What a column can be, the first that fits from top to bottom."""


def find_kind(name: str, column: Column | None, by_series: np.ndarray | None = None) -> Kind:
    """What a column is: the first row of `KINDS` that fits. Arguments as `Look` has them, but for any name."""
    look = Look(plain_name(name), column, by_series)
    return next(kind for kind in KINDS if kind.fits(look))


def names_series(name: str) -> bool:
    """Whether a column is called like what tells several series apart: "store", "Station name", "unique_id"."""
    return re.fullmatch(_SERIES, plain_name(name)) is not None


def names_code(name: str) -> bool:
    """Whether a column is called like an id or a code, which stands for a name that may have a column of its own."""
    return re.fullmatch(_IDS, plain_name(name)) is not None


def names_target(name: str) -> bool:
    """Whether a column is called like what people forecast: "sales", "Demand", "y"."""
    return re.fullmatch(_TARGETS, plain_name(name)) is not None


def names_beside(name: str) -> bool:
    """Whether a column is called like what is read beside that: the weather, a holiday, a price."""
    return re.fullmatch(_BESIDE, plain_name(name)) is not None


def counts_rows(name: str) -> bool:
    """Whether a column is called like one that counts the rows; none is where it is only numbered itself."""
    return re.fullmatch(rf"(?!column ){_COUNTERS}", plain_name(name)) is not None


def names_no_series(name: str) -> bool:
    """Whether a column is called like a part of the calendar or a place: it tells rows apart and names no series."""
    kinds = [kind for kind in KINDS if kind.called and kind.kind in ("category", "coordinate")]
    return any(re.fullmatch(str(kind.called), plain_name(name)) for kind in kinds)
