"""Training in the browser: one click, a moving curve, Stop, reload, other tabs and a server that restarts."""

import re
import time

import pytest
from playwright.sync_api import expect

# Steps by the link where the quick preset would take its ten seconds.
STEPS = {"generation": 40, "sentiment": 40, "translation": 40}
# A run that goes on until somebody presses Stop, however fast or slow the machine is.
ENDLESS = {"training.max_steps": 100_000, "training.max_seconds": 300}


def test_one_button_on_home_leads_to_a_network_that_trains(visitor):
    visitor.open()
    visitor.page.get_by_role("button", name="Train your first network").click()
    expect(visitor.main.get_by_role("heading", level=1, name="Generation")).to_be_visible()
    visitor.page.wait_for_url(re.compile("run=[0-9a-f]{32}"))
    expect(visitor.state_line).to_have_text(re.compile("^(Training · step|Finished)"), timeout=40_000)


def _shows_its_result(visitor, run):
    use = visitor.page.get_by_role("tabpanel", name="Use it")
    expect(use.get_by_role("table", name=re.compile("Figures on the test set. Network: "))).to_be_visible()
    expect(use).to_contain_text(re.compile("the best baseline", re.IGNORECASE))
    expect(visitor.state_line).to_contain_text(f"{visitor.server.status(run).step:,} steps")


@pytest.mark.parametrize("task", ["forecasting", "sentiment"])
def test_before_a_result_the_browser_does_not_load_plotly(visitor, task):
    files = []
    visitor.page.on("request", lambda request: files.append(request.url.rpartition("/")[2]))
    visitor.open_task(task)
    expect(visitor.main.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    visitor.settle()
    assert [name for name in files if name.startswith("index.")], "the browser loads files of Streamlit"
    assert [name for name in files if "Plotly" in name] == []


@pytest.mark.parametrize("task", ["generation", "forecasting", "sentiment", "translation"])
def test_each_page_trains_with_one_click_and_shows_its_result_and_no_chart_warns(visitor, trained, task):
    warnings = []
    visitor.page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    visitor.open_task(task, {"training.max_steps": STEPS[task]} if task in STEPS else {})
    run = visitor.train()
    visitor.finish(run)
    _shows_its_result(visitor, run)
    expect(visitor.page.get_by_text(re.compile("free$"))).to_be_visible()
    assert [text for text in warnings if "WARN" in text] == [], warnings
    trained.remember(task, run)


def test_the_curve_moves_while_training_and_a_reload_keeps_the_run(visitor):
    visitor.open_task("generation", {"model.hidden_size": 32, **ENDLESS})
    run = visitor.train()
    curve = visitor.page.get_by_test_id("stVegaLiteChart")
    expect(curve.locator("svg, canvas").first).to_be_visible()
    seen, drawn, places = set(), set(), set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (len(seen) < 3 or len(drawn) < 3):
        # The panel is renewed under the reader: a look that meets nothing is no failure.
        line = " ".join(visitor.main.get_by_text(re.compile("^Training · step")).all_inner_texts())
        seen |= {int(step.replace(",", "")) for step in re.findall(r"step ([\d,]+)", line)}
        drawn |= set(
            curve.locator("path[aria-roledescription='line mark']").evaluate_all("p => p.map(e => e.getAttribute('d'))")
        )
        places |= set(
            curve.evaluate_all(
                "found => found.filter(e => e.offsetHeight).map(e => [e.offsetTop, e.offsetHeight].join())"
            )
        )
        visitor.page.wait_for_timeout(100)
    assert len(places) == 1, f"the chart stays where it is: top and height were {places}"
    assert len(seen) >= 3, "the step number has to grow at least twice"
    assert len(drawn) >= 3, "the line has to be redrawn at least twice"
    visitor.page.reload()
    expect(visitor.state_line).to_have_text(re.compile("^Training · step"), timeout=40_000)
    assert visitor.run == run


@pytest.mark.long
def test_stop_ends_the_run_and_keeps_a_usable_network(visitor):
    visitor.open_task("generation", {"model.hidden_size": 32, **ENDLESS})
    run = visitor.train()
    expect(visitor.page.get_by_test_id("stVegaLiteChart")).to_be_visible(timeout=60_000)
    visitor.stop(run)
    use = visitor.page.get_by_role("tabpanel", name="Use it")
    use.get_by_role("button", name="Generate").click()
    expect(use.get_by_test_id("stCode").first).to_have_text(re.compile("^The assignment statement.{200,}", re.DOTALL))


@pytest.mark.long
def test_a_server_restart_during_training_finds_the_run_again(new_visitor, server):
    waiting, other = new_visitor(), new_visitor()
    waiting.harmless.append("^console: ")  # the browser notices that the server is gone, and says so
    waiting.open_task("generation", {"model.hidden_size": 32, **ENDLESS})
    run = waiting.train()
    expect(waiting.state_line).to_have_text(re.compile("^Training · step"), timeout=40_000)
    server.restart()
    assert server.status(run).state == "running", "the training goes on without the server"
    other.open("generation", {"run": run})
    expect(other.state_line).to_have_text(re.compile("^Training · step"), timeout=40_000)
    expect(waiting.state_line).to_have_text(re.compile("^Training · step"), timeout=60_000)
    waiting.stop(run)
    expect(other.state_line).to_have_text(re.compile("^Stopped"), timeout=60_000)
    assert waiting.run == run


def test_stop_and_resume_are_one_button_in_one_place(visitor):
    visitor.open_task("generation", {"model.hidden_size": 32, **ENDLESS})
    run = visitor.train()
    expect(visitor.state_line).to_have_text(re.compile("^Training · step"), timeout=40_000)
    visitor.page.wait_for_timeout(500)
    stop = visitor.main.get_by_role("button", name="Stop").bounding_box()
    visitor.stop(run)
    reached = visitor.server.status(run).step
    resume = visitor.main.get_by_role("button", name="Resume")
    visitor.settle()
    place = resume.bounding_box()
    assert place["y"] == stop["y"], "the button stays on its line"
    assert place["x"] < stop["x"] + stop["width"] / 2 < place["x"] + place["width"], "and under the pointer"
    resume.click()
    expect(visitor.state_line).to_have_text(re.compile("^Training · step"), timeout=40_000)
    assert visitor.run == run
    visitor.stop(run)
    status = visitor.server.status(run)
    assert status.attempt == 2
    assert status.step >= reached


def test_step_by_step_to_the_end(visitor):
    visitor.open_task("forecasting", {"training.max_steps": 20})
    visitor.main.get_by_role("button", name="Step", exact=True).click()
    visitor.page.get_by_role("spinbutton", name="Steps", exact=True).last.fill("3")
    visitor.page.get_by_role("spinbutton", name="Steps", exact=True).last.press("Enter")
    run = visitor.train(visitor.page.get_by_role("button", name="Train 3 steps"))
    expect(visitor.state_line).to_have_text(re.compile("^Stopped · step 3 of 20"), timeout=40_000)
    use = visitor.page.get_by_role("tabpanel", name="Use it")
    expect(use).to_contain_text("This is the network after 3 steps")
    expect(use.get_by_test_id("stPlotlyChart").first).to_be_visible()
    visitor.main.get_by_role("button", name="Step", exact=True).click()
    expect(visitor.page.get_by_role("spinbutton", name="Steps", exact=True).last).to_have_value("3")
    visitor.page.get_by_role("spinbutton", name="Steps", exact=True).last.fill("1")
    visitor.page.get_by_role("spinbutton", name="Steps", exact=True).last.press("Enter")
    visitor.page.get_by_role("button", name="Train 1 step", exact=True).click()
    expect(visitor.state_line).to_have_text(re.compile("^Stopped · step 4 of 20"), timeout=40_000)
    visitor.page.keyboard.press("Escape")
    visitor.main.get_by_role("button", name="Resume").click()
    expect(visitor.state_line).to_have_text(re.compile("^Finished · 20 steps"), timeout=40_000)
    assert visitor.run == run


def test_a_finished_run_is_continued_as_a_new_one(visitor, trained):
    run = visitor.adopt(trained("forecasting", {"training.max_steps": 20, "model.hidden_size": 9}))
    visitor.open("forecasting", {"run": run})
    visitor.main.get_by_role("button", name="Continue").click()
    expect(visitor.page.get_by_role("spinbutton", name="More steps")).to_have_value("20")
    longer = visitor.train(visitor.page.get_by_role("button", name="Continue training"))
    visitor.finish(longer)
    expect(visitor.state_line).to_have_text(re.compile("^Finished · 40 steps"))
    expect(visitor.page).to_have_url(re.compile("training.max_steps=40"))  # the knob says what was trained
    assert visitor.server.status(longer).parent == run
    assert visitor.server.status(run).step == 20
    visitor.main.get_by_role("link", name="Comes from an earlier run").click()
    expect(visitor.state_line).to_have_text(re.compile("^Finished · 20 steps"))


@pytest.mark.long
def test_a_run_that_waits_can_be_cancelled(new_visitor):
    first, second = new_visitor(), new_visitor()
    first.open_task("generation", {"model.hidden_size": 32, **ENDLESS})
    first.train()
    second.open_task("forecasting", {"training.max_steps": 20})
    run = second.train()
    second.main.get_by_role("button", name="Cancel").click()
    expect(second.state_line).to_have_text("Stopped before it started")
    assert second.server.status(run).state == "stopped"
    second.main.get_by_role("button", name="Resume").click()
    expect(second.state_line).to_have_text(re.compile("^Waiting · place 1 in the queue"))


@pytest.mark.long
def test_two_tabs_wait_for_each_other_and_each_gets_its_own_result(new_visitor):
    first, second = new_visitor(), new_visitor()
    first.open_task("generation", {"model.hidden_size": 32, **ENDLESS})
    second.open_task("forecasting", {"training.max_steps": 60})
    one, other = first.train(), second.train()
    expect(second.state_line).to_have_text(re.compile("^Waiting · place 1 in the queue"))
    expect(first.state_line).to_have_text(re.compile("^Training · step"), timeout=40_000)
    first.stop(one)
    second.finish(other)
    assert first.run == one and second.run == other
    expect(first.main.get_by_role("heading", level=1, name="Generation")).to_be_visible()
    expect(first.page.get_by_role("tabpanel", name="Use it")).to_contain_text("bits for each character")
    expect(second.page.get_by_role("tabpanel", name="Use it")).to_contain_text("MASE")
    expect(second.state_line).to_contain_text("60 steps")


@pytest.mark.long
@pytest.mark.parametrize("task", ["generation", "sentiment", "translation"])
def test_the_untouched_quick_preset_trains(visitor, task):
    visitor.open_task(task)
    visitor.finish(visitor.train(), 180)
