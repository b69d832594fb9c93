import io
import zipfile

import pytest

from core.config.errors import ConfigError
from core.jobs.record import RunNotFound
from core.jobs.takeaway import zip_run


def test_what_a_run_has_is_in_its_zip_and_nothing_of_the_server(new_run):
    directory = new_run(owner="ab12")
    (directory / "best.safetensors").write_bytes(b"weights")
    (directory / "last.pt").write_bytes(b"state")
    with zipfile.ZipFile(io.BytesIO(zip_run(directory))) as archive:
        assert sorted(archive.namelist()) == [
            "README.md", "best.safetensors", "experiment.yaml", "metrics.csv", "use_it.py",
        ]  # fmt: skip
        assert not any(b"ab12" in archive.read(name) for name in archive.namelist())


def test_a_run_that_is_gone_or_damaged_is_said_in_words(new_run, store):
    directory = new_run()
    (directory / "experiment.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="damaged"):
        zip_run(directory)
    store.request_stop(directory.name)
    store.delete(directory.name)
    with pytest.raises(RunNotFound, match="It was deleted on"):
        zip_run(directory)
