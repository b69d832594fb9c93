"""Writes the cells into docs/engine.md, from the cells themselves: `python docs/write_cells.py`.

A test fails when the page says something else than the classes do. Left out: all other text of the page.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "engine.md"
BEGIN, END = "<!-- cells: written by docs/write_cells.py -->", "<!-- end of cells -->"


def cells_as_markdown() -> str:
    """One section a cell: name, sentence, equations, gates, how it runs, reference."""
    sys.path.insert(0, str(ROOT))
    from core.models.cells import CELLS, build_cell

    sections = []
    for name, cls in CELLS.items():
        lead, _, rest = inspect.cleandoc(cls.__doc__ or "").partition("::\n")
        lines = rest.split("\n")
        equations = [line for line in lines if line.startswith("    ") or not line.strip()]
        equations = equations[: next(i for i, line in enumerate(lines[1:], 1) if line and line[0] != " ")]
        text, _, reference = "\n".join(lines[len(equations) :]).partition("Reference:\n")
        kernel = build_cell(name).kernel
        facts = [f"Gates: {', '.join(cls.gates)}."]
        if kernel:
            facts.append(f"torch's kernel: `{kernel.removesuffix('_tanh')}`.")
        sections.append(
            f"### `{name}`: {cls.label}\n\n{_flow(lead)}\n\n"
            f"```\n{textwrap.dedent(chr(10).join(equations)).strip(chr(10))}\n```\n\n"
            + "\n\n".join(part for part in (_flow(text), " ".join(facts), f"Reference: {_flow(reference)}") if part)
        )
    return "\n\n".join(sections)


def page_with_cells(page: str) -> str:
    """The page with its section of cells as the classes say it now."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{cells_as_markdown()}\n\n{END}{rest.split(END)[1]}"


def _flow(text: str) -> str:
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(part.replace("``", "`").replace(":class:`", "`") for part in paragraphs if part)


if __name__ == "__main__":
    PAGE.write_text(page_with_cells(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
