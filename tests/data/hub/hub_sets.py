"""Small data sets for the Hub of the tests."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

NAMES = {"info": {"features": {"label": {"names": ["poor", "grand"], "_type": "ClassLabel"}}}}
SPLITS_CARD = {
    "license": "cc-by-4.0",
    "configs": [
        {
            "config_name": "plain",
            "data_files": [{"split": "train", "path": "data/train-*"}, {"split": "test", "path": ["data/test-*"]}],
        }
    ],
}


def parquet(table, metadata=None):
    stream = io.BytesIO()
    if metadata is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps(metadata)})
    pq.write_table(table, stream)
    return stream.getvalue()


def films(word, rows=15):
    return pa.table({
        "text": [f"{word} film number {i}" for i in range(rows)],
        "label": [i % 2 for i in range(rows)],
        "cast": [[word]] * rows,
    })  # fmt: skip


def put_films(hub, data_id="who/films", **more):
    files = {
        "README.md": b"# Films",
        "data/train-00000-of-00002.parquet": parquet(films("first"), NAMES),
        "data/train-00001-of-00002.parquet": parquet(films("second"), NAMES),
        "data/test-00000-of-00001.parquet": parquet(films("third", 11), NAMES),
        "data/notes.zip": b"PK",
    }
    hub.put(data_id, files, SPLITS_CARD, large=("data/train-00000-of-00002.parquet",), **more)


def csv_rows(word, rows=21):
    return ("text,label\n" + "".join(f"{word} {i},{'ab'[i % 2]}\n" for i in range(rows))).encode()


def path_of(hub, name, data_id="who/rows"):
    return f"/datasets/{data_id}/resolve/{hub.commit(data_id)}/{name}"
