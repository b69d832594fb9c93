"""Many visitors at once: `python -m benchmarks.load [--sessions 50] [--tabs 5] [--seconds 60] [--quick] [--json]`.

A real server on fresh folders, one long training that uses the machine, and sessions that watch it live and turn a knob
now and then: some are tabs of a real Chromium, the others speak the same protocol (benchmarks.visitors). All of it
shares this machine, so the visitors' own work is in the figures as well.
Left out: a network between visitors and server, and training of many visitors (the queue has its own tests).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.app import ROOT, Server, chromium, click_train, new_page, seen, warm_worker
from benchmarks.crowd import Crowd, play
from benchmarks.visitors import Visitor

TARGETS = {"median of all": 300.0}
TASK = "generation"
LONG = {f"{TASK}.training.max_steps": "1000000", f"{TASK}.training.max_seconds": "3000"}
SETTINGS = {
    "UNROLL_PROFILE": "hosted", "UNROLL_MAX_STEPS": "1000000", "UNROLL_MAX_SECONDS": "3600",
    "UNROLL_MAX_RUNNING_PER_VISITOR": "4", "UNROLL_MAX_QUEUED_PER_VISITOR": "100", "UNROLL_MAX_QUEUED": "1000",
    # All of them come from this machine.
    "UNROLL_MAX_RUNNING_PER_ADDRESS": "none", "UNROLL_MAX_QUEUED_PER_ADDRESS": "none",
    "UNROLL_MAX_PAGES_PER_ADDRESS": "none",
}  # fmt: skip
KEPT_SECONDS = 120
"""Streamlit keeps a session that lost its stream for this long (`server.disconnectedSessionTTL`)."""
OPEN_GAP_SECONDS = 0.25
"""Between two visitors who come: each one's first page costs the server a tenth of a second."""
_KNOB = "[data-testid=stSidebar] [data-testid=stNumberInput] input[aria-label='Hidden size']"


@dataclass(frozen=True)
class Plan:
    """How much is measured: visitors, how many of them are tabs, for how long, seconds between two interactions."""

    sessions: int = 50
    tabs: int = 5
    seconds: float = 60.0
    pause: float = 10.0
    kept_seconds: int = KEPT_SECONDS


QUICK = Plan(12, 2, 15.0, 5.0, 10)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, by the nearest rank; not a number where there are none."""
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, got {share}")
    if not values:
        return float("nan")
    ordered = sorted(values)
    rank = max(1, -int(-share * len(ordered) // 1))
    return ordered[rank - 1]


def row(name: str, values: Sequence[float], unit: str = "ms", scale: float = 1000.0) -> str:
    """One line of the table: how many, median, 95th percentile, most."""
    if not values:
        return f"| {name} | 0 | - | - | - |"
    shown = [f"{value * scale:,.0f} {unit}" if scale > 1 else f"{value:.2f} {unit}" for value in (
        statistics.median(values), percentile(values, 0.95), max(values)
    )]  # fmt: skip
    return f"| {name} | {len(values)} | " + " | ".join(shown) + " |"


@contextmanager
def serving(folder: Path, plan: Plan, **settings: str) -> Iterator[Server]:
    """A server with the hosted profile and room for this benchmark's runs."""
    before = dict(os.environ)
    os.environ.update(SETTINGS | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(plan.kept_seconds)} | settings)
    try:
        server = Server(folder, ROOT / "streamlit_app.py")
    finally:
        os.environ.clear()
        os.environ.update(before)
    try:
        yield server
    finally:
        server.stop()


def start_training(crowd: Crowd, server: Server, asked: Mapping[str, str] = LONG) -> str:
    """Press Train for a training that does not end by itself, leave the page, and return the run's id."""
    visitor = Visitor(server.url, TASK, urlencode(asked))
    crowd.call(visitor.open())
    crowd.call(visitor.press(f"{TASK}:train"))
    deadline = time.monotonic() + 30
    while (run := visitor.parameter("run")) is None:
        if time.monotonic() > deadline:
            raise RuntimeError("the page did not start a training")
        time.sleep(0.05)
    while not (server.runs / run / "metrics.jsonl").exists():
        if time.monotonic() > deadline:
            raise RuntimeError("the training did not start")
        time.sleep(0.05)
    crowd.call(visitor.close())
    return run


def finish_one(crowd: Crowd, server: Server, task: str = TASK) -> str:
    """Train the quick preset and look at what it writes: the server has then loaded all that it ever loads.

    Returns:
        The run's id.
    """
    visitor = Visitor(server.url, task, urlencode({f"{task}.training.max_steps": "20"}))
    crowd.call(visitor.open())
    crowd.call(visitor.press(f"{task}:train"))
    deadline = time.monotonic() + 120
    while not (server.runs / (visitor.parameter("run") or "none") / "result.json").exists():
        if time.monotonic() > deadline:
            raise RuntimeError("a short training did not end")
        time.sleep(0.2)
    time.sleep(10)  # the page looks again, and torch is loaded
    crowd.call(visitor.close())
    return visitor.parameter("run") or ""


def after_leaving(crowd: Crowd, server: Server, plan: Plan) -> float:
    """MB of the server once nobody is there and Streamlit has forgotten them; a visitor who comes makes it look."""
    time.sleep(plan.kept_seconds + 3)
    visitor = Visitor(server.url, "")
    crowd.call(visitor.open())
    crowd.call(visitor.close())
    time.sleep(2)
    return server.memory_mb()


def open_tab(browser: Browser, server: Server, run: str) -> Page:
    """A tab that watches a run."""
    page = new_page(browser)
    page.goto(f"{server.url}/{TASK}?run={run}")
    page.locator(_KNOB).wait_for()
    return page


def turn_in_tab(page: Page, size: int) -> float:
    """Seconds from Enter in the hidden size to the new number of parameters on the screen."""
    page.locator(_KNOB).fill(str(size))
    page.evaluate(
        """() => { window.seen.before = window.sizeLine();
            window.seen.counted = 0; window.seen.turned = performance.now(); }"""
    )
    page.locator(_KNOB).press("Enter")
    return (seen(page, "counted") - float(page.evaluate("window.seen.turned"))) / 1000


def turn_in_tabs(pages: list[Page], until: float, pause: float, rng: random.Random) -> list[float]:
    """One tab after the other turns the knob, each about every `pause` seconds."""
    times = []
    while time.monotonic() < until:
        for page in pages:
            times.append(turn_in_tab(page, rng.randrange(300, 900, 8)))
            page.wait_for_timeout(1000 * pause / len(pages))
    return times


def measure_crowd(browser: Browser, crowd: Crowd, server: Server, plan: Plan) -> dict[str, Any]:
    """Everyone watches one live run; seconds and MB."""
    finish_one(crowd, server)
    run = start_training(crowd, server)
    base = after_leaving(crowd, server, plan)
    visitors = [Visitor(server.url, TASK, f"run={run}") for _ in range(plan.sessions - plan.tabs)]
    began = time.monotonic()
    crowd.each(visitors, Visitor.open, gap=OPEN_GAP_SECONDS)
    pages = [open_tab(browser, server, run) for _ in range(plan.tabs)]
    opened = time.monotonic() - began
    time.sleep(5)
    received, began = sum(visitor.seen.bytes for visitor in visitors), time.monotonic()
    for visitor in visitors:
        visitor.seen.ticks.clear()
        visitor.seen.refreshes.clear()
    process = psutil.Process(server.process.pid)
    used = sum(process.cpu_times()[:2])
    until = began + plan.seconds
    playing = [
        crowd.begin(play(visitor, TASK, until, plan.pause, random.Random(index)))
        for index, visitor in enumerate(visitors)
    ]
    in_tabs = turn_in_tabs(pages, until, plan.pause, random.Random(-1))
    for one in playing:
        one.result()
    spent = time.monotonic() - began
    result: dict[str, Any] = {
        "in_form": [value for visitor in visitors for value in visitor.seen.in_form],
        "on_page": [value for visitor in visitors for value in visitor.seen.on_page],
        "in_tabs": in_tabs,
        "unanswered": sum(visitor.seen.unanswered for visitor in visitors),
        "ticks": [value for visitor in visitors for value in visitor.seen.ticks],
        "refreshes": [value for visitor in visitors for value in visitor.seen.refreshes],
        "intervals": [visitor.seen.intervals[-1] for visitor in visitors if visitor.seen.intervals],
        "opened_seconds": opened,
        "server_cores": (sum(process.cpu_times()[:2]) - used) / spent,
        "kb_per_second_each": (sum(v.seen.bytes for v in visitors) - received) / 1000 / spent / max(1, len(visitors)),
        "base_mb": base,
        "during_mb": server.memory_mb(),
    }
    crowd.each(visitors, Visitor.close)
    for page in pages:
        page.context.close()
    result["after_mb"] = after_leaving(crowd, server, plan)
    return result


def measure_first_point(browser: Browser, crowd: Crowd, server: Server, plan: Plan) -> float:
    """Seconds from a click on Train to the first point on a tab's chart while the others watch another training."""
    finish_one(crowd, server)
    run = start_training(crowd, server)
    visitors = [Visitor(server.url, TASK, f"run={run}") for _ in range(plan.sessions)]
    crowd.each(visitors, Visitor.open, gap=OPEN_GAP_SECONDS)
    page = new_page(browser)
    page.goto(f"{server.url}/{TASK}")
    seen(page, "usable")
    warm_worker(20.0)
    click_train(page)
    seconds = (seen(page, "point") - seen(page, "clicked")) / 1000
    page.context.close()
    crowd.each(visitors, Visitor.close)
    return seconds


def table(result: dict[str, Any]) -> str:
    """The figures, for people."""
    every = [*result["in_form"], *result["on_page"], *result["in_tabs"]]
    lines = [
        "| interaction to the script's end | number | median | 95% | most |",
        "|---|---|---|---|---|",
        row("knob in the form", result["in_form"]),
        row("preset, whole page", result["on_page"]),
        row("knob in a real tab, to the screen", result["in_tabs"]),
        row("all (target: median below 300 ms)", every),
        row("a live panel renews itself", result["ticks"]),
        row("seconds between two such", result["refreshes"], "s", 1),
        row("interval set by the server", result["intervals"], "s", 1),
        "",
        f"interactions without an answer: {result['unanswered']}",
        f"server: {result['server_cores']:.2f} cores, {result['kb_per_second_each']:.1f} kB/s to each session; "
        f"all open after {result['opened_seconds']:.0f} s",
        f"memory: {result['base_mb']:.0f} MB at first, {result['during_mb']:.0f} MB with all, "
        f"{result['after_mb']:.0f} MB after they left",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", type=int, help="visitors at once")
    parser.add_argument("--tabs", type=int, help="how many of them are tabs of Chromium")
    parser.add_argument("--seconds", type=float, help="how long they interact")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else Plan()
    plan = Plan(
        plan.sessions if options.sessions is None else options.sessions,
        plan.tabs if options.tabs is None else options.tabs,
        plan.seconds if options.seconds is None else options.seconds,
        plan.pause, plan.kept_seconds,
    )  # fmt: skip
    with chromium() as browser, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        crowd = Crowd()
        with serving(Path(folder) / "watch", plan) as server:
            result = measure_crowd(browser, crowd, server, plan)
        if not options.json:
            print(table(result), flush=True)
        with serving(Path(folder) / "start", plan, UNROLL_SLOTS="2") as server:
            result["first_point"] = measure_first_point(browser, crowd, server, plan)
        crowd.close()
    if options.json:
        print(json.dumps(result))
    else:
        print(f"first point of a training started meanwhile: {result['first_point']:.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
