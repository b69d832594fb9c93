"""Which attacks there are: each kind in its sizes, in the order in which they are made.

Left out: how a stranger acts (attacking.py), what no page offers (raw_attacks.py), the contents (hostile_files.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from benchmarks import hostile_files as files
from benchmarks.attacking import (
    FORECASTING,
    GENERATION,
    SENTIMENT,
    Attack,
    Prepared,
    ask,
    bring,
    bring_newer,
    edit,
    link,
    paste,
    rows,
)


def every_text() -> list[Attack]:
    """Texts and numbers that are pasted or stand in files of text."""
    blank = "blanks in a cell"
    return [
        *rows("ordinary file", lambda n: bring(FORECASTING, "a.csv", files.ordinary, n), (30_000,), "rows", 30_000),
        *rows("pasted number", lambda n: paste(FORECASTING, files.token, n), (24_000, 48_000, 400_000), "signs", 48_000),
        *rows("pasted digits", lambda n: paste(FORECASTING, files.digits, n), (4_000, 400_000), "signs"),
        *rows("names first", lambda n: paste(FORECASTING, files.names_first, n), (200, 900), "lines"),
        *rows("names first, in 480 kB", lambda n: paste(FORECASTING, _shorter, n), (900, 20_000), "lines", 20_000),
        *rows("time in UTC", lambda n: bring(FORECASTING, "a.csv", _times(" UTC"), n), (15_000, 120_000), blank),
        *rows("time in a zone", lambda n: bring(FORECASTING, "a.csv", _times(" Europe/Berlin"), n),
              (15_000, 30_000, 120_000), blank, 30_000),
        *rows("time with an offset", lambda n: bring(FORECASTING, "a.csv", _times("+01:00"), n), (30_000, 120_000), blank),
        *rows("combining marks", lambda n: bring(GENERATION, "a.txt", _encoded(files.marks), n),
              (80_000, 160_000, 1_000_000), "signs", 160_000),
        *rows("pasted marks", lambda n: paste(GENERATION, files.marks, n), (320_000,), "signs"),
        *rows("one word", lambda n: bring(GENERATION, "a.txt", files.word, n, **{"data.unit": "subword"}),
              (1_000_000, 4_000_000, 19_000_000), "signs", 4_000_000),
        *rows("text field", lambda n: paste(GENERATION, lambda size, seed: f"{seed}" + "a " * (size // 2), n),
              (4_000_000, 60_000_000), "signs", 60_000_000),
    ]  # fmt: skip


def every_file() -> list[Attack]:
    """Files that say more than they hold, or hold more than they say."""

    def parquet(kind: str) -> Callable[[int], Prepared]:
        def way(count: int) -> Prepared:
            return bring(GENERATION, "a.parquet", lambda size, seed: files.parquet(size, seed, kind), count)

        return way

    def lines_of_csv(size: int, seed: int) -> bytes:
        return files.gzip_bomb(size, seed, b"1,1\n")

    return [
        *rows("Parquet, large_string", parquet("large_string"), (500, 2_000, 5_000), "rows of 1 MB", 2_000),
        *rows("Parquet, string_view", parquet("string_view"), (500, 5_000), "rows of 1 MB"),
        *rows("Parquet, string", parquet("string"), (1_000,), "rows of 1 MB"),
        *rows("Parquet, dictionary", parquet("dictionary"), (5_000,), "rows of 1 MB"),
        *rows("zip bomb", lambda n: bring(GENERATION, "a.zip", files.zip_bomb, n), (15, 400), "MB", 400),
        *rows("zips in zips", lambda n: bring(GENERATION, "a.zip", files.nested_zip, n), (4,), "levels"),
        *rows("zip of many", lambda n: bring(GENERATION, "a.zip", files.many_members, n), (500, 20_000), "files"),
        *rows("zip that overlaps", lambda n: bring(GENERATION, "a.zip", files.overlapping_zip, n), (400,), "MB"),
        *rows("gzip bomb", lambda n: bring(GENERATION, "a.txt.gz", files.gzip_bomb, n), (800,), "MB"),
        *rows("gzip bomb of rows", lambda n: bring(FORECASTING, "a.csv.gz", lines_of_csv, n), (20, 800), "MB", 800),
        *rows("deep JSON", lambda n: bring(GENERATION, "a.jsonl", files.deep_json, n), (5_000, 1_000_000), "levels"),
        *rows("deep JSON objects", lambda n: bring(FORECASTING, "a.json", _deep, n), (900, 1_000_000), "levels"),
        *rows("new keys", lambda n: bring(FORECASTING, "a.jsonl", files.new_keys, n), (4_000, 32_000), "lines", 32_000),
        *rows("wide table", lambda n: bring(FORECASTING, "a.csv", files.wide, n), (10_000, 160_000), "columns", 160_000),
        *rows("long row", lambda n: bring(FORECASTING, "a.csv", files.long_row, n), (1_000_000,), "cells"),
        *rows("open quote", lambda n: bring(FORECASTING, "a.csv", files.open_quote, n), (1_000_000, 16_000_000), "bytes"),
        *rows("long table", lambda n: bring(FORECASTING, "a.csv", files.pivot, n), (20_000, 160_000), "rows", 160_000),
        *rows("a series a row", lambda n: bring(FORECASTING, "a.csv", files.own_pivot, n), (160_000,), "rows"),
        *rows("far times", lambda n: bring(FORECASTING, "a.csv", files.far_times, n), (10, 500), "years"),
        *rows("labels", lambda n: bring(SENTIMENT, "a.csv", files.labels, n), (20_000, 200_000), "labels", 200_000),
        *rows("noise", lambda n: bring(GENERATION, "a.txt", files.noise, n), (19_000_000,), "bytes"),
    ]  # fmt: skip


def every_use() -> list[Attack]:
    """What is given to a trained network, typed into the table, or said in a link."""
    long = "a good word or two "
    return [
        *rows("text to label", lambda n: ask(SENTIMENT, "sentiment_use_text", lambda size: long * (size // 19), n),
              (100_000, 8_000_000), "signs", 8_000_000),
        *rows("marks to label", lambda n: ask(SENTIMENT, "sentiment_use_text", lambda size: files.marks(size, 0), n),
              (160_000,), "signs"),
        *rows("prompt", lambda n: ask(GENERATION, "generation_use_prompt", lambda size: long * (size // 19), n),
              (100_000, 4_000_000), "signs"),
        *rows("newer rows, number", lambda n: bring_newer("", files.token, n), (48_000,), "signs"),
        *rows("newer rows, times", lambda n: bring_newer("a.csv", _newer(_times(" UTC")), n), (30_000,), "blanks in a cell"),
        *rows("newer rows, gzip", lambda n: bring_newer("a.csv.gz", lambda size, seed: files.gzip_bomb(size, seed,
              b"1,1\n"), n), (800,), "MB"),
        *rows("newer rows, wide", lambda n: bring_newer("a.csv", _newer(files.wide), n), (40_000,), "columns"),
        *rows("table, cell", lambda n: edit(lambda size: {"edited_rows": {"3": {"time": "1" * size}}}, n),
              (100_000, 8_000_000), "signs"),
        *rows("table, rows", lambda n: edit(lambda size: {"added_rows": [{"time": "", "sunspots": 1}] * size}, n),
              (2_000, 200_000), "rows"),
        *rows("table, number", lambda n: edit(lambda size: {"edited_rows": {"3": {"sunspots": int("9" * size)}}}, n),
              (4_000,), "digits"),
        *rows("many parameters", lambda n: link(GENERATION, _many_parameters, n), (900,), "parameters", 900),
        *rows("long parameter", lambda n: link(FORECASTING, _long_parameter, n), (200_000,), "signs"),
        *rows("names in a parameter", lambda n: link(FORECASTING, _many_names, n), (50_000,), "names"),
        *[replace(one, word_is_due=False) for one in (  # Streamlit takes no such link, and the page cannot know of it
            *rows("many parameters", lambda n: link(GENERATION, _many_parameters, n), (40_000,), "parameters"),
            *rows("long parameter", lambda n: link(FORECASTING, _long_parameter, n), (16_000_000,), "signs"),
        )],
        *[Attack("Markdown in a link", where, link(GENERATION, _foreign(where), 1)) for where in
          ("generation.x", "generation.data", "generation.model.cell", "run")],
        *[Attack("odd choice about data", choice, link(GENERATION, _chosen(choice), 1), word_is_due=False) for choice in
          ("data=stdlib_source&data.unit=subword&data.vocab_size=50000",
           "data=stdlib_source&data.unit=word&data.normalization=nfkc&data.strip_accents=true")],
    ]  # fmt: skip


def _shorter(size: int, seed: int) -> str:
    return files.names_first(size, seed, 480_000)


def _times(zone: str) -> Callable[[int, int], bytes]:
    return lambda size, seed: files.blank_times(size, seed, zone)


def _newer(make: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
    """A table with a column that the network of the built-in series reads."""
    return lambda size, seed: (
        make(size, seed).replace(b"time,", b"year,sunspots,", 1).replace(b"sunspots,value", b"sunspots")
    )


def _encoded(make: Callable[[int, int], str]) -> Callable[[int, int], bytes]:
    return lambda size, seed: make(size, seed).encode()


def _deep(size: int, seed: int) -> bytes:
    return files.deep_json(size, seed, "object")


def _many_parameters(count: int) -> str:
    return urlencode({f"{GENERATION}.x{number}": "1" for number in range(count)})


def _long_parameter(size: int) -> str:
    return urlencode({f"{FORECASTING}.time_column": "c" * size, f"{FORECASTING}.{'y' * size}": "1"})


def _many_names(count: int) -> str:
    return urlencode({f"{FORECASTING}.target_columns": "|".join(f"{number}" for number in range(count))})


def _foreign(where: str) -> Callable[[int], str]:
    text = "a`\n\n![b](http://127.0.0.1:9/b.png)\n\n# heading\n\n[c](http://127.0.0.1:9/)\n\n`"
    if where == f"{GENERATION}.x":
        return lambda size: urlencode({where + text: "1"})
    return lambda size: urlencode({where: text})


def _chosen(choice: str) -> Callable[[int], str]:
    return lambda size: "&".join(f"{GENERATION}.{part}" for part in choice.split("&"))
