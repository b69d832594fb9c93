import pytest

from core.config.limits import Settings
from core.data import download_queue, downloads, fetching
from tests.data.hub.hub_server import HubServer


@pytest.fixture
def hub():
    server = HubServer()
    yield server
    server.close()


@pytest.fixture
def settings(hub, tmp_path):
    return Settings(state_dir=tmp_path / "state", hub_endpoint=hub.address)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Look, try again and leave what hangs at once; what happens is the same."""
    for module in (downloads, download_queue):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(downloads, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(fetching, "RETRY_SECONDS", 0.01)
