"""How quickly a page is there: `python -m benchmarks.page [--pages P ...] [--rounds N] [--other CHECKOUT]`, in a real Chromium.

Every round starts a fresh server on prepared data for every page (what a restarted host is to its first visitor), opens the
page in a fresh browser context, and beside it a bare Streamlit app of a sidebar with one button, whose seconds the others are
divided by. Counted are files and bytes as they travel, and the seconds until Train can be pressed, until all charts stand and
until all that the browser asks for has come; `later` is Train again, for a visitor who comes to the same server
when it has stood for a while. With `--clicks` also the seconds from a click on Train to the first point of the curve; with
`--busy` everything once more beside a process that takes all the time that it can get.
What says most on a machine with other things to do is `browser_cpu`, the processor seconds of the page's main thread until
all has come, and `server_cpu`, those of the server's process from its start.
Left out: memory, knobs and Home (benchmarks.app), whose server and browser these are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.app import BARE_APP, ROOT, Server, chromium, first_points, new_page, open_usable, seen
from benchmarks.quick import busy_process
from core.applications import one_a_task

BARE = "bare"
OTHER = " of the other"
SETTLED_SECONDS = 8.0  # after the start: all is imported, and the spare worker has imported torch
QUIET_SECONDS = 1.0  # without another file: then all has come
PLOTLY = "PlotlyChart"
COLUMNS = (
    "files",
    "megabytes",
    "plotly_files",
    "usable",
    "ratio",
    "later",
    "later_ratio",
    "drawn",
    "quiet",
    "browser_cpu",
    "server_cpu",
)
_DRAWN = """() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
    && [...document.querySelectorAll('[data-testid=stVegaLiteChart], [data-testid=stPlotlyChart]')]
        .every(chart => chart.querySelector('svg, canvas')) ? performance.now() : 0"""


def look(browser: Browser, server: Server, task: str) -> dict[str, float]:
    """One visit in a fresh context: what travels, and when the page is there."""
    page = new_page(browser)
    files: dict[str, str] = {}
    came = {"bytes": 0.0, "count": 0.0, "last": time.perf_counter()}
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Performance.enable", {"timeDomain": "threadTicks"})

    def finished(event: Mapping[str, Any]) -> None:
        came["bytes"] += event["encodedDataLength"]
        came["count"] += 1
        came["last"] = time.perf_counter()

    client.on("Network.requestWillBeSent", lambda event: files.__setitem__(event["requestId"], event["request"]["url"]))
    client.on("Network.loadingFinished", finished)
    began = time.perf_counter()
    page.goto(f"{server.url}/{'' if task == BARE else task}")
    result = {"usable": seen(page, "usable") / 1000}
    if task != BARE:
        result["drawn"] = float(page.wait_for_function(_DRAWN, polling=50).json_value()) / 1000
    while time.perf_counter() - came["last"] < QUIET_SECONDS:
        page.wait_for_timeout(50)
    metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
    result |= {
        "browser_cpu": metrics["TaskDuration"],
        "server_cpu": _processor_seconds(server),
        "quiet": came["last"] - began,
        "files": came["count"],
        "megabytes": came["bytes"] / 1e6,
        "plotly_files": float(sum(PLOTLY in url for url in files.values())),
    }
    page.context.close()
    return result


def _processor_seconds(server: Server) -> float:
    """What the server's process has taken since it began, without its children."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    browser: Browser, folder: Path, tasks: Sequence[str], rounds: int, other: Path | None = None
) -> dict[str, dict[str, float]]:
    """The medians of so many rounds for the bare app and each page, of another checkout too; ratios are to the bare app."""
    bare = folder / "empty.py"
    bare.write_text(BARE_APP)
    places = [(task, ROOT) for task in (BARE, *tasks)] + [(task, other) for task in tasks if other is not None]
    looks: dict[str, list[dict[str, float]]] = {}
    for _ in range(rounds):
        for task, root in places:
            name = task if root == ROOT else f"{task}{OTHER}"
            server = Server(folder, bare if task == BARE else None, root=root)
            try:
                began = time.perf_counter()
                found = look(browser, server, task)
                time.sleep(max(0.0, SETTLED_SECONDS - (time.perf_counter() - began)))
                found["later"] = look(browser, server, task)["usable"]
            finally:
                server.stop()
            looks.setdefault(name, []).append(found)
    medians = {
        name: {field: statistics.median(one[field] for one in found) for field in found[0]}
        for name, found in looks.items()
    }  # fmt: skip
    for row in medians.values():
        row["ratio"] = row["usable"] / medians[BARE]["usable"]
        row["later_ratio"] = row["later"] / medians[BARE]["later"]
    return medians


def clicks(browser: Browser, folder: Path, tasks: Sequence[str]) -> dict[str, dict[str, float]]:
    """Seconds from the click to the first point on the chart, and to the first record on the disk, the spare worker warm."""
    server = Server(folder)
    try:
        on_chart, on_disk = first_points(browser, server, tasks)
    finally:
        server.stop()
    return {
        task: {"first_point": chart, "first_record": disk}
        for task, chart, disk in zip(tasks, on_chart, on_disk, strict=True)
    }


def prepare(browser: Browser, folder: Path, tasks: Sequence[str]) -> None:
    """Have a first server prepare the data, so that all that are measured start warm."""
    server = Server(folder)
    try:
        for task in tasks:
            open_usable(browser, server, task)[0].context.close()
        time.sleep(5.0)
    finally:
        server.stop()


def main(arguments: Sequence[str]) -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", nargs="*", default=list(one_a_task()), help="names of applications")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clicks", action="store_true", help="also trainings of each page, to their first point")
    parser.add_argument("--busy", action="store_true", help="also beside a busy process")
    parser.add_argument("--other", type=Path, help="another checkout, opened in turns with this one")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args(arguments)
    results: dict[str, Any] = {}
    with chromium() as browser, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(browser, folder, asked.pages)
        for situation in ("quiet", *(["beside a busy process"] if asked.busy else [])):
            with busy_process() if situation != "quiet" else nullcontext():
                rows = measure(browser, folder, asked.pages, asked.rounds, asked.other) if asked.rounds else {}
                for task, row in clicks(browser, folder, asked.pages).items() if asked.clicks else ():
                    rows[task] = rows.get(task, {}) | row
            results[situation] = {**rows, "load_average": round(os.getloadavg()[0], 2)}
            if not asked.json:
                _print(situation, rows)
    if asked.json:
        print(json.dumps(results))


def _print(situation: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    names = [name for name in (*COLUMNS, "first_point", "first_record") if any(name in row for row in rows.values())]
    print(f"| {situation} | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}")
    for task, row in rows.items():
        print(f"| {task} | {' | '.join(f'{row[name]:.2f}' if name in row else '' for name in names)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
