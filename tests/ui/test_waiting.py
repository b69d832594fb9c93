"""The bar comes when something takes longer than a moment, and goes when it is done."""

from ui import waiting


class Place:
    """Remembers what is drawn in it."""

    def __init__(self):
        self.drawn = []

    def progress(self, share, words):
        self.drawn.append((share, words))

    def empty(self):
        self.drawn.append("empty")


def test_what_is_quick_draws_nothing(monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 1e9)
    place = Place()
    bar = waiting.Bar(place)
    bar(0.3, "Reading the file")
    bar.end()
    assert place.drawn == []


def test_what_takes_long_shows_how_far_it_is_and_then_goes(monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 0)
    place = Place()
    bar = waiting.Bar(place)
    bar(1.7, "Reading *my* file")
    bar(0.8, "at once: too soon for another step")
    bar.end()
    assert place.drawn == [(1.0, r"Reading \*my\* file"), "empty"]
