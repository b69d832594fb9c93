"""Writes the table of data sets into docs/data.md, from the catalogue itself: `python docs/write_data.py`.

A test fails when the page says something else than the catalogue does. Left out: all other text of the page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.data.entries.entry import Entry

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "data.md"
BEGIN, END = "<!-- sets: written by docs/write_data.py -->", "<!-- end of sets -->"


def sets_as_markdown() -> str:
    """One table a kind of data: first what needs no download, then the public sets with size, parts and licence."""
    sys.path.insert(0, str(ROOT))
    from core.applications import NO_PAGE, application_for
    from core.config.limits import bytes_in_words
    from core.data import catalog

    every = catalog.entries()
    sections = []
    for kind in dict.fromkeys(entry.kind for entry in every):
        mine = [entry for entry in every if entry.kind == kind]
        built_in = ", ".join(_with_count(entry) for entry in mine if not entry.files) or "none"
        rows = ["| id | what | items | download | parts | licence | cite |", "|---|---|---|---|---|---|---|"]
        for entry in (entry for entry in mine if entry.files):
            what = f"{entry.title}. {entry.summary}" + ("" if application_for(entry.kind, entry.id) else f" {NO_PAGE}")
            size = f"{len(entry.files):,} {'file' if len(entry.files) == 1 else 'files'}, {bytes_in_words(entry.bytes)}"
            cells = (f"`{entry.id}`", what, f"{entry.items[0]:,} {entry.items[1]}", size, entry.splits, entry.licence,
                     f"{entry.citation}. {entry.source}")  # fmt: skip
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        table = "\n\n" + "\n".join(rows) if len(rows) > 2 else ""  # of some kinds nothing is published
        sections.append(f"### {kind.capitalize()}\n\nBuilt in: {built_in}.{table}")
    return "\n\n".join(sections)


def _with_count(entry: Entry) -> str:
    """The id of a set, with how many items it holds where that does not depend on an installed library."""
    count, of_what = entry.items
    return f"`{entry.id}` ({count:,} {of_what})" if count else f"`{entry.id}`"


def page_with_sets(page: str) -> str:
    """The page with its tables as the catalogue has them."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{sets_as_markdown()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_sets(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
