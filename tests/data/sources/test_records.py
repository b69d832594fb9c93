"""JSON as programs write it: objects in objects, lists, and a list in an object."""

import json

import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.files import read_files

DAYS = pd.date_range("2021-03-01", periods=33, freq="D").strftime("%Y-%m-%d").tolist()


def test_objects_in_objects_are_columns_and_lists_are_told(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"at": day, "m": {"temp": k % 7, "list": [k]}, "tags": ["a"]}) for k, day in enumerate(DAYS)]
    path.write_text("\n".join(lines), encoding="utf-8")
    series = read_files("series", [path], DataConfig(), Limits())
    assert list(series.frame.columns) == ["m.temp"]
    assert "lists left out: 'm.list', 'tags'" in series.notes


def test_one_object_around_a_list_is_refused_by_its_key(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"data": [{"at": day, "sold": 1} for day in DAYS]}), encoding="utf-8")
    with pytest.raises(ConfigError, match="'data'"):
        read_files("series", [path], DataConfig(), Limits())
