"""What is stored of the claims: strict on reading, careful on writing."""

import datetime

import pytest

from core.claims.figures import Figure
from core.claims.registry import CLAIMS, ROWS
from core.claims.store import Machine, Measurement, save, stored, this_processor
from core.config.errors import ConfigError


def measured(*names, quick=False, value=0.5):
    figures = tuple(Figure("F2", task, "GRU", "accuracy", (value, 1.0), 7) for task in names)
    machine = Machine(processor="a processor", cores=2, threads=1, torch="2.13.0")
    about = {"date": datetime.date(2026, 3, 7), "command": "python -m core claims F2", "seeds": 2, "seconds": 3.5}
    return Measurement(**about, quick=quick, machine=machine, figures=figures)


def test_what_is_saved_is_read_again(tmp_path):
    assert stored("F2", tmp_path) is None
    save("F2", measured("copy", "adding"), tmp_path)
    found = stored("F2", tmp_path)
    assert found.measurements == (measured("copy", "adding"),)
    assert [figure.task for figure in found.figures] == ["copy", "adding"]
    assert found.figures[0].mean == 0.75
    assert found.measurements[0].source == (
        "Measured 2026-03-07, 2 seeds: 2 cores of a processor, torch 2.13.0, 1 thread."
    )


def test_a_part_that_is_measured_again_replaces_its_figures_only(tmp_path):
    save("F2", measured("copy", "adding"), tmp_path)
    save("F2", measured("adding", value=0.9), tmp_path)
    first, second = stored("F2", tmp_path).measurements
    assert [figure.task for figure in first.figures] == ["copy"]
    assert second.figures[0].values == (0.9, 1.0)
    save("F2", measured("copy", "adding"), tmp_path)
    assert len(stored("F2", tmp_path).measurements) == 1


def test_a_quick_measurement_replaces_no_full_one(tmp_path):
    save("F2", measured("copy"), tmp_path)
    with pytest.raises(ConfigError, match="a quick one, where F2 has a full one"):
        save("F2", measured("copy", quick=True), tmp_path)
    save("F2", measured("parity", quick=True), tmp_path)
    assert "in the quick form" in stored("F2", tmp_path).measurements[-1].source


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"seconds": 3.5', '"seconds": "3.5"'),
        ('"beside"', '"besides"'),
        ('"task": "copy"', '"task": 7'),
        ("0.5,", "NaN,"),
        ('"date": "2026-03-07"', '"date": "a day"'),
        ('"claim": "F2"', '"claim": "F1"'),
        ("]", ""),
    ],
)
def test_a_file_with_something_else_in_it_is_refused(before, after, tmp_path):
    save("F2", measured("copy"), tmp_path)
    path = tmp_path / "F2.json"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    with pytest.raises(ValueError, match=r"F2\.json is"):
        stored("F2", tmp_path)


def test_nothing_is_stored_of_a_claim_that_there_is_not():
    with pytest.raises(ConfigError, match=r"claim: expected one of F1, .* got 'F99'"):
        stored("F99")


@pytest.mark.parametrize("claim", [*CLAIMS, *ROWS])
def test_what_ships_can_be_read(claim):
    found = stored(claim)
    for part in found.measurements if found else ():
        assert part.command.startswith(f"python -m core claims {claim}")
        assert part.figures and all(figure.values for figure in part.figures)


def test_a_processor_has_a_name():
    assert this_processor()
