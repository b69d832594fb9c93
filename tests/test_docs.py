"""What the guides say of the code is what the code says."""

import importlib.util
from pathlib import Path

from core.claims.figures import Figure
from core.claims.registry import CLAIMS
from core.data import catalog
from core.models.cells import CELLS
from ui.learn.lessons import ENTRIES

ROOT = Path(__file__).resolve().parents[1]


def writer(name):
    """The module that writes a part of a page."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_shows_every_cell_as_its_class_does():
    write_cells = writer("write_cells")
    page = write_cells.PAGE.read_text(encoding="utf-8")
    assert write_cells.page_with_cells(page) == page, "run: python docs/write_cells.py"
    for name, cell in CELLS.items():
        assert f"### `{name}`: {cell.label}\n" in page


def test_the_table_of_data_sets_is_the_catalogue():
    write_data = writer("write_data")
    page = write_data.PAGE.read_text(encoding="utf-8")
    assert write_data.page_with_sets(page) == page, "run: python docs/write_data.py"
    for entry in catalog.entries():
        assert f"`{entry.id}`" in page


def test_the_tables_of_claims_are_what_is_stored():
    write_claims = writer("write_claims")
    page = write_claims.PAGE.read_text(encoding="utf-8")
    assert write_claims.page_with_tables(page) == page, "run: python docs/write_claims.py"
    for claim in CLAIMS.values():
        assert f"| {claim.id} " in page and f"\n## {claim.id} " in page


def test_a_share_is_not_rounded_to_a_whole_number_in_the_guide_and_a_delay_is():
    cell = writer("write_claims").cell
    share = Figure("F5", "numbers", "with attention", "longest quarter", (0.99, 0.98, 1.0))
    assert cell(share) == share.said == "0.990 ± 0.010"
    assert cell(Figure("F2", "recall", "RNN", "longest delay", (40.0, 80.0))) == "60 (40, 80)"


def test_the_guide_to_the_lectures_says_where_each_row_is():
    write_lectures = writer("write_lectures")
    page = write_lectures.PAGE.read_text(encoding="utf-8")
    assert write_lectures.page_with_rows(page) == page, "run: python docs/write_lectures.py"
    held = {row for entry in ENTRIES for row in entry.covers} | write_lectures.TASKS.keys()
    assert held | {*write_lectures.LATER} == set(write_lectures.ROWS)
