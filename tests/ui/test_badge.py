"""What the badge says of the server, in words."""

import pytest

from ui.badge import disk_words, queue_words


@pytest.mark.parametrize(
    ("running", "slots", "waiting", "words"),
    [
        (0, 1, 0, "free"),
        (1, 2, 0, "free"),
        (2, 2, 0, "busy, new runs wait their turn"),
        (2, 2, 1, "busy, 1 run waits"),
        (1, 1, 7, "busy, 7 runs wait"),
    ],
)
def test_the_queue_in_words(running, slots, waiting, words):
    assert queue_words(running, slots, waiting) == words


@pytest.mark.parametrize(
    ("num_bytes", "words"),
    [
        (35_400_000_000, "35 GB of disk left"),
        (2_000_000_000_000, "2,000 GB of disk left"),
        (1_250_000_000, "1.2 GB of disk left"),
        (80_000_000, "80 MB of disk left"),
        (0, "0 MB of disk left"),
    ],
)
def test_free_disk_in_words(num_bytes, words):
    assert disk_words(num_bytes) == words
