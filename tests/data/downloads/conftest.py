import pytest

from core.config.limits import Settings
from tests.data.downloads.site import Site
from tests.data.local_server import hurry


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    found = Site()
    yield found
    found.close()


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data", state_dir=tmp_path / "state", download_from_localhost=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    hurry(monkeypatch)
