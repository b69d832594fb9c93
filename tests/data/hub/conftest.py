import pytest

from core.config.limits import Settings
from tests.data.hub.hub_server import HubServer
from tests.data.local_server import hurry


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
    hurry(monkeypatch)
