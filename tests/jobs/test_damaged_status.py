"""Whatever stands in a run's files, it has a status, and no finished result is lost."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.experiment import Experiment
from core.jobs.files import read_jsonl
from core.jobs.folders import create_run
from core.jobs.record import RunNotFound
from core.jobs.status import RUN_STATES, read_status
from core.jobs.store import RunStore
from tests.jobs.common import THEN, report, result

EXPERIMENT = Experiment.parse({"task": "forecasting", "model": {"hidden_size": 7}})


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**400, 10**401) | st.floats() | st.text(max_size=5)
    | st.sampled_from(["running", "succeeded", "queued", "launched", "lost", "deleted", "result"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


NAMES = st.sampled_from(
    ["state", "step", "steps", "total_steps", "best", "heartbeat", "attempt", "uptime", "boot", "error", "seconds",
     "created", "launched", "owner", "name", "pinned", "pid", "pause_at", "ended", "device", "reason", "metric"]
)  # fmt: skip


CONTENT = st.binary(max_size=60) | st.dictionaries(NAMES, ODD, max_size=8).map(lambda raw: json.dumps(raw).encode())


FILES = st.dictionaries(
    st.sampled_from(["status.json", "manager.json", "result.json", "metrics.jsonl"]), CONTENT, max_size=4
)


@given(FILES, st.booleans(), ODD, NAMES)
def test_whatever_stands_in_its_files_a_run_has_a_status(files, mix, odd, name):
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / ("a" * 32)
        create_run(directory, EXPERIMENT, versions={}, state="launched")
        report(directory)
        result(directory)
        for file, content in files.items():
            if mix and file != "metrics.jsonl":  # a file as it should be, but for one field
                raw = json.loads((directory / file).read_text())
                content = json.dumps({**raw, name: odd}).encode()
            (directory / file).write_bytes(content)
        status = read_status(directory)
        assert status.state in RUN_STATES
        assert status.share_done is None or 0 <= status.share_done <= 1
        assert read_status(directory, THEN).step >= 0
        store = RunStore(Path(folder))
        assert list(store.list()) == [directory.name]
        assert store.size(directory.name) > 0
        read_jsonl(directory / "metrics.jsonl")
        (directory / "experiment.yaml").unlink()
        (directory / "manager.json").unlink()
        with pytest.raises(RunNotFound):
            read_status(directory)


@given(CONTENT, st.none() | CONTENT, CONTENT)
def test_no_finished_result_is_lost_whatever_becomes_of_the_other_files(status, manager, metrics):
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / ("a" * 32)
        create_run(directory, EXPERIMENT, versions={}, state="launched")
        result(directory)
        (directory / "status.json").write_bytes(status)
        (directory / "metrics.jsonl").write_bytes(metrics)
        broken = b"\x00" + (manager or b"")
        (directory / "manager.json").write_bytes(
            (directory / "manager.json").read_bytes() if manager is None else broken
        )
        assert read_status(directory).state == "succeeded"
