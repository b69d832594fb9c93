"""The first page of a server runs once: the folder of pages is not taken for Streamlit's older kind of app."""

import asyncio

from streamlit.runtime.pages_manager import PagesManager

from ui import server


def test_a_server_that_has_begun_knows_that_pages_are_those_of_the_menu(monkeypatch):
    monkeypatch.setenv(server.PROFILE, "local")
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)  # as before anybody has visited
    for name in ("_open", "print_events", "_end_in_time"):
        monkeypatch.setattr(server, name, lambda: None)
    for name in ("_close", "bound_messages", "open_descriptors"):
        monkeypatch.setattr(server, name, lambda _: None)

    async def begin() -> bool | None:
        async with server.serving(None):
            return PagesManager.uses_pages_directory

    assert asyncio.run(begin()) is False
