"""A stranger's client sends more than a browser would: it is told what the limit is, and the server's memory stays."""

import http.client
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.browser.server import Server
from tests.faults.raw_client import RawClient

MB = 1_000_000
SMALL = {
    "UNROLL_PROFILE": "hosted",
    "UNROLL_ADDRESS_HEADER": "X-Forwarded-For",
    "UNROLL_MAX_UPLOAD_BYTES": "2000000",
    "UNROLL_MAX_UPLOAD_MEMORY_BYTES": "16000000",
    "UNROLL_MAX_UPLOAD_SECONDS": "3",
    "UNROLL_MAX_PASTED_CHARACTERS": "50000",
    "UNROLL_MAX_TYPED_BYTES": "4000000",
    "UNROLL_MAX_PAGES": "6",
    "UNROLL_MAX_PAGES_PER_ADDRESS": "4",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, prepared_once):
    started = Server(tmp_path_factory.mktemp("gates"), prepared=prepared_once, **SMALL)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def own_server(tmp_path, prepared_once):
    """One of which no other test has left anything: what a page held stays for two minutes."""
    started = Server(tmp_path, prepared=prepared_once, **SMALL)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def visit(server):
    """Opens sessions from an address, and leaves at the end."""
    clients = []

    def open_it(address, at=server, **headers):
        clients.append(RawClient(at.url, X_Forwarded_For=address, **headers))
        return clients[-1]

    yield open_it
    for client in clients:
        client.close()


def ask(server, path, **headers):
    """Status and words of an answer."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(errors="replace")
    connection.close()
    return found


def memory(server):
    return psutil.Process(server._process.pid).memory_info().rss


def test_a_file_of_the_allowed_size_comes_and_a_larger_one_is_refused_whether_it_tells_its_size_or_not(visit):
    client = visit("198.51.100.10")
    assert client.put(b"x" * 2 * MB) == (204, "")
    assert client.put(b"x" * 200 * MB)[0] in (413, 0)  # 0: refused while it was still being sent
    status, words = client.put(b"", content_length=str(200 * MB))
    assert status == 413 and words == "A file has at most 2 MB on this server."
    status, words = client.put(b"x" * 100_000 for _ in range(2_000))
    assert status in (413, 0)


def heard(client, body):
    """What an upload is answered; asked again where the server cut the connection before its refusal was read."""
    answers = (client.put(body) for _ in range(10))
    return next((one for one in answers if one[0]), (0, ""))


def test_what_one_session_one_address_and_all_hold_in_memory_is_bounded(own_server, visit):
    client = visit("198.51.100.20", own_server)
    client.hear("script_finished")  # what every page needs has been imported
    before = memory(own_server)
    answers = [heard(client, b"x" * 2 * MB) for _ in range(20)]
    assert [status for status, _ in answers] == [204] * 3 + [429] * 17
    assert answers[-1][1] == "A page holds at most 60 uploads, 6.2 MB. Reload it."

    neighbour = visit("198.51.100.20", own_server)
    assert heard(neighbour, b"x" * 1 * MB) == (204, "")
    status, words = heard(neighbour, b"x" * 2 * MB)
    assert status == 429 and words.startswith("Uploads from one network address take at most 8 MB of memory")
    others = [visit(f"198.51.100.{number}", own_server) for number in (21, 22)]
    answers = [heard(other, b"x" * 2 * MB) for other in others for _ in range(3)]
    assert [status for status, _ in answers] == [204] * 4 + [507] * 2
    assert answers[-1][1].startswith("Uploads of all visitors take at most 16 MB of memory")
    assert memory(own_server) - before < 60 * MB


def test_many_small_files_of_one_session_are_bounded_in_number(visit):
    client = visit("198.51.100.30")
    answers = [client.put(b"x") for _ in range(64)]
    assert [status for status, _ in answers] == [204] * 60 + [429] * 4


def test_no_name_of_an_upload_goes_round_the_gate(visit):
    client = visit("198.51.100.31")
    assert client.put(b"x", "L" * 200)[0] == 204
    status, words = client.put(b"x", "L" * 201)
    assert status == 400 and "at most 200 characters" in words


def test_an_upload_that_trickles_is_given_up(server, visit):
    client = visit("198.51.100.40")

    def trickle():
        for _ in range(100):
            time.sleep(0.2)
            yield b"x"

    status, words = client.put(trickle())
    assert status in (408, 0) and ("took too long" in words or not words)


def test_a_stranger_cannot_change_address_by_what_they_write_themselves(visit):
    clients = [visit(f"203.0.113.{number}, 198.51.100.50", x_unroll_address=f"{number}") for number in range(4)]
    with pytest.raises(InvalidStatus) as caught:
        visit("203.0.113.9, 198.51.100.50")
    assert caught.value.response.status_code == 429
    assert b"From one network address at most 4 pages" in caught.value.response.body
    assert clients[0].put(b"x") == (204, "")


def test_a_page_that_cannot_be_opened_says_why_and_others_open(server, visit):
    for _ in range(4):
        visit("198.51.100.60")
    status, words = ask(server, "/forecasting", accept="text/html", x_forwarded_for="198.51.100.60")
    assert (status, words[:24]) == (429, "From one network address")
    assert ask(server, "/forecasting", accept="text/html", x_forwarded_for="198.51.100.61")[0] == 200
    for _ in range(2):
        visit("198.51.100.61")
    assert ask(server, "/forecasting", accept="text/html", x_forwarded_for="198.51.100.62")[0] == 503
    assert ask(server, "/_stcore/health") == (200, "ok")


def test_a_message_that_is_too_large_ends_its_own_page_alone_before_it_is_there(server, visit):
    neighbour = visit("198.51.100.70")
    neighbour.hear("script_finished")
    before = memory(server)
    client = visit("198.51.100.71")
    with suppress(OSError):  # a frame that says 190 MB, and half of it
        client.stream.socket.sendall(b"\x82\xff" + (190 * MB).to_bytes(8) + bytes(4))
        for _ in range(95):
            client.stream.socket.sendall(bytes(1 * MB))
    assert memory(server) - before < 60 * MB
    with pytest.raises((ConnectionClosed, ConnectionResetError)):
        client.hear("nothing")
    neighbour.type(1_000)
    neighbour.hear("new_session")


def test_what_all_pages_of_an_address_hold_in_widgets_is_bounded(visit):
    first, second = visit("198.51.100.80"), visit("198.51.100.80")
    first.type(900_000)
    first.hear("new_session")
    second.type(900_000)
    with pytest.raises(ConnectionClosed) as caught:
        second.hear("nothing")
    assert caught.value.rcvd.code == 1009 and "at most 4 MB" in caught.value.rcvd.reason
    other = visit("198.51.100.81")
    other.type(900_000)
    other.hear("new_session")


def test_a_connection_that_never_finishes_its_upload_holds_nothing(server, visit):
    client = visit("198.51.100.90")
    host, port = urlsplit(server.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(
            f"PUT /_stcore/upload_file/{client.session}/slow HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: 198.51.100.90\r\n"
            f"X-Xsrftoken: {client._token}\r\nCookie: _streamlit_xsrf={client._token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))  # after the three seconds that an upload may take
        assert answer.startswith(b"HTTP/1.1 408") and b"took too long" in answer
