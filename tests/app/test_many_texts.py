"""Many texts at once on a classifier's page: pasted or from a file, as a table."""

import pytest


@pytest.fixture
def page(open_page, trained):
    run = trained("sentiment", {"training.max_steps": 2, "training.warmup_steps": 0})
    return open_page("sentiment", {"run": run.name}), run.name


def labels(app):
    return next(frame.value for frame in app.dataframe if list(frame.value.columns)[:3] == ["Text", "Label", "Sure"])


def test_pasted_lines_become_a_table_of_labels(page):
    app, run = page
    app.text_area(key=f"sentiment_many_text_{run}").set_value("I like the cat\n\nI hate <b>boats</b>").run()
    assert not app.exception and not app.error
    assert labels(app)["Text"].tolist() == ["I like the cat", "I hate <b>boats</b>"]
    assert set(labels(app)["Label"]) <= {"good", "bad"} and labels(app)["Sure"].between(50, 100).all()


def test_a_file_goes_before_what_is_pasted(page):
    app, run = page
    app.file_uploader(key=f"sentiment_many_file_{run}").upload("texts.txt", "I like it\nשלום 😀\n".encode("utf-8-sig"))
    app.run()
    assert not app.exception and not app.error
    assert labels(app)["Text"].tolist() == ["I like it", "שלום 😀"]


def test_too_many_texts_are_refused_in_words(page, monkeypatch):
    monkeypatch.setenv("UNROLL_PROFILE", "hosted")
    app, run = page
    app.text_area(key=f"sentiment_many_text_{run}").set_value("I like it\n" * 10_001).run()
    assert not app.exception
    assert any("texts" in one.value for one in (*app.error, *app.warning, *app.markdown))
    assert not [frame for frame in app.dataframe if list(frame.value.columns)[:2] == ["Text", "Label"]]


def test_many_sentences_get_their_tags_as_a_table(open_page, trained):
    run = trained("tagging", {"training.max_steps": 2, "training.warmup_steps": 0})
    app = open_page("tagging", {"run": run.name})
    app.text_area(key=f"tagging_many_text_{run.name}").set_value("Anna sees the cat .\nשלום 😀").run()
    assert not app.exception and not app.error
    frames = [
        frame.value for frame in app.dataframe if "Sentence" in frame.value.columns and "Tags" in frame.value.columns
    ]
    assert frames[0]["Sentence"].tolist() == ["Anna sees the cat .", "שלום 😀"]
    assert [len(tags.split()) for tags in frames[0]["Tags"]] == [5, 2]
