"""What the address carries, what a changed set-up says of its result, and set-ups that cannot be."""

import re

from playwright.sync_api import expect


def test_the_link_opens_the_same_run_in_another_browser(new_visitor, trained):
    run = trained("forecasting")
    other = new_visitor()
    other.open("forecasting", {"run": run})
    expect(other.state_line).to_have_text(re.compile("^Finished"))
    expect(other.page.get_by_role("tabpanel", name="Use it")).to_contain_text("MASE")
    assert other.run == run


def test_the_link_carries_the_set_up_to_another_browser(new_visitor):
    first, second = new_visitor(), new_visitor()
    first.open_task("forecasting")
    first.sidebar.get_by_label("Cell", exact=True).click()
    first.page.get_by_role("option", name="GRU", exact=True).click()
    first.set_number("Hidden size", 24)
    first.page.wait_for_url(re.compile(r"hidden_size=24"))
    second.page.goto(first.page.url)
    expect(second.sidebar.get_by_label("Cell", exact=True)).to_have_value("GRU")
    expect(second.sidebar.get_by_label("Hidden size", exact=True)).to_have_value("24")


def test_bad_values_in_a_link_are_named_and_ignored(visitor):
    wrong = {"model.hidden_size": "many", "model.cell": "perceptron", "model.colour": "red", "preset": "huge"}
    visitor.open_task("generation", {**wrong, "data": "nowhere", "model.num_layers": 2})
    message = visitor.page.get_by_role("alert").filter(has_text="Some of this link was left out")
    for name in ("model.hidden_size", "model.cell", "model.colour", "preset"):
        expect(message.filter(has_text=name).first).to_be_visible()
    expect(visitor.page.get_by_role("alert").filter(has_text="nowhere").first).to_be_visible()
    expect(visitor.sidebar.get_by_label("Layers", exact=True)).to_have_value("2")
    expect(visitor.sidebar.get_by_label("Cell", exact=True)).to_have_value("LSTM")
    expect(visitor.train_button).to_be_enabled()


def test_a_path_in_a_link_is_refused(visitor):
    visitor.open_task("generation", {"data.path": "/etc/passwd"})
    expect(visitor.page.get_by_role("alert").filter(has_text="data.path")).to_be_visible()
    expect(visitor.sidebar.get_by_label("Data", exact=True)).to_have_value("Python documentation")
    expect(visitor.page.get_by_text("root:")).to_have_count(0)


def test_a_run_that_does_not_exist_is_said_to_be_missing(visitor):
    visitor.open("sentiment", {"run": "0" * 32})
    expect(visitor.page.get_by_role("alert")).to_contain_text("There is no such run")
    visitor.open("sentiment", {"run": "../../etc"})
    expect(visitor.page.get_by_role("alert")).to_contain_text("There is no such run")


def test_impossible_settings_list_every_problem_and_cannot_be_trained(visitor):
    wrong = {"model.hidden_size": 4_096, "model.num_layers": 8, "training.batch_size": 5_000, "training.seq_len": 9_000}
    visitor.open_task("generation", wrong)
    message = visitor.sidebar.get_by_role("alert")
    expect(message).to_have_count(1)
    expect(message).to_contain_text("This set-up cannot be trained")
    expect(message.get_by_role("listitem")).to_have_text(
        [re.compile("^model.hidden_size"), re.compile("^training.batch_size"), re.compile("^training.seq_len")]
    )
    expect(visitor.sidebar.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    visitor.sidebar.get_by_role("button", name="Reset to preset").click()
    expect(message).to_have_count(0)
    expect(visitor.train_button).to_be_enabled()


def test_runs_lists_what_this_visitor_trained_and_nothing_of_others(new_visitor):
    first, second = new_visitor(), new_visitor()
    first.open_task("forecasting", {"training.max_steps": 20})
    run = first.train()
    first.finish(run)
    first.page.get_by_role("link", name="Runs", exact=True).click()
    expect(first.main.get_by_role("region", name=re.compile("^Your runs"))).to_be_visible()
    second.open("runs")
    expect(second.main.get_by_text("Nothing trained yet.")).to_be_visible()
    second.open("runs", {"run": run})
    expect(second.main.get_by_role("region", name=re.compile("^Your runs"))).to_be_visible()


def test_a_changed_setting_marks_the_result_and_the_preset_brings_it_back(visitor):
    visitor.open_task("forecasting")
    visitor.finish(visitor.train())
    note = visitor.main.get_by_text("This result belongs to an earlier set-up")
    expect(note).to_have_count(0)
    field = visitor.sidebar.get_by_label("Hidden size", exact=True)
    before = int(field.input_value())
    visitor.set_number("Hidden size", before + 8)
    expect(note).to_contain_text(f"hidden size {before}, now {before + 8}")
    visitor.sidebar.get_by_role("button", name="Reset to preset").click()
    expect(note).to_have_count(0)
    expect(field).to_have_value(str(before))
    expect(visitor.state_line).to_have_text(re.compile("^Finished"))
