"""How quick the Learn pages' figures are: `python -m benchmarks.learn [PAGE]... [--json]`, a real server and Chromium.

Of every page: the time until its figure stands on a warm server, a step (from the key to the frame that shows it, in the
browser), an edit (from the changed number to the redrawn scene, through Python), and whether anything but the fragment ran
for it. Targets: 50 ms and 500 ms, both median. Left out: trainings that pages start (benchmarks.quick).
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.app import Server, chromium
from ui.learn.lessons import ENTRIES

STEPS, EDITS = 40, 15

_STEP = """async (root, count) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const key = root.dataset.back ? "ArrowLeft" : "ArrowRight", began = performance.now();
    root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - began);
    if (i % 8 === 7) root.dispatchEvent(new KeyboardEvent("keydown", { key: "Home", bubbles: true }));
  }
  return times;
}"""

_EDIT = """async (root, turn) => {
  const box = [...root.querySelectorAll("input[type=text]:not([readonly]), .slider input")][0];
  if (!box) return null;
  const before = root.dataset.scenes, began = performance.now();
  if (box.type === "range") {
    const { min, max, step } = box, size = Number(step) || 1;
    box.value = Number(min) + size * (turn % (1 + Math.floor((max - min) / size)));
  } else box.value = String(turn % 2 ? 1 : 0.5);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  while (root.dataset.scenes === before && performance.now() - began < 10000) await new Promise((done) => setTimeout(done, 2));
  return performance.now() - began;
}"""


def measure(browser: Browser, url: str, name: str) -> dict[str, Any]:
    """Times of one page, in milliseconds."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.set_default_timeout(120_000)
    runs: list[bool] = []  # of every run of a script: whether it was a fragment's
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: _note(frame, runs)))
    began = time.perf_counter()
    page.goto(f"{url}/{name}")
    figure = page.locator(".figure")
    figure.wait_for()
    stands = 1_000 * (time.perf_counter() - began)
    _rest(figure)
    steps = figure.evaluate(_STEP, STEPS)
    runs.clear()
    edits = [_edit(figure, turn) for turn in range(EDITS)]
    page.context.close()
    known = [one for one in edits[1:] if one is not None]  # the first one warms up
    return {
        "page": name,
        "figure_stands_ms": stands,
        "step_median_ms": statistics.median(steps),
        "step_worst_ms": max(steps),
        "edit_median_ms": statistics.median(known) if known else None,
        "edit_worst_ms": max(known) if known else None,
        "full_reruns": sum(not fragment for fragment in runs),
    }


def _edit(figure: Locator, turn: int) -> float | None:
    found: float | None = figure.evaluate(_EDIT, turn)
    _rest(figure)
    return found


def _rest(figure: Locator) -> None:
    figure.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    figure.page.wait_for_timeout(200)


def _note(frame: Any, runs: list[bool]) -> None:
    message = ForwardMsg()
    try:
        message.ParseFromString(frame if isinstance(frame, bytes) else b"")
    except Exception:  # a frame that is no message says nothing of runs
        return
    if message.WhichOneof("type") == "script_finished":
        runs.append(message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the pages that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learn", description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"of {', '.join(page.name for page in ENTRIES)}")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    asked = parser.parse_args(arguments)
    names = asked.pages or [page.name for page in ENTRIES]
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        server = Server(Path(folder))
        try:
            measure(browser, server.url, names[0])  # torch is loaded by the first figure
            found = [measure(browser, server.url, name) for name in names]
        finally:
            server.stop()
    if asked.json:
        print(json.dumps(found))
        return
    print(f"{'page':14} {'stands':>8} {'step':>8} {'worst':>8} {'edit':>8} {'worst':>8}  full reruns   (milliseconds)")
    for one in found:
        times = [
            one[key]
            for key in ("figure_stands_ms", "step_median_ms", "step_worst_ms", "edit_median_ms", "edit_worst_ms")
        ]
        print(f"{one['page']:14} " + " ".join(f"{time:8.0f}" if time is not None else f"{'-':>8}" for time in times)
              + f"  {one['full_reruns']}")  # fmt: skip


if __name__ == "__main__":
    main()
