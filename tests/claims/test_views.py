"""What pages draw of the claims: from what is stored and nothing else."""

import datetime
import math
import subprocess
import sys

import pytest

from core.claims import store, views
from core.claims.figures import Figure
from core.claims.registry import CLAIMS
from core.claims.store import Machine, Measurement, save


@pytest.fixture
def keep(tmp_path, monkeypatch):
    """Stores figures of a claim where the views look."""
    monkeypatch.setattr(store.stored, "__defaults__", (tmp_path,))

    def keep(claim, *rows):
        figures = tuple(Figure(claim, *row) for row in rows)
        machine = Machine(processor="a processor", cores=2, threads=1, torch="2.13.0")
        about = {"date": datetime.date(2026, 3, 7), "command": "c", "seeds": 2, "seconds": 3.5, "quick": False}
        save(claim, Measurement(**about, machine=machine, figures=figures), tmp_path)

    return keep


def test_there_is_no_view_of_what_is_not_stored(keep):
    assert [views.frontier(), views.cures(), views.slopes(), views.costs("F10")] == [None] * 4


def test_the_frontier_knows_tasks_networks_and_how_far_was_tried(keep):
    keep(
        "F2",
        ("recall", "GRU", "longest delay", (160.0, 80.0), 7, "tried up to 160"),
        ("parity", "GRU", "longest length", (20.0, 40.0), 7, "tried up to 40"),
        ("adding, T=50", "GRU", "mse", (0.1, 0.2), 7, "memoryless 0.1667"),
    )
    found = views.frontier()
    assert found.longest["recall"]["GRU"].mean == 120
    assert found.longest["parity"]["GRU"].values == (20, 40)
    assert found.tried == 160
    assert [figure.metric for figure in found.scores] == ["mse"]
    assert found.memoryless == {"adding, T=50": "memoryless 0.1667"}
    assert found.published == CLAIMS["F2"].published
    assert found.sources[0].startswith("Measured 2026-03-07, 2 seeds")


def test_cures_are_a_table_a_training_that_fails(keep):
    keep(
        "F4",
        ("exploding", "nothing", "accuracy", (0.1, 0.2), 7),
        ("exploding", "nothing", "broke", (1.0, 1.0), 7),
        ("exploding", "clipped", "accuracy", (1.0, 0.5), 7),
        ("exploding", "clipped", "broke", (0.0, 0.0), 7),
        ("vanishing", "nothing", "accuracy", (0.1, 0.2), 7),
    )
    table, other = views.cures()
    assert other.rows[0].broke is None
    assert [(row.name, row.broke.mean, row.healed) for row in table.rows] == [("nothing", 1, 0), ("clipped", 0, 1)]


def test_a_slope_agrees_within_a_tenth_and_is_small_where_theory_applies(keep):
    keep(
        "F3",
        ("linear, random start", "radius 0.5", "measured", (-1.08, -1.06)),
        ("linear, random start", "radius 0.5", "by radius", (-1.0, -1.0)),
        ("tanh, small signals, random start", "radius 1.1", "measured", (0.05, 0.05)),
        ("tanh, small signals, random start", "radius 1.1", "by radius", (0.14, 0.14)),
        ("LSTM", "forget bias 1", "measured", (-0.25, -0.25)),
        ("LSTM", "forget bias 1", "by gate", (-0.46, -0.46)),
    )
    linear, tanh, lstm = views.slopes()
    assert linear.off("radius") == pytest.approx(-0.07)
    assert linear.agrees("radius") and not tanh.agrees("radius") and not lstm.agrees("gate")
    assert [point.is_small for point in (linear, tanh, lstm)] == [True, False, False]
    assert [point.radius for point in (linear, tanh, lstm)] == [0.5, 1.1, None]


def test_where_nothing_is_predicted_to_change_a_small_change_agrees(keep):
    keep("F3", ("linear", "radius 1.0", "measured", (0.01,)), ("linear", "radius 1.0", "by radius", (0.0,)))
    (point,) = views.slopes()
    assert point.agrees("radius")


@pytest.mark.parametrize("name", ["radius", "slopes", "product"])
def test_what_is_stored_bears_the_claim_out_where_theory_applies(name):
    points = [point for point in views.slopes() if point.is_small]
    assert {point.radius for point in points} == {0.5, 0.9, 1.0, 1.1}
    assert all(point.agrees(name) for point in points)
    for point in points:
        assert point.predicted["radius"].mean == pytest.approx(math.log2(point.radius), abs=1e-9)


def test_what_is_stored_of_memory_covers_recall_and_parity_with_three_seeds():
    found = views.frontier()
    assert set(found.longest) == {"recall, that delay alone", "recall, delays up to it", "parity"}
    assert {len(figure.values) for row in found.longest.values() for figure in row.values()} == {3}
    assert all({"RNN", "GRU", "LSTM"} <= set(row) for row in found.longest.values())


def test_views_load_no_torch():
    code = "import sys; from core.claims import views; views.cures(), views.slopes(); assert 'torch' not in sys.modules"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
