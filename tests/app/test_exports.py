"""The tab "Take it away" makes a script of a network where that can be said, and says why where it cannot."""

import shutil

from core.jobs import starters as places
from core.jobs.starters import STARTERS_DIR, read_starters


def take_away(open_page, task):
    """The tab of the starter that ships."""
    name = next(name for name, record in read_starters(STARTERS_DIR).items() if record.task == task)
    shutil.copytree(STARTERS_DIR / name, places.STARTERS_DIR / name)
    app = open_page(task, {"run": name})
    app.session_state[f"{task}:tabs"] = "Take it away"
    return app.run()


def test_a_script_is_made_when_it_is_asked_for(open_page):
    app = take_away(open_page, "sentiment")
    (button,) = [one for one in app.button if one.label == "Make a script"]
    button.click().run()
    assert not app.exception
    assert "Download the script" in [one.proto.label for one in app.get("download_button")]


def test_a_web_page_is_one_file(open_page):
    app = take_away(open_page, "forecasting")
    (button,) = [one for one in app.button if one.label == "Make a web page"]
    button.click().run()
    assert not app.exception
    assert "Download the web page" in [one.proto.label for one in app.get("download_button")]


def test_the_hub_has_a_button_and_onnx_where_it_can_be_made(open_page, monkeypatch):
    app = take_away(open_page, "sentiment")
    monkeypatch.setattr("core.exports.onnx.can_make", lambda: False)
    assert not [one for one in app.run().button if "ONNX" in one.label]
    assert "pip install onnx onnxscript" in " ".join(caption.value for caption in app.caption)
    monkeypatch.setattr("core.exports.onnx.can_make", lambda: True)
    assert [one.label for one in app.run().button if "ONNX" in one.label] == ["Make a graph in ONNX"]
    (button,) = [one for one in app.button if one.label == "Make a Hub folder"]
    button.click().run()
    assert not app.exception
    assert "Download the Hub folder" in [one.proto.label for one in app.get("download_button")]


def test_what_was_made_stays_there_beside_what_is_made_next(open_page):
    app = take_away(open_page, "sentiment")
    for label in ("Make a script", "Make a web page", "Make a file of curves for TensorBoard"):
        next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    downloads = {one.proto.label for one in app.run().get("download_button")}
    assert downloads >= {
        "Download the script", "Download the web page", "Download the file of curves for TensorBoard",
        "Curves, CSV", "Curves, Parquet",
    }  # fmt: skip
    assert "pip install tensorboard" in " ".join(caption.value for caption in app.caption)


def test_what_cannot_be_said_is_named(open_page):
    app = take_away(open_page, "memory")
    (button,) = [one for one in app.button if one.label == "Make a script"]
    button.click().run()
    assert not app.exception
    assert "cannot be said" in " ".join(one.value for one in app.error)
