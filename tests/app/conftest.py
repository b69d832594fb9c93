"""The app in a server of its own: caches empty, runs queued but started by nobody."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.jobs.record import ManagerRecord

APP = Path(__file__).resolve().parents[2] / "streamlit_app.py"


class IdleBackend:
    """Starts nothing, so that a test never waits for torch: an attempt says nothing until it is ended."""

    def __init__(self, num_slots: int, num_threads: int):
        self._num_slots = num_slots
        self._ended: set[str] = set()

    def start(self, run_dir: Path, attempt: int, cpus: int, gpus: int) -> str:
        return f"idle:{run_dir.name}:{attempt}"

    def poll(self, ref: str) -> int | None:
        return -9 if ref in self._ended else None

    def stop(self, ref: str, *, force: bool = False) -> None:
        self._ended.add(ref)

    def find(self, run_dir: Path, record: ManagerRecord) -> str:
        return record.ref

    def is_mine(self, ref: str) -> bool:
        return True

    def explain(self, ref: str) -> str:
        return "It was ended."

    def slots(self) -> int:
        return self._num_slots

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def fresh_server(
    monkeypatch: pytest.MonkeyPatch, one_reader_process: None, prepared_once: Path, tmp_path: Path
) -> Iterator[None]:
    """Every test starts with empty caches and no starters, and leaves no manager thread behind."""
    from ui import background, services

    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "prepared").symlink_to(prepared_once, target_is_directory=True)
    monkeypatch.setenv("UNROLL_SLOTS", "1")  # whatever the machine has
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", tmp_path / "starters")
    monkeypatch.setattr("core.jobs.backends.choice.LocalBackend", IdleBackend)
    monkeypatch.setattr(background.warm, "start", lambda settings: None)
    _forget(services)
    yield
    _forget(services)


def _forget(services: ModuleType) -> None:
    services.close()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Open a page of the app as a link does, with nothing looked at before."""

    def open_it(page: str, link: Mapping[str, str] | None = None) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in (link or {}).items():
            app.query_params[key] = value
        return app.switch_page(f"pages/{page}.py").run()

    return open_it
