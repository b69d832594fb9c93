"""Writing on the page of language models: texts side by side, limits on what is drawn, pieces to go on with."""

import pytest

from ui.charts.text import next_token_bars


@pytest.fixture
def writing(open_page, trained):
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})
    app = open_page("generation", {"run": run.name})
    app.text_area(key="generation_use_prompt").set_value("Anna sees").run()
    app.slider(key="generation_use_length").set_value(50).run()
    return app


def texts(app):
    return [code.value for code in app.code if code.value.startswith("Anna sees")]


def test_one_text_or_four_side_by_side(writing):
    writing.button(key="generation_use_generate").click().run()
    (one,) = texts(writing)
    assert len(one) == len("Anna sees") + 50
    writing.get_by_key("generation_use_way").set_value("Four seeds").run()
    assert texts(writing) == [one], "what was written stays until something is written"
    writing.button(key="generation_use_generate").click().run()
    four = texts(writing)
    assert four[0] == one
    assert len(set(four)) == 4
    writing.get_by_key("generation_use_way").set_value("Four temperatures").run()
    writing.button(key="generation_use_generate").click().run()
    assert len(texts(writing)) == 4
    assert texts(writing)[2] == one, "the third is at 0.8"
    assert [c.value for c in writing.caption if c.value.startswith("Temperature")] == [
        f"Temperature {t}" for t in ("0\\.2", "0\\.5", "0\\.8", "1\\.2")
    ]
    assert not writing.exception


def test_the_next_piece_follows_the_limits_and_can_be_picked(writing):
    buttons = [button for button in writing.button if (button.key or "").startswith("generation_use_next_")]
    assert len(buttons) == 6
    writing.number_input(key="generation_use_top_k").set_value(1).run()
    (only,) = [button for button in writing.button if (button.key or "").startswith("generation_use_next_")]
    assert any("As it is drawn with these settings" in caption.value for caption in writing.caption)
    only.click().run()
    longer = writing.text_area(key="generation_use_prompt").value
    assert longer[:-1] == "Anna sees"
    writing.button(key="generation_use_generate").click().run()
    before = texts(writing)[0]
    assert before.startswith(longer), "the likeliest goes on with what was picked"
    assert not writing.exception


def test_a_line_ends_where_it_ends(writing):
    writing.checkbox(key="generation_use_line").set_value(True).run()
    writing.slider(key="generation_use_temperature").set_value(2.0).run()
    writing.slider(key="generation_use_length").set_value(2_000).run()
    writing.button(key="generation_use_generate").click().run()
    (text,) = texts(writing)
    assert "\n" not in text.rstrip("\n")
    assert len(text) < 2_000


def test_stop_ends_the_writing_and_keeps_what_stands(writing):
    writing.checkbox(key="generation_use_slowly").set_value(True).run()
    writing.slider(key="generation_use_length").set_value(2_000).run()
    writing.button(key="generation_use_generate").click().run()
    (before,) = texts(writing)
    assert len(before) < 1_000
    writing.button(key="generation_use_stop").click().run()
    (after,) = texts(writing)
    assert after.startswith(before)
    assert any("Stopped before the end" in caption.value for caption in writing.caption)
    assert "generation_use_stop" not in [button.key for button in writing.button]
    assert not writing.exception


def test_items_that_stand_apart_are_written_as_a_list(open_page, trained):
    run = trained(
        "generation",
        {"data.id": "country_names", "data.items": "apart", "training.max_steps": 2, "training.warmup_steps": 0},
    )
    app = open_page("generation", {"run": run.name})
    app.text_area(key="generation_use_prompt").set_value("Sw").run()
    app.slider(key="generation_use_length").set_value(50).run()
    app.button(key="generation_use_generate").click().run()
    (written,) = [code.value for code in app.code if code.value.startswith("Sw")]
    items = written.split("\n")
    assert len(items) in (20, 21)
    assert all(item.startswith("Sw") for item in items[:20])
    assert "generation_use_line" not in [box.key for box in app.checkbox], "an item ends by itself"
    assert not app.exception


def test_the_end_of_an_item_is_told_in_words_and_offered_to_nobody(open_page, trained, monkeypatch):
    from core.tasks.generation.predictor import GenerationPredictor

    def ends(network, prompt, k=10, sampling=None):
        return [("<eos>", 0.6), ("a", 0.3)]

    monkeypatch.setattr(GenerationPredictor, "next_tokens", ends)
    changes = {"data.id": "country_names", "data.items": "apart", "training.max_steps": 2, "training.warmup_steps": 0}
    app = open_page("generation", {"run": trained("generation", changes).name})
    app.text_area(key="generation_use_prompt").set_value("Per").run()
    assert [one.label for one in app.button if (one.key or "").startswith("generation_use_next_")] == ["a"]
    chart = next_token_bars(ends(None, ""), False)
    assert chart.figure.layout.yaxis.ticktext == ("end of the item", "a")
    assert "end of the item 60%" in chart.alt
    assert not app.exception
