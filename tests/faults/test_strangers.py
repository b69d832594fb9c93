"""Messages that no page sends but anybody can: to a real server, by a client that is no browser."""

import signal

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from core.jobs.record import read_record
from tests.browser.server import Server

ENDLESS = 10**6


@pytest.fixture
def server(tmp_path, store, prepared_once):
    """A server of pages on the folder of runs, not yet started; ends in good order."""
    server = Server(tmp_path, prepared=prepared_once)
    assert server.store.root == store.root
    yield server
    server.end_runs()
    server.end(signal.SIGTERM)


def send(server, *messages):
    """Connect as a page does, and send."""
    address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], proxy=None) as stream:
        for message in messages:
            stream.send(message.SerializeToString())
        stream.send(BackMsg(app_heartbeat=True).SerializeToString())
        stream.recv(timeout=60)  # what was sent before is dealt with


def test_a_stranger_who_empties_the_caches_neither_disturbs_a_run_nor_keeps_the_next_from_starting(
    server, store, short, wait_for, wait_for_step, wait_until
):
    first = store.create(short(ENDLESS), versions={"torch": "0"})
    second = store.create(short(), versions={"torch": "0"})
    server.start()
    process = wait_for_step(first, 1)
    send(server, *[BackMsg(clear_cache=True)] * 3)
    assert wait_for_step(first, server.status(first).step + 1) == process
    assert read_record(store.path(first)).attempt == 1
    store.request_stop(first)
    assert wait_for(first).state == "stopped"
    wait_until(lambda: server.status(second).state != "queued")  # nobody has opened a page
    wait_until(lambda: server.log().count('"event": "started"') == 2)
    assert "adopted" not in server.log()
