"""What happens to runs, one line of JSON each on the logger "unroll.runs", for whoever operates the server.

Left out: where the lines go (the logger's handlers), and keys of visitors, which are never written anywhere.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Literal, get_args

from core.jobs.files import to_json

EventName = Literal[
    "submitted", "started", "stopped", "resumed", "ended", "lost", "adopted", "terminated", "killed", "deleted",
    "evicted", "refused", "displaced",
]  # fmt: skip
EVENTS: tuple[str, ...] = get_args(EventName)
_RESERVED = frozenset(("time", "event", "run", "key"))

log = logging.getLogger("unroll.runs")


def log_event(event: EventName, run_id: str, **fields: Any) -> None:
    """Write `{"time": unix seconds, "event", "run", ...}` as one line.

    Args:
        event: What happened; "ended" comes with a `state`, "refused" with a `reason`.
        run_id: The run, "" where there is none yet.
        fields: What else there is to say: numbers, strings, lists and mappings of them. Never a visitor's key.

    Raises:
        ValueError: There is no such event, or a field's name is taken.
    """
    if event not in EVENTS:
        raise ValueError(f"event must be one of {', '.join(EVENTS)}, got {event!r}")
    if taken := _RESERVED & fields.keys():
        raise ValueError(f"fields must not be called {', '.join(sorted(taken))}")
    log.info("%s", to_json({"time": round(time.time(), 3), "event": event, "run": run_id, **fields}))
