"""The page of claims: every one of them, those that are contradicted first, with the figures of the store."""

from core.claims.figures import Figure, short
from core.claims.registry import CLAIMS, STANDINGS
from ui.learn.claims import figure_table, grouped, without_common
from ui.learn.lessons import ENTRIES


def test_every_claim_stands_in_one_group_and_those_that_are_contradicted_come_first():
    groups = list(grouped().values())
    assert sorted(one.id for group in groups for one in group) == sorted(CLAIMS)
    assert all(one.against for one in groups[0]) and not any(one.against for group in groups[1:] for one in group)
    assert not any(one.standing == "holds" for one in groups[0])
    assert {one.standing for one in CLAIMS.values()} <= set(STANDINGS)


def test_a_row_has_mean_spread_seeds_and_baseline_and_a_column_without_anything_is_left_out():
    ours = Figure("F2", "recall", "GRU", "accuracy", (0.5, -0.25), 1234, "chance 0.125")
    theirs = Figure("F2", "recall", "RNN", "accuracy", (0.75,), None, "published")
    (first, second) = figure_table([ours], [theirs]).to_dict("records")
    assert first["Mean ± deviation"] == "0.1 ± 0.5" and first["Each seed"] == "0.5, −0.25"
    assert first["Beside"] == "chance 0.125" and first["Parameters"] == "1,234"
    assert second["Beside"] == "published"
    assert figure_table([theirs]).columns.tolist() == ["Task", "Network", "Figure", "Mean ± deviation", "Beside"]


def test_what_all_rows_say_stands_above_the_table():
    figures = [Figure("F1", task, "GRU", "accuracy", (0.5,), None, "chance 0.5") for task in ("first", "second")]
    frame, common = without_common(figure_table(figures))
    assert common == ["accuracy", "chance 0.5"] and frame.columns.tolist() == ["Task", "Network", "Mean ± deviation"]


def test_a_small_number_is_written_with_a_power_of_ten():
    assert short(9.4e-5) == "9.4·10⁻⁵" and Figure("F3", "", "", "", (0.1, 0.10002)).said == "0.100010 ± 0.000014"


def test_a_stored_claim_is_opened_by_a_page_of_learn_or_waits_for_one():
    without = {claim for claim in CLAIMS if not any(claim in page.covers for page in ENTRIES if page.name != "claims")}
    assert not without & {"F2", "F3", "F4", "F10", "F11"}
