"""The app in a server of its own: caches empty, runs queued but started by nobody."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "streamlit_app.py"


class IdleHandle:
    """A process that starts and says nothing until it is ended."""

    pid = 0
    ended: int | None = None

    def poll(self) -> int | None:
        return self.ended


class IdleLauncher:
    """Starts nothing, so that a test never waits for torch."""

    def __init__(self, num_threads: int):
        self.num_threads = num_threads

    def start(self, run_dir: Path) -> IdleHandle:
        return IdleHandle()

    def stop(self, handle: IdleHandle, *, force: bool = False) -> None:
        handle.ended = -9

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def fresh_server(
    monkeypatch: pytest.MonkeyPatch, one_reader_process: None, of_all_processes: Path, tmp_path: Path
) -> Iterator[None]:
    """Every test starts with empty caches and no starters, and leaves no manager thread behind.

    The built-in sets are prepared once for all: what lies there is named by its content.
    """
    from ui import background, services

    prepared = of_all_processes / "state" / "prepared"
    prepared.mkdir(parents=True, exist_ok=True)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "prepared").symlink_to(prepared, target_is_directory=True)
    monkeypatch.setenv("UNROLL_SLOTS", "1")  # whatever the machine has
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", tmp_path / "starters")
    monkeypatch.setattr(background, "ProcessLauncher", IdleLauncher)
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
