"""A search of the settings in the browser: begun on the page, found again in another tab, and its best opened as a run."""

import re

from playwright.sync_api import expect


def test_a_search_goes_on_without_its_tab_and_its_best_opens_as_a_run(visitor):
    visitor.open_task("forecasting", {"training.max_steps": 1, "model.hidden_size": 8})
    visitor.main.get_by_role("button", name="Search the settings").click()
    visitor.page.get_by_role("textbox", name="Trials").fill("3")
    visitor.page.keyboard.press("Tab")
    visitor.settle()
    visitor.page.get_by_role("radio", name="0", exact=True).click()
    visitor.settle()
    visitor.page.get_by_role("button", name="Start the search").click()
    visitor.page.wait_for_url(re.compile("sweep=[0-9a-f]{32}"))
    visitor.open("data")
    visitor.open_task("forecasting")
    panel = visitor.main.get_by_text("A search of the settings ·")
    expect(panel).to_have_text(re.compile("3 of 3 trials"), timeout=90_000)
    expect(visitor.main.get_by_role("button", name="Stop")).to_have_count(0, timeout=60_000)
    visitor.main.get_by_role("tab", name="Side by side").click()
    expect(visitor.main.get_by_test_id("stPlotlyChart").first).to_be_visible()
    visitor.main.get_by_role("button", name="Open the best").click()
    expect(visitor.state_line).to_have_text(re.compile("^Finished"), timeout=30_000)
    visitor.main.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)
    assert visitor.run is not None and "sweep=" not in visitor.page.url
