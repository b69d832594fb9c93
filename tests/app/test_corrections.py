"""Correcting a classifier on its page: the list, the training that goes on with it, and what it changed."""

import json

import pytest

from ui import services


@pytest.fixture
def page(open_page, trained):
    run = trained("sentiment", {"training.max_steps": 2, "training.warmup_steps": 0})
    return open_page("sentiment", {"run": run.name}), run.name


def button(app, label):
    return next((one for one in app.button if one.label == label), None)


def listed(app):
    frames = [frame.value for frame in app.dataframe if list(frame.value.columns) == ["Right label", "Text"]]
    return [] if not frames else frames[0].to_numpy().tolist()


def add(app, text):
    app.text_area(key="sentiment_use_text").set_value(text).run()
    button(app, "Add correction").click().run()
    assert not app.exception


def test_a_typed_text_goes_on_the_list_with_another_label_than_the_network_gave_it(page):
    app, run = page
    assert not listed(app) and button(app, "Go on training with these") is None
    add(app, "zebras <b>sing</b>")
    said = services.predictor(run).predict(["zebras <b>sing</b>"])[0]["label"]
    ((label, text),) = listed(app)
    assert text == "zebras <b>sing</b>" and label in {"good", "bad"} - {said}
    button(app, "Clear the list").click().run()
    assert not listed(app)


def test_what_cannot_be_added_is_said_in_words(page, monkeypatch):
    app, _ = page
    monkeypatch.setattr("core.jobs.corrections.MAX_CORRECTIONS", 1)
    add(app, "zebras")
    add(app, "lions")
    assert [text for _, text in listed(app)] == ["zebras"]
    assert any("at most 1 texts" in one.value for one in app.error)


def test_the_page_of_a_corrected_run_says_what_changed(page, open_page, monkeypatch):
    from core.api import learn

    before, run = page
    child = learn(run, [("zebras sing", "good"), ("<b>lions</b>", "bad")])
    app = open_page("sentiment", {"run": child.name})
    assert not app.exception
    said = [one.value for one in app.markdown]
    assert "**What the corrections changed**" in said
    changes = json.loads((child / "changes.json").read_text())
    frame = next(one.value for one in app.dataframe if "Sure before" in one.value.columns)
    assert frame["Text"].tolist() == ["zebras sing", "<b>lions</b>"]
    assert frame["After"].tolist() == [row["after"] for row in changes["rows"]]
    assert [one.value for one in app.info] == [one.value for one in before.info], "the set-up is that of the parent"


def test_a_lesson_that_the_time_cut_short_says_so(page, open_page):
    from core.api import learn

    _, run = page
    child = learn(run, [("zebras sing", "good")])
    result = json.loads((child / "result.json").read_text())
    assert not open_page("sentiment", {"run": child.name}).warning
    cut = {**result, "ended": "time_limit", "steps": 12, "max_steps": 60, "total_steps": 12}
    (child / "result.json").write_text(json.dumps(cut))
    said = [one.value for one in open_page("sentiment", {"run": child.name}).warning]
    assert any("Only 12 of 60 steps were done" in line for line in said)
