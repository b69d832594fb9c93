"""What a stranger sends: texts and files that are small or plain to look at and cost their reader much.

Each function takes a size, and a seed that makes the content another one without making it cheaper, so that ten
strangers share no cache. Left out: how it is sent (attacks.py).
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import math
import zipfile
import zlib
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

_MB = 1 << 20


def ordinary(rows: int, seed: int) -> bytes:
    """A table as most people bring it: a value an hour, about a megabyte with 30,000 rows; nothing hostile."""
    first, hour = datetime(2020, 1, 1), timedelta(hours=1)
    lines = [
        f"{first + row * hour},{20 + 8 * math.sin(row / 24) + (row * 7919 + seed) % 13:.2f},{row % 24}" for row in range(rows)
    ]  # fmt: skip
    return "\n".join(["time,temperature,hour", *lines, ""]).encode()


def token(size: int, seed: int) -> str:
    """Digits without an end, and then no number after all."""
    return f"{seed + 1}{'1' * size}x"


def digits(size: int, seed: int) -> str:
    """Two numbers of so many digits."""
    return f"{seed + 1}{'7' * size}\n{'8' * size}\n"


def names_first(count: int, seed: int, total: int = 1_900_000) -> str:
    """Lines of words, then numbers until so many signs are there."""
    head = f"name {'abcdefghij'[seed % 10]}\n" * count
    numbers = "".join(f"1234567890.{digit}\n" for digit in range(10))
    return head + numbers * ((total - len(head)) // len(numbers))


def blank_times(size: int, seed: int, zone: str) -> bytes:
    """A table of times with a zone, where one cell is blank and long."""
    rows = [f"2024-01-{1 + row // 24:02d} {row % 24:02d}:00:00{zone},{row + seed}" for row in range(200)]
    rows[100] = f'"{" " * size}",100'
    rows[101] = f'"2024-01-05 05:00:00{" " * size}x",101'
    return "\n".join(["time,value", *rows, ""]).encode()


def marks(size: int, seed: int) -> str:
    """One letter under so many combining marks, in the order that takes longest to sort."""
    return f"Text {seed}. a" + "\u0315\u0300\u0316" * (size // 6) + " end.\n" + "plain words " * 200


def parquet(rows: int, seed: int, kind: str) -> bytes:
    """A column of one repeated megabyte: a file of some hundred bytes that says that it holds gigabytes."""
    kinds = {"large_string": pa.large_string(), "string_view": pa.string_view(), "string": pa.string()}
    text = f"{seed:04d}" + "x" * (_MB - 4)
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    stated = pa.schema([("text", kinds.get(kind, column.type)), ("value", pa.float64())])
    table = pa.table({"text": column, "value": pa.array([1.5] * rows)})
    stream = io.BytesIO()
    with pq.ParquetWriter(stream, table.schema, compression="zstd", store_schema=kind not in kinds) as writer:
        writer.write_table(table)
        if kind in kinds:  # the type that a reader makes of the column stands in the file's own words about itself
            writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(stated.serialize().to_pybytes()).decode()})
    return stream.getvalue()


def zip_bomb(megabytes: int, seed: int, name: str = "text.txt") -> bytes:
    """Zeros in a zip: a thousandth of their size."""
    return zip_of({name: f"{seed}".encode() + bytes(megabytes * _MB)})


def nested_zip(depth: int, seed: int) -> bytes:
    """Zips in each other, ten a level, around some megabytes."""
    content = zip_bomb(20, seed)
    for level in range(depth):
        content = zip_of({f"{level}_{number}.zip": content for number in range(10)})
    return content


def many_members(count: int, seed: int) -> bytes:
    """A zip of so many small texts."""
    return zip_of({f"{seed}/{number}.txt": b"a few words" for number in range(count)})


def overlapping_zip(count: int, seed: int) -> bytes:
    """A zip whose directory lists one packed megabyte under so many names."""
    one = zip_bomb(1, seed, "000000.txt")
    start = one.index(b"PK\x01\x02")
    entry, end = one[start : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    entries = b"".join(entry.replace(b"000000.txt", f"{number:06d}.txt".encode()) for number in range(count))
    numbers = count.to_bytes(2, "little") * 2 + len(entries).to_bytes(4, "little") + start.to_bytes(4, "little")
    return one[:start] + entries + end[:8] + numbers + end[20:]


def zip_of(files: dict[str, bytes]) -> bytes:
    """A zip of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def gzip_bomb(megabytes: int, seed: int, line: bytes = b"\0") -> bytes:
    """One line over and over: a thousandth of its size."""
    packed = gzip.compress(line * (10 * _MB // len(line)), 9)
    return gzip.compress(f"a,b\n{seed},1\n".encode()) + packed * (megabytes // 10)


def deep_json(depth: int, seed: int, inside: str = "list") -> bytes:
    """A value inside so many others."""
    opening, closing = ("[", "]") if inside == "list" else ('{"a":', "}")
    return f'{{"text": "{seed}", "more": {opening * depth}1{closing * depth}}}\n'.encode()


def new_keys(lines: int, seed: int) -> bytes:
    """Records in lines, each with a key that no other has."""
    return "".join(json.dumps({f"k{seed}_{line}": line, "value": line}) + "\n" for line in range(lines)).encode()


def wide(columns: int, seed: int) -> bytes:
    """A table of few rows and so many columns."""
    head = ",".join(["time", *(f"c{seed}_{column}" for column in range(columns))])
    row = ",".join(["1"] * columns)
    return "\n".join([head, *(f"2024-01-{day:02d},{row}" for day in range(1, 11)), ""]).encode()


def long_row(cells: int, seed: int) -> bytes:
    """A plain table with one row of so many cells."""
    rows = [f"2024-01-{day:02d},{day + seed}" for day in range(1, 29)]
    rows[14] += ",1" * cells
    return "\n".join(["time,value", *rows, ""]).encode()


def open_quote(size: int, seed: int) -> bytes:
    """A table with a quotation mark that nothing closes."""
    return f'time,value\n2024-01-01,"{seed}\n'.encode() + b"2024-01-02,2\n" * (size // 13)


def pivot(rows: int, seed: int) -> bytes:
    """Series below each other of which no two share a time."""
    lines = [f"{1700000000 + 60 * row},s{row // 3 % 190},{row + seed}" for row in range(rows)]
    return "\n".join(["time,series,value", *lines, *lines[: rows // 4], ""]).encode()


def own_pivot(rows: int, seed: int) -> bytes:
    """Series below each other, each with a name of its own."""
    lines = [f"2024-01-{1 + row % 28:02d},s{row},{row + seed}" for row in range(rows)]
    return "\n".join(["time,series,value", *lines, ""]).encode()


def far_times(years: int, seed: int) -> bytes:
    """Seconds in a row, and one that is years away."""
    rows = [f"1700-01-01 00:00:{second:02d},{second + seed}" for second in range(60)]
    return "\n".join(["time,value", *rows, f"{1700 + years}-01-01 00:00:00,1", ""]).encode()


def word(size: int, seed: int) -> bytes:
    """A text that is a single word."""
    letters = "abcdefghij"[seed % 10 :] + "klmnopqrstuvwxyz"
    return (letters * (1 + size // len(letters)))[:size].encode()


def labels(count: int, seed: int) -> bytes:
    """Texts of which each has a label of its own, after some with two."""
    some = [f"good text {row},label {row % 2}" for row in range(20)]
    return "\n".join(["text,label", *some, *(f"text {row},l{seed}_{row}" for row in range(count)), ""]).encode()


def noise(size: int, seed: int) -> bytes:
    """Bytes of no kind."""
    return zlib.compress(str(seed).encode())[:4] + bytes(range(256)) * (size // 256)
