"""Writes the table of limits into docs/hosting.md, from the limits themselves: `python docs/write_limits.py`.

A test fails when the page says something else than the code does. Left out: all other text of the page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "hosting.md"
BEGIN, END = "<!-- limits: written by docs/write_limits.py -->", "<!-- end of limits -->"


def limits_as_markdown() -> str:
    """One row a limit: its variable, what it says, and its value in both profiles."""
    sys.path.insert(0, str(ROOT))
    from core.config.limits import HOSTED, Limits

    rows = ["| variable | what | `local` | `hosted` |", "|---|---|---|---|"]
    for name, field in Limits.model_fields.items():
        if name != "profile":
            what = str(field.description).format("N")
            local, hosted = field.default, HOSTED.get(name, field.default)
            rows.append(f"| `UNROLL_{name.upper()}` | {what} | {_number(local)} | {_number(hosted)} |")
    return "\n".join(rows)


def _number(value: Any) -> str:
    return "none" if value is None else f"{value:_.0f}"  # as a variable takes it


def page_with_limits(page: str) -> str:
    """The page with its table as the code has it."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{limits_as_markdown()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_limits(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
