"""What the address carries, what a changed set-up says of its result, and set-ups that cannot be."""

import re

import pytest
from playwright.sync_api import expect


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


def test_gradient_clipping_is_switched_off_by_keyboard_and_stays_off_after_a_reload(visitor):
    visitor.open_task("forecasting")
    switch = visitor.sidebar.get_by_role("switch", name="Gradient clipping", exact=True)
    number = visitor.sidebar.get_by_role("spinbutton", name="Gradient clipping", exact=True)
    visitor.sidebar.get_by_text("Training", exact=True).click()
    expect(number).to_have_value("1")
    switch.press("Space")
    expect(number).to_have_value("")
    visitor.page.wait_for_url(re.compile(r"max_grad_norm=(&|$)"))
    visitor.page.reload()
    visitor.sidebar.get_by_text("Training", exact=True).click()
    expect(number).to_have_value("")
    expect(switch).not_to_be_checked()
    switch.press("Space")
    expect(number).to_have_value("1")


WATCH = """
    window.shown = [];
    setInterval(() => {
        const field = document.querySelector('[data-testid=stSidebar] input[aria-label="Hidden size"]');
        if (field && window.shown.at(-1) !== field.value) window.shown.push(field.value);
    }, 5);
"""


def test_a_page_opens_with_the_values_of_its_link_and_never_shows_others(visitor, trained):
    visitor.page.add_init_script(WATCH)
    visitor.open_task("forecasting", {"model.hidden_size": 77, "model.cell": "gru", "preset": "standard"})
    field = visitor.sidebar.get_by_label("Hidden size", exact=True)
    expect(field).to_have_value("77")
    visitor.settle()
    assert visitor.page.evaluate("window.shown") == ["77"]
    expect(visitor.sidebar.get_by_label("Cell", exact=True)).to_have_value("GRU")
    visitor.open("forecasting", {"run": trained("forecasting", SMALL)})
    expect(field).to_have_value("9")
    visitor.settle()
    assert visitor.page.evaluate("window.shown") == ["9"]


def test_back_and_forward_keep_the_knobs(visitor, trained):
    run = visitor.adopt(trained("forecasting", SMALL))
    visitor.open_task("forecasting")
    field = visitor.sidebar.get_by_label("Hidden size", exact=True)
    visitor.set_number("Hidden size", 24)
    visitor.page.wait_for_url(re.compile("hidden_size=24"))
    visitor.settle()
    visitor.choose_in_menu("Data and runs", "Runs")
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Runs")
    visitor.settle()
    visitor.page.go_back()
    expect(field).to_have_value("24")
    visitor.settle()
    visitor.page.go_back()  # the address as it was before the knob was turned, or the one after: never another's values
    visitor.settle()
    expect(field).to_have_value("24")
    visitor.choose_in_menu("Data and runs", "Runs")
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Runs")
    visitor.choose_in_menu("Tasks", "Forecasting")
    expect(field).to_have_value("24")
    visitor.settle()
    visitor.open("forecasting", {"run": run})
    expect(field).to_have_value("9")
    visitor.set_number("Hidden size", 11)
    visitor.page.wait_for_url(re.compile("hidden_size=11"))
    later = visitor.train()
    visitor.finish(later)
    visitor.settle()
    visitor.page.go_back()
    visitor.page.wait_for_url(re.compile(f"run={run}"))
    expect(visitor.state_line).to_have_text(re.compile("^Finished"))
    expect(field).to_have_value("11")


SMALL = {"training.max_steps": 20, "model.hidden_size": 9}


@pytest.mark.long
def test_somebody_elses_run_can_be_looked_at_and_forked(visitor, trained):
    other, run = visitor, trained("forecasting", SMALL)
    other.open("forecasting", {"run": run})
    expect(other.main.get_by_text("somebody else's run")).to_be_visible()
    other.main.get_by_role("button", name=re.compile("More$")).click()
    expect(other.page.get_by_text("Link to this run")).to_be_visible()
    for name in ("Continue", "Resume", "Delete"):
        expect(other.page.get_by_role("button", name=name)).to_have_count(0)
    expect(other.page.get_by_label("Name", exact=True)).to_have_count(0)
    other.page.keyboard.press("Escape")
    other.main.get_by_role("button", name="Fork").click()
    expect(other.main.get_by_text("Set-up copied from this run.")).to_be_visible()
    other.set_number("Hidden size", 11)
    expect(other.main.get_by_text("A fork, to be trained: hidden size 9, now 11")).to_be_visible()
    fork = other.train()
    assert other.server.status(fork).parent == run
    assert other.server.store.experiment(fork).model.hidden_size == 11


def test_a_run_is_named_pinned_and_deleted_and_its_link_says_so(visitor, trained):
    run = visitor.adopt(trained("forecasting", SMALL))
    visitor.open("forecasting", {"run": run})
    visitor.main.get_by_role("button", name=re.compile("More$")).click()
    name = visitor.page.get_by_label("Name", exact=True)
    name.fill("my *first* one")
    name.press("Enter")
    expect(visitor.main.get_by_text("my *first* one", exact=True)).to_be_visible()
    visitor.settle()
    assert visitor.server.status(run).name == "my *first* one"
    visitor.page.get_by_text("Pinned", exact=True).click()
    visitor.wait_for(lambda: visitor.server.status(run).pinned, "the run was not pinned")
    visitor.page.get_by_role("button", name="Delete", exact=True).click()
    visitor.page.get_by_role("button", name="Delete for good").click()
    expect(visitor.main.get_by_text("Nothing trained yet.")).to_be_visible()
    assert visitor.run is None
    assert not visitor.server.store.exists(run)
    visitor.open("forecasting", {"run": run})
    expect(visitor.page.get_by_role("alert")).to_have_text(re.compile(r"was deleted on \d+ \w+ 20\d\d at \d\d:\d\d"))


def test_the_links_to_copy_open_the_run_and_the_set_up_and_hold_no_key(new_visitor, trained):
    first, other = new_visitor(), new_visitor()
    run = first.adopt(trained("forecasting", SMALL))
    links = first.page.get_by_text(re.compile("^http://localhost"))
    first.open_task("forecasting")
    first.sidebar.get_by_role("button", name="Copy link").click()
    expect(links).to_have_count(1)
    first.open("forecasting", {"run": run})
    first.sidebar.get_by_role("button", name="Copy link").click()
    expect(links).to_have_count(2)
    copied = links.all_inner_texts()
    expect(first.page.get_by_text("Also show rows of my file")).to_have_count(0)
    first.page.keyboard.press("Escape")
    expect(links).to_have_count(0)
    first.main.get_by_role("button", name=re.compile("More$")).click()
    expect(links).to_have_count(2)
    to_run, to_set_up = links.all_inner_texts()
    assert [to_run, to_set_up] == copied, "the run that is open before the set-up"
    assert to_run == f"{first.server.url}/forecasting?run={run}"
    assert "forecasting.data=sunspots" in to_set_up
    assert re.search(r"forecasting\.fingerprint=[0-9a-f]{12}(&|$)", to_set_up)
    assert "run=" not in to_set_up and "visitor" not in to_run + to_set_up
    other.page.goto(to_set_up)
    expect(other.sidebar.get_by_label("Hidden size", exact=True)).to_have_value("9")
    expect(other.main.get_by_text("Nothing trained yet.")).to_be_visible()
    expect(other.page.get_by_role("alert")).to_have_count(0)
    other.page.goto(re.sub("fingerprint=[0-9a-f]{12}", "fingerprint=000000000000", to_set_up))
    expect(other.page.get_by_role("alert")).to_contain_text("The data has changed since this link was made")
    other.page.goto(to_run)
    expect(other.state_line).to_have_text(re.compile("^Finished"))
    expect(other.page.get_by_role("tabpanel", name="Use it")).to_contain_text("MASE")
    assert other.run == run


@pytest.mark.long
def test_a_run_that_does_not_exist_is_said_to_be_missing(visitor):
    visitor.open("sentiment", {"run": "0" * 32})
    expect(visitor.page.get_by_role("alert")).to_contain_text("There is no such run")
    for wrong in ("../../etc", "..", ".gone", "0" * 31 + "/", "%2e%2e", "a b"):
        visitor.open("sentiment", {"run": wrong})
        expect(visitor.page.get_by_role("alert")).to_contain_text("There is no such run")


@pytest.mark.long
def test_a_changed_setting_marks_the_result_and_the_preset_brings_it_back(visitor, trained):
    visitor.open("forecasting", {"run": visitor.adopt(trained("forecasting"))})
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
