"""A server of its own, a real Chromium, and visitors who drive it: `visitor.open("generation")`, `visitor.train()`.

One server for all tests, on fresh folders, with one slot. A visitor is a browser context without a past; what its console
calls an error, an exception on the page and a traceback in the server's log fail the test.
Left out: the server (server.py), what a visitor can do (visitor.py), what the pages say (the tests themselves).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.server import ROOT, WITHOUT_STARTERS, Server
from tests.browser.visitor import Visitor

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Forecasting's quick preset is short by itself, so that a run of it is what the preset says.
SHORT = {task: {"training.max_steps": 40} for task in ("generation", "sentiment", "translation")}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
}
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser; training comes first, because the other files use its runs."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path != folder / "test_training.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember how the test itself went, for the picture of a failure."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


NewVisitor = Callable[..., Visitor]


def _find_browser() -> str | None:
    return next((found for found in map(shutil.which, BROWSERS) if found), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Without one the tests are skipped; where CI runs they fail."""
    path = _find_browser()
    if path is None:
        reason = f"no Chromium: none of {', '.join(BROWSERS)} is on the path"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Contexts:
    """Browser contexts, which are strangers to each other and to what they were before: a used one has no cookie and
    nothing stored, but has read the page's scripts.
    """

    def __init__(self, chromium: Browser):
        self._chromium = chromium
        self._free: defaultdict[str, list[BrowserContext]] = defaultdict(list)
        self._key: dict[BrowserContext, str] = {}

    def take(self, **options: Any) -> BrowserContext:
        """One with these options, a desk's where they say nothing else."""
        options = {"viewport": {"width": 1440, "height": 1000}, **options}
        key = repr(sorted(options.items()))
        if self._free[key]:
            return self._free[key].pop()
        context = self._chromium.new_context(**options)
        context.set_default_timeout(20_000)
        self._key[context] = key
        return context

    def give_back(self, context: BrowserContext, origin: str) -> None:
        """Forget whoever had it."""
        page = context.pages[0] if context.pages else context.new_page()
        stored = {"origin": origin, "storageTypes": "cookies,local_storage,indexeddb"}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", stored)
        context.clear_cookies()
        for page in context.pages:
            page.close()
        self._free[self._key[context]].append(context)


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Contexts:
    return Contexts(chromium)


@pytest.fixture(scope="session")
def new_server(
    tmp_path_factory: pytest.TempPathFactory, prepared_once: Path, chromium: Browser
) -> Iterator[Callable[..., Server]]:
    """Starts servers: `new_server(launcher=(...), UNROLL_DOWNLOADS="off")`."""
    servers: list[Server] = []

    def start(launcher: Sequence[str] = WITHOUT_STARTERS, **variables: str) -> Server:
        servers.append(Server(tmp_path_factory.mktemp("server"), launcher, prepared_once, **variables))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.end_runs()
        server.stop()


@pytest.fixture(scope="session")
def server(new_server: Callable[..., Server]) -> Server:
    """The one server of all browser tests but those that bring one of their own."""
    return new_server()


# The web server's own complaint when a visitor leaves while it says goodbye; none of our code is on that stack.
_END = (
    r"(?:(?!Exception in ASGI application).)*?(?:WebSocketDisconnect\w*:|RuntimeError: Unexpected ASGI message)[^\n]*"
)
_CHAINED = r"(?:\s+(?:During handling of the above|The above) exception[^\n]*\s+Traceback" + _END + ")*"
_LEFT = re.compile("Exception in ASGI application\n" + _END + _CHAINED, re.DOTALL)


def _without_leavers(log: str) -> str:
    ours = tuple(f'File "{ROOT / room}' for room in ("core", "ui", "pages", "streamlit_app.py"))
    return _LEFT.sub(lambda found: found.group() if any(path in found.group() for path in ours) else "", log)


@pytest.fixture
def new_visitor(
    contexts: Contexts, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[NewVisitor]:
    """Makes visitors with a context of their own: `new_visitor(**PHONE, color_scheme="dark")`."""
    visitors: list[Visitor] = []
    logged = len(server.log())

    def make(**options: Any) -> Visitor:
        visitors.append(Visitor(contexts.take(**options).new_page(), server))
        return visitors[-1]

    yield make
    failed = request.node.stash.get(FAILED, True)
    for place, visitor in enumerate(visitors):
        if failed and not visitor.page.is_closed():
            visitor.page.screenshot(path=tmp_path / f"visitor{place}.png", full_page=True)
            print(f"picture: {tmp_path}/visitor{place}.png at {visitor.page.url}")
    server.end_runs()
    try:
        if not failed:
            for visitor in visitors:
                visitor.check()
            log = _without_leavers(server.log()[logged:])
            assert not re.search(r"^Traceback|^\w+(Error|Exception)\b", log, re.MULTILINE), log
    finally:
        for visitor in visitors:
            if failed:
                visitor.page.context.close()
            else:
                contexts.give_back(visitor.page.context, server.url)


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    """One visitor at a desk."""
    return new_visitor()


class Trained:
    """Finished runs, each trained once, for tests that only use one: `trained("generation", {"model.cell": "gru"})`.

    They are somebody else's; `visitor.adopt(run)` makes a copy the visitor's own.
    """

    def __init__(self, contexts: Contexts, server: Server):
        self._contexts = contexts
        self._server = server
        self._runs: dict[tuple[object, ...], str] = {}

    def remember(self, task: str, run: str) -> None:
        """Keep a run that a test has trained."""
        self._runs[(task,)] = run

    def __call__(self, task: str, values: Mapping[str, Any] | None = None) -> str:
        """The id of a run, trained through the page when there is none yet; without values a short one."""
        wanted = (task, *(values or {}).items())
        if wanted not in self._runs:
            context = self._contexts.take()
            visitor = Visitor(context.new_page(), self._server)
            visitor.open_task(task, values or SHORT.get(task))
            run = visitor.train()
            visitor.finish(run)
            self._contexts.give_back(context, self._server.url)
            self._runs[wanted] = run
        return self._runs[wanted]


@pytest.fixture(scope="session")
def trained(contexts: Contexts, server: Server) -> Trained:
    """`trained("sentiment")` is the id of a finished run."""
    return Trained(contexts, server)


@pytest.fixture(scope="session")
def phone() -> dict[str, Any]:
    """What makes a visitor's browser a phone's."""
    return dict(PHONE)


@pytest.fixture(scope="session")
def shell(server: Server) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in the checkout, on the server's folders."""

    def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**server.environment, **more},
            capture_output=True,
            text=True,
            timeout=200,
            check=True,
        )

    return run
