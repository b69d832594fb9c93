"""A server of its own, a real Chromium, and visitors who drive it: `visitor.open("generation")`, `visitor.train()`.

One server for all tests, on fresh folders, with one slot. A visitor is a fresh browser context; what its console
calls an error, an exception on the page and a traceback in the server's log fail the test.
Left out: what the pages say (the tests themselves).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect, sync_playwright

from core.jobs.record import read_record
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FAST_STEPS = 40
ACTIVE = ("queued", "starting", "running")
# Streamlit looks for its own files beside every page before it finds the root, and gets the page's icon from a
# server that a machine without a network does not reach.
HARMLESS = (r" \S+/\w+/_stcore/(health|host-config)$", r" https://fonts\.gstatic\.com/s/i/.*materialsymbols\S+$")
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


class Server:
    """`streamlit run` on a free port and folders of its own; may be restarted on the same port.

    Args:
        folder: Where its runs, uploads and log go.
        launcher: What Python runs as `streamlit`.
        variables: Environment variables of its own.
    """

    def __init__(self, folder: Path, launcher: Sequence[str] = ("-m", "streamlit"), **variables: str):
        self.folder = folder
        self._launcher, self._variables = launcher, variables
        self.store = RunStore(folder / "runs")
        self.log_path = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the server and a shell beside it see."""
        outer = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        own = {
            "UNROLL_RUNS_DIR": str(self.store.root),
            "UNROLL_STATE_DIR": str(self.folder / "state"),
            "UNROLL_PREDICT_DEVICE": "cpu",
            "UNROLL_SLOTS": "1",
            "PYTHONFAULTHANDLER": "1",
        }
        kept = {n: v for n, v in outer.items() if not n.startswith("UNROLL_") or n == "UNROLL_DATA_DIR"}
        return {**kept, **own, **self._variables}

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, *self._launcher, "run", "streamlit_app.py", "--server.headless", "true"]
        options = ["--server.port", str(self.port), "--server.fileWatcherType", "none"]
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                command + options, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not answer:\n{self.log()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End the server alone; runs go on."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._process = None

    def end(self, ask: signal.Signals) -> None:
        """End the server by a signal, as a terminal or a supervisor does, and see that it does so in order."""
        assert self._process is not None
        self._process.send_signal(ask)
        try:
            code = self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)  # faulthandler writes into the log where every thread stands
            self._process.wait(10)
            pytest.fail(f"the server is still there 20 s after {ask.name}:\n{self.log()}")
        finally:
            self._process = None
        assert code in (0, 1, -ask), code  # 1 is how a command line says that it was interrupted

    def restart(self) -> None:
        """Another server process on the same folders and port."""
        self.stop()
        self.start()

    def status(self, run: str) -> RunStatus:
        """What the folder of a run says."""
        return read_status(self.store.path(run))

    def end_runs(self) -> None:
        """Stop what still trains, politely, then for good."""
        for run in self.store.list():
            if self.status(run).state in ACTIVE:
                self.store.request_stop(run)
        deadline = time.monotonic() + 20
        while any(self.status(run).state in ACTIVE for run in self.store.list()):
            if time.monotonic() > deadline:
                self._kill_workers()
                return
            time.sleep(0.1)

    def _kill_workers(self) -> None:
        for run in self.store.list():
            record = read_record(self.store.path(run))
            if record is not None and record.pid and self.status(run).state in ACTIVE:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(record.pid, signal.SIGKILL)

    def log(self) -> str:
        """What the server wrote, without colours."""
        text = self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""
        return re.sub(r"\x1b\[[0-9;]*m", "", text)


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

    def set_number(self, label: str, value: Any) -> None:
        """Type a number into a field of the sidebar."""
        field = self.sidebar.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")

    def upload(self, *files: Path) -> None:
        """Give files to the uploader of the page."""
        uploader = self.page.locator("input[type=file]")
        if not self.sidebar.get_by_test_id("stFileUploaderDropzone").is_visible():
            self.sidebar.get_by_text("Your own data", exact=True).first.click()
            expect(self.sidebar.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
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


@pytest.fixture(scope="session")
def new_server(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Callable[..., Server]]:
    """Starts servers: `new_server(launcher=(...), UNROLL_DOWNLOADS="off")`."""
    servers: list[Server] = []

    def start(launcher: Sequence[str] = ("-m", "streamlit"), **variables: str) -> Server:
        servers.append(Server(tmp_path_factory.mktemp("server"), launcher, **variables))
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
    chromium: Browser, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[NewVisitor]:
    """Makes visitors with a context of their own: `new_visitor(**PHONE, color_scheme="dark")`."""
    visitors: list[Visitor] = []
    logged = len(server.log())

    def make(**options: Any) -> Visitor:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
        context.set_default_timeout(20_000)
        visitors.append(Visitor(context.new_page(), server))
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
            visitor.page.context.close()


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    """One visitor at a desk."""
    return new_visitor()


class Trained:
    """Finished runs on the default data of each task, for tests that only use one."""

    def __init__(self, chromium: Browser, server: Server):
        self._chromium = chromium
        self._server = server
        self._runs: dict[str, str] = {}

    def remember(self, task: str, run: str) -> None:
        """Keep a run that a test has trained."""
        self._runs[task] = run

    def __call__(self, task: str) -> str:
        """The id of a run, trained through the page when there is none yet."""
        if task not in self._runs:
            context = self._chromium.new_context(viewport={"width": 1440, "height": 1000})
            visitor = Visitor(context.new_page(), self._server)
            visitor.open_task(task, {"training.max_steps": FAST_STEPS})
            run = visitor.train()
            visitor.finish(run)
            context.close()
            self.remember(task, run)
        return self._runs[task]


@pytest.fixture(scope="session")
def trained(chromium: Browser, server: Server) -> Trained:
    """`trained("sentiment")` is the id of a finished run."""
    return Trained(chromium, server)


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
