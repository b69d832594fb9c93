import socket

import pytest

from core.bounded.frames import ERRORS, REPLY, TOLD, Inbox, TooMuch, pack


@pytest.fixture
def ends():
    """Two ends of a connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_messages_come_whole_and_in_order_however_they_are_cut(ends):
    ours, theirs = ends
    raw = pack(TOLD, b"half") + pack(ERRORS) + pack(REPLY, b"x" * 70_000)
    inbox = Inbox(ours, 70_000)
    theirs.sendall(raw[:7])
    assert inbox.next(0.0) is None
    theirs.sendall(raw[7:])
    assert [inbox.next(), inbox.next(), inbox.next()] == [(TOLD, b"half"), (ERRORS, b""), (REPLY, b"x" * 70_000)]


def test_a_message_that_is_too_long_is_not_waited_for(ends):
    ours, theirs = ends
    theirs.sendall(pack(REPLY, b"x" * 50)[:9])
    with pytest.raises(TooMuch):
        Inbox(ours, 49).next()


def test_the_end_of_a_connection_is_said(ends):
    ours, theirs = ends
    theirs.sendall(pack(TOLD, b"cut off")[:6])
    theirs.close()
    with pytest.raises(EOFError):
        Inbox(ours, 99).next()
