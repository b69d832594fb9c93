"""What the set-up says about values that cannot be, and what else a page must not get wrong."""

import re

from playwright.sync_api import expect


def test_bad_values_beside_a_run_are_named_too(visitor, trained):
    run = trained("generation")
    visitor.open("generation", {"generation.model.num_layers": "2.5", "data.path": "/etc/passwd", "run": run})
    expect(visitor.page.get_by_role("alert").filter(has_text="data.path")).to_be_visible()
    expect(visitor.page.get_by_role("alert").filter(has_text="model.num_layers")).to_be_visible()
    expect(visitor.sidebar.get_by_label("Layers", exact=True)).to_have_value("1")


def test_a_wrong_window_does_not_hide_a_wrong_batch_size(visitor):
    wrong = {"data.window_size": 5_000, "data.horizon": 4_000, "training.batch_size": 100_000}
    visitor.open_task("forecasting", wrong)
    message = visitor.sidebar.get_by_role("alert")
    expect(message).to_contain_text("data.window_size")
    expect(message).to_contain_text("training.batch_size")


def test_the_badge_says_free_once_the_run_is_over(visitor):
    visitor.open_task("forecasting", {"training.max_steps": 20})
    visitor.finish(visitor.train())
    expect(visitor.page.get_by_text(re.compile("free$"))).to_be_visible()


def test_what_is_ruled_out_is_shown_as_off(visitor):
    visitor.open_task("translation", {"model.dropout": 0.5, "model.merge_mode": "sum", "model.bidirectional": "false"})
    visitor.sidebar.get_by_text("More about the model").click()
    expect(visitor.sidebar.get_by_role("slider", name=re.compile("Dropout between layers"))).to_have_value("0")


def test_no_chart_warns_on_the_console(visitor):
    warnings = []
    visitor.page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    visitor.open_task("forecasting", {"training.max_steps": 40})
    visitor.finish(visitor.train())
    assert [text for text in warnings if "WARN" in text] == [], warnings
