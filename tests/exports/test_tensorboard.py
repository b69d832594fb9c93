"""The curves of a run as TensorBoard reads them: records with sums, of events with scalars."""

import json
import struct

import pytest

from core.config.errors import ConfigError
from core.exports.folder import export
from core.exports.tensorboard import crc32c, curve_rows


@pytest.fixture(scope="module")
def event_class():
    """`Event` of TensorFlow, as its protocol buffer says it, read by the library of protocol buffers."""
    pytest.importorskip("google.protobuf", reason="protobuf is not installed")
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="t", syntax="proto3")
    for name, fields in {
        "Value": [("tag", 1, kinds.TYPE_STRING, 1, ""), ("simple_value", 2, kinds.TYPE_FLOAT, 1, "")],
        "Summary": [("value", 1, kinds.TYPE_MESSAGE, 3, ".t.Value")],
        "Event": [
            ("wall_time", 1, kinds.TYPE_DOUBLE, 1, ""), ("step", 2, kinds.TYPE_INT64, 1, ""),
            ("file_version", 3, kinds.TYPE_STRING, 1, ""), ("summary", 5, kinds.TYPE_MESSAGE, 1, ".t.Summary"),
        ],
    }.items():  # fmt: skip
        message = file.message_type.add(name=name)
        for field, number, kind, label, type_name in fields:
            message.field.add(name=field, number=number, type=kind, label=label, type_name=type_name or None)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Event"))


def records(content):
    """The records of a TFRecord file, their sums checked."""
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        record = content[12 : 12 + length]
        for part, place in ((content[:8], 8), (record, 12 + length)):
            (said,) = struct.unpack("<I", content[place : place + 4])
            plain = (said - 0xA282EAD8) & 0xFFFFFFFF
            assert (plain >> 17 | plain << 15) & 0xFFFFFFFF == crc32c(part)
        yield record
        content = content[16 + length :]


def test_the_sums_are_those_of_the_standard():
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


def test_every_metric_stands_at_its_step(starter, event_class, tmp_path):
    run = starter("sentiment")
    export(run, "tensorboard", tmp_path / "out")
    (path,) = (tmp_path / "out").iterdir()
    assert "tfevents" in path.name
    version, *events = [event_class.FromString(record) for record in records(path.read_bytes())]
    assert version.file_version == "brain.Event:2"
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    found = {(event.summary.value[0].tag, event.step): event.summary.value[0].simple_value for event in events}
    assert len(found) == len(events)
    asked = [row for row in rows if row["event"] == "metrics" and row["split"] == "validation"]
    assert asked
    for row in asked:
        assert found["validation/accuracy", row["step"]] == pytest.approx(row["accuracy"])
    first = next(row for row in rows if row["event"] == "metrics")
    assert found["train/learning_rate", first["step"]] == pytest.approx(first["learning_rate"])
    assert not [tag for tag, _ in found if tag.endswith(("/step", "/seconds"))]
    created = json.loads((run / "manager.json").read_text())["created"]
    assert events[0].wall_time == created + first["seconds"]


def test_the_same_metrics_are_rows_of_one_table(starter):
    run = starter("sentiment")
    rows = curve_rows(run)
    written = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert len(rows) == sum(row["event"] == "metrics" for row in written)
    assert len({tuple(row) for row in rows}) == 1 and tuple(rows[0])[:3] == ("step", "seconds", "split")
    last = [row for row in written if row["event"] == "metrics" and row["split"] == "validation"][-1]
    ours = [row for row in rows if row["split"] == "validation"][-1]
    assert (ours["step"], ours["accuracy"]) == (last["step"], last["accuracy"])
    assert ours["learning_rate"] is None, "which is measured in training alone"


def test_a_run_without_metrics_says_so(small_run, tmp_path):
    with pytest.raises(ConfigError, match="no metrics"):
        export(small_run("sentiment"), "tensorboard", tmp_path / "out")
