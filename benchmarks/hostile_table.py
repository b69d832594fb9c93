"""What one attack did to others, as a row of a table with the targets that it missed.

Left out: measuring it (hostile.py).
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MOST_SILENCE, MOST_MEDIAN, MOST_WORST = 0.5, 0.3, 2.0
"""Seconds: health, and a visitor's answers to a turned knob."""
MOST_LEFT_MB = 150.0
_LONGEST_WORDS = 160


@dataclass(frozen=True)
class Row:
    """What one attack did.

    Attributes:
        name: The attack's.
        seconds: Until its last page was at rest, or it was broken off.
        silence: The longest that the server took to say that it is well, seconds.
        turns: A visitor's answers to a turned knob, seconds.
        panel: The longest between two renewals of a live panel, seconds.
        left_mb: Memory of the server some seconds after the attack above what it was before.
        above_mb: The same above what it was before the first attack on this server.
        peak_mb: The most that it had, above the same.
        tree_mb: Memory of the server's processes, itself as well, above what it was before this attack.
        told: What the stranger was told.
        is_due: Whether something had to be told.
        notes: What else was found; a miss begins with MISS.
        killed: Why the server had to be killed, "" where it had not.
        load: The machine's load average.
    """

    name: str
    seconds: float
    silence: float
    turns: list[float]
    panel: float
    left_mb: float
    above_mb: float
    peak_mb: float
    tree_mb: float
    told: str
    is_due: bool
    notes: list[str]
    killed: str
    load: float

    @property
    def misses(self) -> list[str]:
        """The targets that this attack missed, in a word each."""
        found = {
            "silence": self.silence > MOST_SILENCE,
            "median": bool(self.turns) and statistics.median(self.turns) > MOST_MEDIAN,
            "worst": max(self.turns, default=0.0) > MOST_WORST,
            "memory": self.left_mb > MOST_LEFT_MB,
            "told": self.is_due and not self.told,
            "killed": bool(self.killed),
            "seen": any(note.startswith("MISS") for note in self.notes),
        }
        return [name for name, is_missed in found.items() if is_missed]


HEAD = (
    "| attack | health silent, s | knob, median ms | worst ms | panel, s | memory left, MB | most, MB | processes, MB "
    "| the stranger is told | found | missed |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def line(row: Row) -> str:
    """A row of the table."""
    turns = [f"{1000 * statistics.median(row.turns):,.0f}", f"{1000 * max(row.turns):,.0f}"] if row.turns else ["-"] * 2
    figures = [f"{row.silence:.2f}", *turns, f"{row.panel:.1f}", *(
        f"{value:+,.0f}" for value in (row.left_mb, row.peak_mb, row.tree_mb)
    )]  # fmt: skip
    found = "; ".join([*row.notes, *([f"killed: {row.killed}"] if row.killed else [])])
    told = row.told or ("**nothing**" if row.is_due else "-")
    words = [cell(row.name), *figures, cell(told), cell(found), ", ".join(row.misses) or "none"]
    return "| " + " | ".join(words) + " |"


def cell(text: str) -> str:
    """Words for a cell of a table: one line, not too long, nothing that ends it."""
    flat = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return flat if len(flat) <= _LONGEST_WORDS else flat[: _LONGEST_WORDS - 3] + "..."


def summary(rows: Sequence[Row], memory: dict[str, float]) -> str:
    """What all rows say together, with the targets."""
    turns = [seconds for row in rows for seconds in row.turns]
    missed = [row for row in rows if row.misses]
    lines = [
        f"{len(rows)} attacks, {len(missed)} with a target missed; servers killed: {sum(bool(row.killed) for row in rows)}",
        f"health silent for {max(row.silence for row in rows):.2f} s at most (target {MOST_SILENCE} s)",
        f"memory left by one attack at most {max(row.left_mb for row in rows):+,.0f} MB (target {MOST_LEFT_MB:.0f} MB)",
        f"load average {min(row.load for row in rows):.1f} to {max(row.load for row in rows):.1f} on {os.cpu_count()} cores",
    ]
    if turns:
        median, worst = 1000 * statistics.median(turns), 1000 * max(turns)
        lines.insert(
            2,
            f"{len(turns)} knobs turned: median {median:,.0f} ms (target {1000 * MOST_MEDIAN:.0f}), worst {worst:,.0f} ms "
            f"(target {1000 * MOST_WORST:,.0f})",
        )
    if memory:
        first, last = memory["base_mb"], memory["end_mb"]
        lines.append(f"the last server at first {first:,.0f} MB, when all had left {last:,.0f} MB")
    return "\n".join(f"- {one}" for one in lines)
