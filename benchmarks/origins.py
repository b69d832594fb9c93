"""How quick the origins of a backtest can be dragged: `python -m benchmarks.origins [SET ...]`, a real server and Chromium.

A quick run of each set is trained; its page is opened at the view Backtest, and the slider is moved through every origin at
both widths, quiet and beside a busy process: milliseconds from the move to the frame that shows it. Target: 300.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from contextlib import nullcontext
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.app import Server, chromium
from benchmarks.forecasting import train_quickly
from benchmarks.quick import busy_process

WIDTHS = (1440, 390)

_DRAG = """async (root) => {
  const range = root.querySelector("input[type=range]"), times = [];
  for (let place = 0; place <= Number(range.max); place++) {
    const began = performance.now();
    range.value = place;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - began);
  }
  return times;
}"""


def drag(browser: Browser, url: str, run: str, width: int) -> list[float]:
    """Milliseconds of every origin of a run's backtest."""
    page = browser.new_context(viewport={"width": width, "height": 1000}).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{url}/forecasting?run={run}")
    page.get_by_text("Backtest", exact=True).first.click()
    figure = page.locator(".figure").first
    figure.locator(".fan-says").wait_for()
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(500)
    times: list[float] = figure.evaluate(_DRAG)
    page.context.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.origins", description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="*", default=["sunspots", "weather"])
    asked = parser.parse_args()
    print("| set | origins | width | machine | median, ms | worst, ms |\n|---|---:|---:|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        server = Server(Path(folder))
        try:
            for place, name in enumerate(asked.sets):
                run = f"{place:032x}"
                environment = {**os.environ, "UNROLL_STATE_DIR": str(Path(folder) / "state")}
                train_quickly(name, server.runs / run, environment=environment)
                for machine, beside in (("quiet", nullcontext), ("beside a busy process", busy_process)):
                    for width in WIDTHS:
                        with beside():
                            times = drag(browser, server.url, run, width)
                        print(f"| {name} | {len(times)} | {width} | {machine} | {statistics.median(times):.0f} | "
                              f"{max(times):.0f} |", flush=True)  # fmt: skip
        finally:
            server.stop()


if __name__ == "__main__":
    main()
