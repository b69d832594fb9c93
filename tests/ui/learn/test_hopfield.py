"""What the page of the Hopfield network shows is what the network computes, and its statements hold."""

import numpy as np
import pytest

from core.insight.capacity import CRITICAL, measure_capacity
from core.insight.edits import Edits
from core.insight.hopfield import digit_pictures
from core.models.hopfield import Hopfield
from ui.learn import hopfield


def scene(count="3", rule="hebb", **edits):
    return hopfield.scene_of(int(count), rule, Edits(edits)).data()


def panels(shown, kind):
    return [panel for row in shown["rows"] for panel in row if panel["kind"] == kind]


def end_of(shown):
    return panels(shown, "facts")[0]["items"][0]["text"]


@pytest.mark.parametrize(
    ("place", "end"),
    [
        (0, "the stored 0"),
        (1, "the stored 2"),
        (2, "the negative of the"),
        (3, "none that was stored"),
        (4, "the stored 0"),
    ],
)
def test_each_statement_ends_where_it_says_and_energy_never_rises(place, end):
    statement = hopfield.LESSON.statements[place]
    shown = scene(statement.widgets["stored"], statement.widgets["rule"], **statement.state["edits"])
    energies = np.array([row[0] for row in shown["values"]["energy"]["at"]])
    assert end_of(shown).startswith(end)
    assert (np.diff(energies) <= 1e-5).all() and energies[-1] < energies[0]
    assert statement.state["step"] < shown["steps"]


def test_the_energy_of_every_state_is_the_one_of_its_definition():
    shown = scene(digit=2, share=0.3)
    weights = Hopfield(digit_pictures()[:3]).weights
    for state, energy in zip(shown["values"]["state"]["at"], shown["values"]["energy"]["at"], strict=True):
        assert energy[0] == pytest.approx(-0.5 * np.array(state) @ weights @ np.array(state), rel=1e-5)


def test_a_clicked_pixel_is_turned_over_before_recall():
    before, after = scene(), scene(**{"pixel.5": -1.0 if scene()["values"]["state"]["at"][0][5] > 0 else 1.0})
    changed = [
        one != other
        for one, other in zip(before["values"]["state"]["at"][0], after["values"]["state"]["at"][0], strict=True)
    ]
    assert [place for place, one in enumerate(changed) if one] == [5]


def test_a_whole_picture_rests_at_once():
    shown = scene(share=0)
    assert shown["steps"] == 1 and not panels(shown, "equations")
    assert panels(shown, "facts")[0]["items"][1]["note"] == "at rest from the start"


def test_it_opens_at_the_first_update_and_numbers_have_a_real_minus():
    shown = scene(share=0.5)
    assert shown["start"]["step"] == 1 and all(shown["values"][name]["at"][1] != [None] for name in ("field", "old"))
    assert "−1.00" in panels(shown, "facts")[0]["items"][0]["note"]


def test_the_capacity_is_the_mean_of_draws_with_each_of_them_beside_it():
    (panel,) = [one for one in panels(scene(), "lines") if one["title"].startswith("Capacity")]
    mean, each = panel["series"][:2]
    draws = [measure_capacity(64, hopfield.SHARES, seed) for seed in range(hopfield.DRAWS)]
    assert [y for _, y in mean["points"]] == pytest.approx(
        np.mean([[one.recalled for one in loads] for loads in draws], 0)
    )
    assert each["points"] == [[one.share, one.recalled] for loads in draws for one in loads]
    assert panel["series"][-1]["points"] == [[CRITICAL, 0], [CRITICAL, 1]] and CRITICAL == 0.138
