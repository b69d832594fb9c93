"""Two checkouts in turns: `python -m benchmarks.side_by_side OTHER [--rounds 3] [--tasks NAME ...] [--json]`.

What a visitor waits for, each with a real server and a real Chromium: the four task pages until Train can be pressed, an
ordinary file of a megabyte from the end of its upload to its rows on the screen, and the first point of the curve after a
click on Train. This checkout and the other one take turns (A B A B), so that a busy machine is busy for both.
Left out: memory and knobs (app.py), what strangers do (hostile.py).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.app import ROOT, Server, chromium, first_points, open_usable
from benchmarks.hostile_files import ordinary
from core.applications import one_a_task

ROWS = 34_000  # a megabyte
_UPLOADED = "performance.getEntriesByType('resource').filter(entry => entry.name.includes('upload_file'))"
_WATCH_ROWS = """
new MutationObserver(() => {
    if (!window.seen.rows && document.querySelector('[data-testid=stMain] [data-testid=stDataFrame]'))
        window.seen.rows = performance.now();
}).observe(document, {subtree: true, childList: true});
"""

Times = dict[str, list[float]]


def preview_seconds(browser: Browser, server: Server, seed: int) -> float:
    """Seconds from the end of the upload of an ordinary table to its rows on the screen."""
    page, _ = open_usable(browser, server, "forecasting")
    page.evaluate(_WATCH_ROWS)
    content = {"name": "ordinary.csv", "mimeType": "text/csv", "buffer": ordinary(ROWS, seed)}
    page.locator("[data-testid=stSidebar] input[type=file]").first.set_input_files(content)  # type: ignore[arg-type]
    page.wait_for_function("window.seen.rows")
    shown, uploaded = page.evaluate("window.seen.rows"), page.evaluate(f"{_UPLOADED}.at(-1).responseEnd")
    page.context.close()
    return float(shown - uploaded) / 1000


def measure_once(browser: Browser, server: Server, seed: int, tasks: Sequence[str]) -> dict[str, float]:
    """Every figure once, in seconds."""
    found = {}
    for task in one_a_task():
        page, found[f"page {task}"] = open_usable(browser, server, task)
        page.context.close()
    found["preview of 1 MB, first"] = preview_seconds(browser, server, 2 * seed)
    found["preview of 1 MB, next"] = preview_seconds(browser, server, 2 * seed + 1)
    on_chart, _ = first_points(browser, server, tasks)
    return found | {f"first point {task}": seconds for task, seconds in zip(tasks, on_chart, strict=True)}


def measure(
    browser: Browser, folder: Path, roots: Mapping[str, Path], rounds: int, tasks: Sequence[str]
) -> dict[str, Times]:
    """All figures of all checkouts; one server of each prepares the data before, in a folder of its own."""
    times: dict[str, Times] = {name: defaultdict(list) for name in roots}
    for name, root in roots.items():
        server = Server(folder / name, root=root)
        try:
            for task in one_a_task():
                open_usable(browser, server, task)[0].context.close()
        finally:
            server.stop()
    for seed in range(rounds):
        for name, root in roots.items():
            server = Server(folder / name, root=root)
            try:
                for what, seconds in measure_once(browser, server, seed, tasks).items():
                    times[name][what].append(seconds)
            finally:
                server.stop()
    return times


def table(times: Mapping[str, Times]) -> str:
    """Medians side by side, with the least and the most."""
    names = list(times)
    lines = ["| seconds | " + " | ".join(names) + " | difference |", "|---|" + "---|" * (len(names) + 1)]
    for what in times[names[0]]:
        middles = [statistics.median(times[name][what]) for name in names]
        cells = [
            f"{middle:.2f} ({min(times[name][what]):.2f} to {max(times[name][what]):.2f})"
            for name, middle in zip(names, middles, strict=True)
        ]
        lines.append(f"| {what} | " + " | ".join(cells) + f" | {middles[0] - middles[-1]:+.2f} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=3, help="how often each takes its turn")
    parser.add_argument("--tasks", nargs="*", default=["forecasting", "generation"], help="those whose training starts")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that no server stays behind
    roots = {"this": ROOT, "other": options.other.resolve()}
    with chromium() as browser, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        times = measure(browser, Path(folder), roots, options.rounds, options.tasks)
    load = round(os.getloadavg()[0], 2)
    if options.json:
        print(json.dumps({"load_average": load, **times}))
    else:
        print(f"{table(times)}\n\n{options.rounds} rounds, medians with the least and the most; load average {load}")


if __name__ == "__main__":
    main(sys.argv[1:])
