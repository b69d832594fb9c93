"""A person with a browser of their own: `visitor.open_task("generation")`, `visitor.train()`.

Left out: the browser itself (conftest.py), and what pages say (the tests).
"""

from __future__ import annotations

import re
import shutil
import time
import urllib.parse
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

from core.jobs.identity import owner_of
from core.jobs.record import read_record, write_record
from tests.browser.server import ACTIVE, Server
from ui.visitor import COOKIE

# Streamlit looks for its own files beside every page before it finds the root, and gets the page's icon from a
# server that a machine without a network does not reach.
HARMLESS = (r" \S+/\w+/_stcore/(health|host-config)$", r" https://fonts\.gstatic\.com/s/i/.*materialsymbols\S+$")


class Visitor:
    """One person with a browser of their own."""

    def __init__(self, page: Page, server: Server):
        self.page = page
        self.server = server
        self.harmless = list(HARMLESS)
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(f"page error: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.trouble.append(f"console: {message.text} {message.location.get('url', '')}")

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_test_id("stSidebar")

    @property
    def train_button(self) -> Locator:
        # While a script runs, the button of the last run may still stand beside the new one.
        return self.sidebar.get_by_role("button", name=re.compile(r"\bTrain$")).first

    @property
    def state_line(self) -> Locator:
        """What the run panel says of the run."""
        return self.main.get_by_text(re.compile(r"^(Waiting|Starting|Training ·|Finished|Stopped|Failed|Lost)")).first

    @property
    def run(self) -> str | None:
        """The run in the address."""
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.page.url).query).get("run", [None])[0]

    def open(self, path: str = "", parameters: Mapping[str, Any] | None = None) -> None:
        """Go to a page, and wait until it stands."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        self.page.goto(f"{self.server.url}/{path}{query}")
        expect(self.main.get_by_role("heading", level=1)).to_be_visible()
        self.settle()

    def open_task(self, task: str, values: Mapping[str, Any] | None = None) -> None:
        """Go to a task's page with knobs turned by the link: `open_task("generation", {"model.cell": "gru"})`."""
        self.open(task, {f"{task}.{name}": value for name, value in (values or {}).items()})
        expect(self.train_button).to_be_visible()

    def choose_in_menu(self, group: str, title: str) -> None:
        """Go to a page through the group of the menu that holds it."""
        self.page.get_by_test_id("stTopNavSection").get_by_text(group, exact=True).click()
        self.page.get_by_role("menuitem", name=title, exact=True).click()

    def settle(self) -> None:
        """Wait until the script of the page does not run."""
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()

    def wait_for(self, come_true: Callable[[], bool], what: str) -> None:
        """Wait until the server's side of a click is done: a page may stand still before its script has begun."""
        deadline = time.monotonic() + 20
        while not come_true():
            assert time.monotonic() < deadline, what
            self.page.wait_for_timeout(30)

    def train(self, button: Locator | None = None) -> str:
        """Press Train; returns the id of the new run once it stands in the address."""
        before = self.run
        (button or self.train_button).click()
        self.wait_for(lambda: self.run not in (None, before), "no run came into the address")
        run = self.run
        assert run is not None
        return run

    def finish(self, run: str, seconds: float = 90) -> None:
        """Wait until the run is over and the page says Finished."""
        deadline = time.monotonic() + seconds
        while self.server.status(run).state in ACTIVE:
            assert time.monotonic() < deadline, f"{run} still is {self.server.status(run)}"
            self.page.wait_for_timeout(100)
        expect(self.state_line).to_have_text(re.compile("^Finished"))

    def stop(self, run: str) -> None:
        """Press Stop, and wait until the page says so."""
        self.main.get_by_role("button", name="Stop").click()
        expect(self.state_line).to_have_text(re.compile(r"^Stopped · step \d"), timeout=60_000)
        assert self.server.status(run).state == "stopped"

    def adopt(self, run: str) -> str:
        """Give this visitor a copy of a run that is over, as if it were of their training; returns its id."""
        self.page.context.request.get(self.server.url, headers={"accept": "text/html"})  # brings the cookie
        key = next(cookie["value"] for cookie in self.page.context.cookies() if cookie["name"] == COOKIE)
        copy, hidden = uuid.uuid4().hex, self.server.store.root / f".copy-{run}"
        shutil.copytree(self.server.store.path(run), hidden)
        record = read_record(hidden)
        assert record is not None
        write_record(hidden, replace(record, owner=owner_of(key), created=time.time()))
        hidden.rename(self.server.store.root / copy)
        return copy

    def set_number(self, label: str, value: Any) -> None:
        """Type a number into a field of the sidebar."""
        field = self.sidebar.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")

    def upload(self, *files: Path) -> None:
        """Give files to the uploader of the page."""
        uploader = self.page.locator("input[type=file]").first  # a result has one for newer rows
        place = self.sidebar.get_by_test_id("stFileUploaderDropzone").first  # another is for word vectors
        if not place.is_visible():
            self.sidebar.get_by_text("Your own data", exact=True).first.click()
            expect(place).to_be_visible()
        uploader.set_input_files([str(file) for file in files])

    def choose(self, label: str, option: str) -> None:
        """Choose in a select box of the sidebar; again when the page was drawn anew under the open list."""
        self.settle()
        item = self.page.get_by_role("option", name=option, exact=True)
        for patience in (4_000, 4_000, 20_000):
            self.sidebar.get_by_label(label, exact=True).click()
            try:
                item.click(timeout=patience)
                break
            except TimeoutError:
                if patience == 20_000:
                    raise
        self.settle()

    def download(self, button: Locator) -> Path:
        """Press a button that downloads; again when the page moved under the pointer."""
        for patience in (5_000, 5_000, 20_000):
            try:
                with self.page.expect_download(timeout=patience) as download:
                    button.click()
                return download.value.path()
            except TimeoutError:
                if patience == 20_000:
                    raise
        raise AssertionError("the last try returns or raises")

    def tab(self, name: str) -> Locator:
        """Open a tab and return its panel."""
        self.page.get_by_role("tab", name=name).click()
        panel = self.page.get_by_role("tabpanel", name=name)
        expect(panel).to_be_visible()
        return panel

    def check(self) -> None:
        """Fail when the browser or the page complained."""
        complaints = [line for line in self.trouble if not any(re.search(known, line) for known in self.harmless)]
        assert not complaints, "\n".join(complaints)
        if not self.page.is_closed():
            expect(self.page.get_by_test_id("stException")).to_have_count(0)
