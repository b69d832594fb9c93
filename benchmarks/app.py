"""How quick and how large the app is: `python -m benchmarks.app [--json]`, a real server and a real Chromium.

Measures the server's memory before and after the first prediction, the time until Home of a server that nobody has visited shows
a network at work, until a page is usable on a warm start, from a click on Train to the first point, and of a turned knob. Folders
are fresh; the default data is prepared by the first server, so that the second start is a warm one.
Left out: the speed of training (benchmarks.quick) and many visitors at once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from core.applications import one_a_task

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {
    "memory_before_prediction_mb": 300.0,
    "home_picture_seconds": 2.0,
    "usable_seconds": 1.5,
    "first_point_seconds": 1.0,
}
TRIALS, KNOB_TRIALS = 5, 11
BARE_APP = "import streamlit as st\nst.sidebar.button('Train')\n"
_SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"

# Runs before the page's own scripts: notes when the Train button can be pressed, and when a line is on the chart.
_WATCH = """
window.seen = {}; const SIDEBAR = '[data-testid=stSidebar]';
const LINE = "[data-testid=stVegaLiteChart] path[aria-roledescription='line mark']";
const hasCurve = () => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].some(chart =>
    /training step/.test(chart.getAttribute('aria-label')) && chart.querySelector("path[aria-roledescription='line mark']"));
const isTrain = button => button && /Train$/.test(button.innerText.trim());
window.sizeLine = () => [...document.querySelectorAll(SIDEBAR + ' p')]
    .map(e => e.innerText).find(text => / parameters? ·/.test(text));
new MutationObserver(() => {
    const seen = window.seen, now = performance.now();
    if (!seen.usable && [...document.querySelectorAll(SIDEBAR + ' button')].some(b => isTrain(b) && !b.disabled))
        seen.usable = now;
    if (!seen.picture && document.querySelector(LINE)) seen.picture = now;
    if (seen.clicked && !seen.point && hasCurve()) seen.point = now;
    if (seen.turned && !seen.counted && window.sizeLine() && window.sizeLine() !== seen.before) seen.counted = now;
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
document.addEventListener('click', event => {
    if (isTrain(event.target.closest('button'))) window.seen.clicked = performance.now();
}, true);
"""


class Server:
    """`streamlit run` on a free port and the given folders, of this checkout or of another one."""

    def __init__(self, folder: Path, script: Path | None = None, root: Path = ROOT):
        script = script or root / "streamlit_app.py"
        self.runs = folder / "runs"
        environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        environment |= {"UNROLL_RUNS_DIR": str(self.runs), "UNROLL_STATE_DIR": str(folder / "state")}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://localhost:{port}"
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true",
             "--server.port", str(port), "--server.fileWatcherType", "none"],
            cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError("the server ended")
            time.sleep(0.01)
        self.health_seconds = time.perf_counter() - began

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def memory_mb(self) -> float:
        """Resident memory of the server process alone, in MB (10^6 bytes)."""
        with suppress(OSError):
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024 / 1e6  # type: ignore[index]
        output = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True)
        return int(output.stdout) * 1024 / 1e6

    def stop(self) -> None:
        """End the server; a run that still trains hears it by its stop file."""
        for run in self.runs.glob("*/experiment.yaml"):
            (run.parent / "stop").touch()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        if self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        """End the server alone and at once; what trains goes on."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window; the program ends where there is none."""
    found = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
    if found is None:
        sys.exit("no Chromium on the path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """A fresh context at a desk, with the watch."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.add_init_script(_WATCH)
    page.set_default_timeout(120_000)
    return page


def seen(page: Page, what: str) -> float:
    """When the watch saw something, milliseconds since the navigation."""
    page.wait_for_function(f"window.seen.{what}", timeout=120_000)
    return float(page.evaluate(f"window.seen.{what}"))


def floor_seconds(browser: Browser, folder: Path) -> float:
    """What Streamlit and the browser need for a sidebar with nothing but a button."""
    (script := folder / "empty.py").write_text(BARE_APP)
    server = Server(folder, script)
    try:
        times = []
        for _ in range(TRIALS):
            page, seconds = open_usable(browser, server, "")
            times.append(seconds)
            page.context.close()
    finally:
        server.stop()
    return statistics.median(times)


def open_usable(browser: Browser, server: Server, task: str) -> tuple[Page, float]:
    """A task's page and the seconds from navigation to an enabled Train button."""
    page = new_page(browser)
    page.goto(f"{server.url}/{task}")
    return page, seen(page, "usable") / 1000


def open_home(browser: Browser, server: Server) -> tuple[Page, float]:
    """Home, and the seconds from navigation to the first picture of a network at work."""
    page = new_page(browser)
    page.goto(server.url)
    return page, seen(page, "picture") / 1000


def click_train(page: Page) -> None:
    """Press Train in the sidebar."""
    page.get_by_test_id("stSidebar").get_by_role("button", name=re.compile(r"\bTrain$")).click()


def wait_until_over(server: Server, page: Page) -> Path:
    """The folder of the page's run, once it is over and the tabs are there."""
    page.wait_for_url(re.compile("run=[0-9a-f]{32}"))
    folder = server.runs / re.search(r"run=([0-9a-f]{32})", page.url)[1]  # type: ignore[index]
    while not (folder / "result.json").exists():  # until then the tabs may be those of the starter
        time.sleep(0.1)
    page.get_by_role("tabpanel", name="Use it").wait_for()
    page.wait_for_selector(_SETTLED)
    return folder


def look_inside(page: Page) -> None:
    """Ask the network of the page for something that training has not left behind."""
    page.get_by_role("tab", name="Look inside").click()
    page.get_by_role("tabpanel", name="Look inside").get_by_test_id("stPlotlyChart").first.wait_for()


def warm_worker(seconds: float = 12.0) -> None:
    """The spare worker says nothing when it stands by; give it time to import torch."""
    time.sleep(seconds)


def first_points(
    browser: Browser, server: Server, tasks: Sequence[str] = one_a_task()
) -> tuple[list[float], list[float]]:
    """For each task, seconds from the click to the first point on the chart, and to the first record on the disk."""
    on_chart, on_disk = [], []
    for task in tasks:
        page, _ = open_usable(browser, server, task)
        page.wait_for_selector(_SETTLED)
        warm_worker()
        click_train(page)
        clicked_at = time.time() - (page.evaluate("performance.now()") - seen(page, "clicked")) / 1000
        on_chart.append((seen(page, "point") - seen(page, "clicked")) / 1000)
        folder = wait_until_over(server, page)
        on_disk.append(_first_record(folder) - clicked_at)
        page.context.close()
        time.sleep(16)  # the launcher gives a new run that long before it makes the next spare
    return on_chart, on_disk


def _first_record(folder: Path) -> float:
    """When the first training record was written, unix seconds: the run's start plus the record's own clock."""
    status = json.loads((folder / "status.json").read_text())
    first = next(
        record for line in (folder / "metrics.jsonl").read_text().splitlines()
        if (record := json.loads(line)).get("split") == "train"
    )  # fmt: skip
    ended = status["heartbeat"]
    return float(ended - status["seconds"] + first["seconds"])


def knob_times(browser: Browser, server: Server) -> list[float]:
    """Seconds from a turned knob to the new number of parameters."""
    page, _ = open_usable(browser, server, "generation")
    page.wait_for_selector(_SETTLED)
    field = page.get_by_test_id("stSidebar").get_by_label("Hidden size", exact=True)
    times = []
    for trial in range(KNOB_TRIALS):
        field.fill(str(200 + 8 * trial))
        page.evaluate(
            """() => { window.seen.before = window.sizeLine();
                window.seen.counted = 0; window.seen.turned = performance.now(); }"""
        )
        field.press("Enter")
        times.append((seen(page, "counted") - float(page.evaluate("window.seen.turned"))) / 1000)
        page.wait_for_selector(_SETTLED)
    page.context.close()
    return times


def memory(browser: Browser, server: Server) -> tuple[float, float]:
    """The server's memory with Home and every page open, each with its starter, and after a prediction of each task."""
    open_home(browser, server)[0].context.close()
    pages = [open_usable(browser, server, task)[0] for task in one_a_task()]
    for page in pages:
        page.wait_for_selector(_SETTLED)
    before = server.memory_mb()
    for page in pages:
        click_train(page)
        wait_until_over(server, page)
        look_inside(page)
        page.context.close()
    return before, server.memory_mb()


def measure(browser: Browser, folder: Path) -> dict[str, Any]:
    """All figures; seconds and MB."""
    first = Server(folder)  # prepares the data
    try:
        before, after = memory(browser, first)
    finally:
        first.stop()
    result: dict[str, Any] = {
        "memory_before_prediction_mb": round(before, 1),
        "memory_after_prediction_mb": round(after, 1),
    }
    health, home, usable, again = [], [], [], []
    for _ in range(TRIALS):
        server = Server(folder)  # that nobody has visited
        page, seconds = open_home(browser, server)
        home.append(seconds)
        page.context.close()
        server.stop()
    for _ in range(TRIALS):
        server = Server(folder)
        health.append(server.health_seconds)
        page, seconds = open_usable(browser, server, "forecasting")
        usable.append(seconds)
        page.goto(f"{server.url}/generation")  # the same browser has Streamlit's own files now
        again.append(seen(page, "usable") / 1000)
        page.context.close()
        server.stop()
    times = {"health": health, "home_picture": home, "usable": usable, "usable_next_page": again}
    result |= {f"{name}_seconds": round(statistics.median(found), 3) for name, found in times.items()}
    result["usable_empty_app_seconds"] = round(floor_seconds(browser, folder), 3)
    server = Server(folder)
    try:
        knobs = knob_times(browser, server)
        on_chart, on_disk = first_points(browser, server)
    finally:
        server.stop()
    result["knob_seconds"] = round(statistics.median(knobs), 3)
    result["first_point_seconds"] = round(statistics.median(on_chart), 3)
    result["first_point_by_task"] = dict(zip(one_a_task(), (round(value, 3) for value in on_chart), strict=True))
    result["first_record_by_task"] = dict(zip(one_a_task(), (round(value, 3) for value in on_disk), strict=True))
    return result


def main(arguments: list[str]) -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        result = measure(browser, Path(folder))
    result["load_average"] = round(os.getloadavg()[0], 2)
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        target = f"  target below {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"{name:32} {value}{target}")


if __name__ == "__main__":
    main(sys.argv[1:])
