"""The Runs page: my runs and nobody else's, what can be done with them, and runs side by side."""

import re

import pytest
from playwright.sync_api import expect

COUNTRIES = {"data": "country_names", "training.max_steps": 30, "training.max_seconds": ""}


@pytest.fixture
def own_run(trained):
    """`own_run(visitor)` is a small run of that visitor's."""
    return lambda visitor, **values: visitor.adopt(trained("generation", {**COUNTRIES, **values}))


def select(visitor, *rows):
    """Click the boxes before rows of the table, counted from 0."""
    table = visitor.page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    for row in rows:
        box = table.bounding_box()
        visitor.page.mouse.click(box["x"] + 16, box["y"] + 35 * (row + 1) + 17)
        visitor.page.wait_for_timeout(300)
        visitor.settle()


def press(visitor, name):
    visitor.main.get_by_role("button", name=name).click()
    visitor.settle()


def test_a_visitor_who_has_trained_nothing_sees_where_to_begin_and_no_run_of_others(visitor, new_visitor, own_run):
    own_run(visitor)
    other = new_visitor()
    other.open("runs")
    expect(other.main.get_by_text("Nothing trained yet.")).to_be_visible()
    expect(other.page.get_by_test_id("stDataFrame")).to_have_count(0)


def test_two_selected_runs_stand_side_by_side_and_the_link_shows_them_to_others(visitor, new_visitor, own_run):
    first = own_run(visitor)
    second = own_run(visitor, **{"model.cell": "gru"})
    visitor.open("runs")
    select(visitor, 0, 1)
    expect(visitor.main.get_by_role("heading", name="Compare")).to_be_visible()
    expect(visitor.main.get_by_text("model.cell")).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(rf"compare={second}(,|%2C){first}"))

    other = new_visitor(color_scheme="dark")
    other.open("runs", {"compare": f"{second},{first}"})
    expect(other.main.get_by_role("heading", name="Figures")).to_be_visible()
    expect(other.main.get_by_text("Bits per character, test")).to_be_visible()
    expect(other.main.get_by_role("button", name="Delete", exact=True)).to_have_count(0)


def test_a_run_is_renamed_pinned_and_deleted(visitor, own_run):
    run = own_run(visitor)
    visitor.open("runs")
    select(visitor, 0)
    press(visitor, "Rename")
    visitor.page.get_by_role("dialog").get_by_label("Name").fill("my <b>best</b>")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(visitor.main.get_by_text("my <b>best</b>")).to_be_visible()
    press(visitor, "Pin")
    expect(visitor.main.get_by_role("button", name="Unpin")).to_be_visible()
    assert (visitor.server.status(run).name, visitor.server.status(run).pinned) == ("my <b>best</b>", True)

    press(visitor, re.compile("Delete$"))
    visitor.page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    assert visitor.server.store.exists(run)
    press(visitor, re.compile("Delete$"))
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete 1 run").click()
    expect(visitor.main.get_by_text("Nothing trained yet.")).to_be_visible()
    assert not visitor.server.store.exists(run)
    visitor.open("runs", {"compare": run})
    expect(visitor.main.get_by_text(f"Run {run[:8]}: It was deleted")).to_be_visible()


def test_a_run_is_run_again_with_another_cell_of_equal_size(visitor, own_run):
    run = own_run(visitor)
    visitor.open("runs")
    select(visitor, 0)
    press(visitor, "Run again")
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_text("Parameters", exact=True).click()
    expect(dialog.get_by_text(re.compile(r"Starts GRU, hidden size 112, 59k parameters, 30 steps"))).to_be_visible()
    dialog.get_by_role("button", name="Start").click()
    expect(dialog.get_by_role("link", name=re.compile("Compare with the 1 run"))).to_be_visible()
    (child,) = [other for other in visitor.server.store.list() if visitor.server.status(other).parent == run]
    experiment = visitor.server.store.experiment(child)
    assert (experiment.model.cell, experiment.model.hidden_size, experiment.training.max_steps) == ("gru", 112, 30)
    dialog.get_by_role("link", name=re.compile("Compare with the 1 run")).click()
    expect(visitor.main.get_by_text("model.hidden_size")).to_be_visible()


@pytest.mark.long
def test_more_seeds_are_one_click_and_one_line(visitor, own_run):
    run = own_run(visitor)
    visitor.open("runs")
    select(visitor, 0)
    press(visitor, "Run again")
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_text("More seeds").click()
    expect(dialog.get_by_text("Starts 2 runs with seeds 1 and 2.")).to_be_visible()
    dialog.get_by_role("button", name="Start").click()
    dialog.get_by_role("link", name=re.compile("Compare with the 2 runs")).click()
    expect(visitor.main.get_by_role("columnheader", name="3 seeds")).to_be_visible()
    seeds = {visitor.server.store.experiment(other).training.seed for other in visitor.server.store.list()
             if visitor.server.status(other).parent == run}  # fmt: skip
    assert seeds == {1, 2}


@pytest.mark.long
def test_delete_all_my_data_asks_first_and_leaves_other_visitors_alone(visitor, new_visitor, own_run):
    other = new_visitor()
    theirs, mine = own_run(other), own_run(visitor)
    visitor.open("runs")
    press(visitor, "Delete all my data")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_text("every file that you uploaded")).to_be_visible()
    dialog.get_by_role("button", name="Delete everything").click()
    expect(visitor.main.get_by_text("Nothing trained yet.")).to_be_visible()
    assert not visitor.server.store.exists(mine)
    assert visitor.server.store.exists(theirs)
