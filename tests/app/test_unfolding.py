"""The page of the unfolded network in the app: a link with a window, and the measurement on a button."""

from core.insight.timing import Clock
from tests.ui.learn.scenes import scene_of


def test_a_link_opens_windows_and_the_button_measures_beside_what_is_stored(open_page, monkeypatch):
    start = Clock.start
    monkeypatch.setattr(Clock, "start", lambda clock: (start(clock, 0.05), clock.wait()))
    app = open_page("unfolding", {"unfolding.truncation": "Carry", "edits": "window:3,length:7"})
    (picture,) = (one for row in scene_of(app)["rows"] for one in row if one["kind"] == "unfolded")
    assert picture["cuts"] == [3, 6] and len(picture["x"]) == 7
    assert list(app.dataframe[1].value["16× the length, now"]) == ["–"] * 5
    app.button(key="unfolding:measure").click().run()
    assert not app.exception
    assert app.dataframe[1].value["16× the length, stored"][0].startswith("13.6")
    assert app.get("plotly_chart")
