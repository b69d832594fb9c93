import pytest

from core.config.limits import Settings
from core.data import download_queue, downloads, fetching
from tests.data.downloads.site import Site


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
    """Look, try again and leave what hangs at once; what happens is the same."""
    for module in (downloads, download_queue):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(downloads, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(fetching, "RETRY_SECONDS", 0.01)
