import errno
import json
import os
import threading

import pytest

from core.jobs.files import append_jsonl, read_json, read_jsonl, to_json, write_json


def test_json_comes_back_as_it_was_written(tmp_path):
    value = {"step": 7, "name": "Größe", "best": {"value": 0.5}, "none": None}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    assert os.listdir(tmp_path) == ["a.json"]


def test_numbers_that_are_not_finite_become_null(tmp_path):
    write_json(tmp_path / "a.json", {"loss": float("nan"), "list": [float("inf"), 1.5], "deep": {"x": float("-inf")}})
    assert json.loads((tmp_path / "a.json").read_text()) == {"loss": None, "list": [None, 1.5], "deep": {"x": None}}


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write_json(tmp_path / "a.json", {"step": 1})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_json(tmp_path / "a.json", {"step": 2})
    assert read_json(tmp_path / "a.json") == {"step": 1}
    assert os.listdir(tmp_path) == ["a.json"]


@pytest.mark.parametrize("text", [b"", b'{"step": 1', b"[1, 2]", b"7", b"\xff\xfe{}", b"[" * 100_000])
def test_json_that_is_no_mapping_reads_as_none(tmp_path, text):
    (tmp_path / "a.json").write_bytes(text)
    assert read_json(tmp_path / "a.json") is None


def test_missing_json_reads_as_none(tmp_path):
    assert read_json(tmp_path / "a.json") is None
    assert read_json(tmp_path) is None


def test_a_reader_never_meets_half_a_file(tmp_path):
    path, stop, bad = tmp_path / "a.json", threading.Event(), []
    write_json(path, {"text": "x" * 50_000})

    def read():
        while not stop.is_set():
            if read_json(path) is None:
                bad.append(path)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        write_json(path, {"text": str(number) * 50_000}, durable=False)
    stop.set()
    reader.join()
    assert not bad


def test_records_are_read_from_where_the_last_look_ended(tmp_path):
    path = tmp_path / "m.jsonl"
    append_jsonl(path, {"step": 1})
    records, offset = read_jsonl(path)
    assert records == [{"step": 1}]
    assert read_jsonl(path, offset) == ([], offset)
    append_jsonl(path, {"step": 2, "text": "Zeile\nzwei\u2028"})
    append_jsonl(path, {"step": 3})
    records, end = read_jsonl(path, offset)
    assert [record["step"] for record in records] == [2, 3]
    assert end == path.stat().st_size


def test_a_last_line_that_is_still_being_written_waits(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'{"step": 1}\n{"ste')
    records, offset = read_jsonl(path)
    assert records == [{"step": 1}]
    with open(path, "ab") as stream:
        stream.write(b'p": 2}\n')
    assert read_jsonl(path, offset)[0] == [{"step": 2}]


def test_corrupt_lines_are_skipped(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'{"step": 1}\n{"step": \n\n\xff\xfe\n[3]\n{"step": 4}\n')
    assert [record["step"] for record in read_jsonl(path)[0]] == [1, 4]


def test_an_unfinished_line_costs_only_itself(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'{"step": 1}\n{"step": 2, "lo')
    append_jsonl(path, {"step": 3})
    assert [record["step"] for record in read_jsonl(path)[0]] == [1, 3]


def test_a_file_that_was_begun_anew_is_read_from_its_start(tmp_path):
    path = tmp_path / "m.jsonl"
    append_jsonl(path, {"step": 1, "text": "a long line"})
    offset = read_jsonl(path)[1]
    path.unlink()
    assert read_jsonl(path, offset) == ([], 0)
    append_jsonl(path, {"step": 9})
    assert read_jsonl(path, offset)[0] == [{"step": 9}]


def test_a_negative_offset_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="offset"):
        read_jsonl(tmp_path / "m.jsonl", -1)


def test_a_half_written_record_is_an_error_and_may_be_written_again(tmp_path, monkeypatch):
    path, write = tmp_path / "m.jsonl", os.write
    append_jsonl(path, {"step": 1})
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:5]))
    with pytest.raises(OSError, match="No space"):
        append_jsonl(path, {"step": 2})
    monkeypatch.undo()
    append_jsonl(path, {"step": 2})
    assert [record["step"] for record in read_jsonl(path)[0]] == [1, 2]


def test_a_line_of_json_is_one_line_to_every_reader():
    text = to_json({"said": "one\u2028two\x85three\u2029four\x0bfive"})
    assert len(text.splitlines()) == 1
    assert json.loads(text) == {"said": "one\u2028two\x85three\u2029four\x0bfive"}
