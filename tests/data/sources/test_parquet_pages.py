"""A small Parquet file that stands for gigabytes is refused, in words, before a library unpacks it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.hub.parts import write_parts
from core.data.sources.files import preview, read_files
from core.data.sources.inputs import InputFile
from core.data.sources.tables import read_table

LIMITS = Limits(max_upload_bytes=100_000, max_rows=2_000, max_columns=50)
TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
BYTES = 5_000_000  # a fiftieth of what the texts below would take
POOLS: list[pa.MemoryPool] = []  # what Arrow took from one must not outlive it


def repeated(path: Path, kind: pa.DataType, num_rows: int = 500, size: int = 500_000) -> Path:
    """One long text in every row, in a file of a kilobyte that says that it is of this type."""
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(num_rows, dtype=np.int32)), pa.array(["x" * size]))
    labels = pa.array(["good", "bad"] * (num_rows // 2))
    said = pa.schema([("text", kind), ("label", pa.string())])
    table = pa.table({"text": texts, "label": labels})
    with pq.ParquetWriter(path, table.schema, store_schema=False, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(said.serialize().to_pybytes()).decode()})
    assert path.stat().st_size < 2_000
    return path


@contextmanager
def counted() -> Iterator[pa.MemoryPool]:
    """Counts what Arrow takes of the memory meanwhile."""
    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    POOLS.append(pool)
    pa.set_memory_pool(pool)
    try:
        yield pool
    finally:
        pa.set_memory_pool(usual)


def refused(path: Path, kind: str = "labelled") -> str:
    """What is said to the one who brings a file, which must not cost much."""
    with counted() as pool, pytest.raises(ConfigError) as caught:
        read_files(kind, [path], DataConfig(), LIMITS, names=["mine.parquet"])
    assert pool.max_memory() < BYTES
    return str(caught.value)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_one_repeated_text_is_refused_whatever_type_it_is_said_to_have(tmp_path: Path, kind: pa.DataType) -> None:
    path = repeated(tmp_path / "0.parquet", kind)
    assert "at most 400,000 bytes of text" in refused(path)
    with counted() as pool, pytest.raises(ConfigError, match="400,000 bytes of text"):
        preview("labelled", [path], DataConfig(), LIMITS)
    assert pool.max_memory() < BYTES


def refused_of_the_hub(path: Path) -> str:
    """What is said to the one who fetches it."""
    with counted() as pool, pytest.raises(ConfigError) as caught:
        write_parts({"train": [(path, "train.parquet")]}, path.parent, {}, LIMITS, lambda: None)
    assert pool.max_memory() < BYTES
    return str(caught.value)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_a_repeated_text_of_the_hub_is_refused_in_a_record_too(tmp_path: Path, kind: pa.DataType) -> None:
    path = repeated(tmp_path / "0.parquet", kind)
    assert "data.id: expected at most 400,000 bytes of text" in refused_of_the_hub(path)
    table = pq.read_table(path, read_dictionary=["text"])
    record = pa.StructArray.from_arrays([table["text"].combine_chunks()], names=["text"])
    pq.write_table(pa.table({"said": record}), path, store_schema=False, compression="zstd")
    assert "400,000 bytes of text" in refused_of_the_hub(path)


def test_a_page_that_unpacks_to_more_than_may_be_is_refused_by_both_readers(tmp_path: Path) -> None:
    texts = [f"{row}".ljust(100_000, "y") for row in range(200)]
    table = pa.table({"text": texts, "label": ["good", "bad"] * 100})
    path = tmp_path / "0.parquet"
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 30_000
    assert "at most 1,000,000 bytes once it is unpacked" in refused(path)
    assert "1,000,000 bytes once it is unpacked" in refused_of_the_hub(path)


def test_what_the_end_of_a_file_says_of_its_pages_is_not_believed(tmp_path: Path) -> None:
    size = 7_654_321
    path = tmp_path / "0.parquet"
    rows = pa.table({"text": ["z" * size] + ["a"] * 29, "label": ["good", "bad"] * 15})
    pq.write_table(rows, path, compression="zstd", use_dictionary=False, write_statistics=False)
    claimed = pq.ParquetFile(path).metadata.row_group(0).column(0).total_uncompressed_size
    assert claimed > size
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.rfind(varint(claimed))] + varint(3, 4) + raw[raw.rfind(varint(claimed)) + 4 :])
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).total_uncompressed_size == 3
    assert "once it is unpacked" in refused(path)


def test_lists_of_a_million_values_in_a_kilobyte_are_refused(tmp_path: Path) -> None:
    lengths = np.arange(0, 1_000_001, 20_000, dtype=np.int32)
    lists = pa.ListArray.from_arrays(pa.array(lengths), pa.array(np.zeros(1_000_000)))
    path = tmp_path / "0.parquet"
    pq.write_table(pa.table({"target": lists, "id": np.arange(50)}), path, compression="zstd")
    assert "at most 20,000 values in all" in refused(path, "series")


def test_lists_of_one_repeated_text_are_refused(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(300, dtype=np.int32)), pa.array(["x" * 500_000]))
    lists = pa.ListArray.from_arrays(pa.array(np.arange(301, dtype=np.int32)), texts)
    path = tmp_path / "0.parquet"
    pq.write_table(pa.table({"target": lists, "id": np.arange(300)}), path, compression="zstd", store_schema=False)
    assert "bytes of text" in refused(path, "series")


def test_groups_that_claim_more_rows_than_there_are_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "0.parquet"
    pq.write_table(pa.table({"date": np.arange(1_777), "value": np.arange(1_777) % 7}), path)
    raw = path.read_bytes()
    place = raw.rfind(varint(1_777))  # that of the group; the whole file's stands before
    path.write_bytes(raw[:place] + varint(8_000) + raw[place + 2 :])
    assert "which is broken" in refused(path, "series")


def test_an_end_of_nothing_but_groups_of_rows_is_refused_unread(tmp_path: Path) -> None:
    end = b"\x15\x02\x19\x0c\x16\x00\x19\xfc" + bytes([0x80, 0xEA, 0x30]) + b"\x00" * 800_000 + b"\x00"
    path = tmp_path / "0.parquet"
    path.write_bytes(b"PAR1" + end + len(end).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(ConfigError, match="fewer columns, groups of rows and pages"):
        read_files("labelled", [path], DataConfig(), Limits(profile="hosted"), names=["mine.parquet"])


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize("packed", ["snappy", "gzip", "zstd", "brotli", "none"])
def test_honest_texts_are_read_alike_of_every_type_and_packing(tmp_path: Path, kind: pa.DataType, packed: str) -> None:
    path = tmp_path / "0.parquet"
    texts = [f"film {row % 5}" if row % 4 else None for row in range(33)]
    price = [Decimal(f"{row}.50") for row in range(33)]
    table = pa.table(
        {"text": pa.array(texts, pa.string()).cast(kind), "price": price, "is_new": [True, None, False] * 11}
    )
    pq.write_table(
        table, path, compression=packed, row_group_size=7, data_page_version="2.0" if packed == "gzip" else "1.0"
    )
    frame = read_table(InputFile(path, "0.parquet"), LIMITS).frame
    assert frame["text"].tolist() == [text or "" for text in texts]
    assert frame["price"].tolist() == [str(one) for one in price]
    assert frame["is_new"].tolist() == ["true", "", "false"] * 11


@pytest.mark.parametrize("use_dictionary", [True, False])
def test_as_many_numbers_as_cells_may_be_are_read_however_they_are_written(
    tmp_path: Path, use_dictionary: bool
) -> None:
    path = tmp_path / "0.parquet"
    columns = {f"c{column}": [row % 7 * 1.5 for row in range(2_000)] for column in range(50)}
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=use_dictionary)
    assert read_table(InputFile(path, "0.parquet"), LIMITS).frame.shape == (2_000, 50), (
        "100,000 cells, and no more may be"
    )


def test_a_column_that_is_left_out_may_be_as_large_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "0.parquet"
    pictures = pa.DictionaryArray.from_arrays(pa.array(np.zeros(30, dtype=np.int32)), pa.array([b"x" * 900_000]))
    rows = {"picture": pictures, "text": [f"a film {row}" for row in range(30)], "label": ["good", "bad"] * 15}
    pq.write_table(pa.table(rows), path, store_schema=False)
    found = read_files("labelled", [path], DataConfig(), Limits(max_upload_bytes=2_000_000))
    assert found.classes == ("bad", "good")


def varint(number: int, length: int = 0) -> bytes:
    """A whole number as Thrift's compact protocol writes it, in at least so many bytes."""
    number *= 2
    found = []
    while number >= 128:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    while len(found) < length:
        found[-1] |= 128
        found.append(0)
    return bytes(found)
