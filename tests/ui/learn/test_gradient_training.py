"""Tables of cures and slopes as they were measured, and what is said of a training that breaks and of one that heals."""

import pytest

from core.claims.figures import Figure
from core.claims.views import Cure, Cures, SlopePoint
from ui.learn.gradient_training import cure_table, ended, slope_table


def figure(*values, metric="accuracy"):
    return Figure("F4", "recall", "RNN", metric, values)


def test_a_table_of_cures_has_what_each_gained_over_none_on_the_same_seeds():
    rows = (
        Cure("nothing: an RNN", 4_672, figure(0.125, 0.25), figure(1, 0, metric="broke")),
        Cure("clipped by norm, 1", 4_672, figure(1.0, 0.75), figure(0, 0, metric="broke")),
    )
    without, clipped = cure_table(Cures("exploding", rows, ())).to_dict("records")
    assert without["Cure"] == "Nothing: an RNN" and without["More than without"] == ""
    assert without["Broke"] == "1 of 2 seeds" and clipped["Broke"] == "0 of 2 seeds"
    assert clipped["More than without"] == "+0.69" and clipped["Learned it"] == "1 of 2 seeds"
    assert clipped["Right answers"] == "0.88 ± 0.18" and clipped["Parameters"] == "4,672"


def test_a_table_of_slopes_names_the_theories_that_are_right():
    measured = Figure("F3", "tanh", "radius 1.1", "measured", (-0.5, -0.52))
    predicted = {"radius": Figure("F3", "tanh", "radius 1.1", "by radius", (0.14, 0.14)),
                 "product": Figure("F3", "tanh", "radius 1.1", "by product", (-0.5, -0.53))}  # fmt: skip
    (row,) = slope_table([SlopePoint("tanh", "radius 1.1", measured, predicted, ())]).to_dict("records")
    assert row["Within a tenth, or as near 0"] == "Jacobians" and row["Measured"] == "−0.510 ± 0.014"
    assert row["By radius"] == "0.14" and row["By gate"] == ""


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ((2.1, 3.7, 2.0), "rose to 3.7 at most and ended at 2: it did not learn"),
        ((2.1, 1.0, 0.004), "ended at 0.004: it learned"),
    ],
)
def test_how_a_training_ended_is_told_from_its_records(losses, expected):
    records = [{"loss": loss, "grad_norm": 8.0 + place} for place, loss in enumerate(losses)]
    told = ended(records)
    assert expected in told and "norm of 10" in told
    assert ended([{"loss": None}]) == "nothing was recorded."
