"""What the guides say of the code is what the code says."""

import importlib.util
from pathlib import Path

from core.models.cells import CELLS

ROOT = Path(__file__).resolve().parents[1]


def test_the_guide_shows_every_cell_as_its_class_does():
    spec = importlib.util.spec_from_file_location("write_cells", ROOT / "docs" / "write_cells.py")
    write_cells = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write_cells)
    page = write_cells.PAGE.read_text(encoding="utf-8")
    assert write_cells.page_with_cells(page) == page, "run: python docs/write_cells.py"
    for name, cell in CELLS.items():
        assert f"### `{name}`: {cell.label}\n" in page
