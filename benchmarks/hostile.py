"""One stranger, or ten, against a hosted server: `python -m benchmarks.hostile [--only NAME ...] [--attackers N] [--quick]`.

A real server on fresh folders with the hosted profile. Strangers make one attack after the other (benchmarks.attacks)
while a visitor turns a knob every second, another watches a run that trains, and a third asks whether the server is well.
A row of the table says what they noticed, what the strangers were told, and what of the server's memory was not given
back (hostile_table.py). A server that stays silent or takes the machine's memory is killed and begun anew, and the row says so.
`--root FOLDER` serves another checkout; `--only "slow run"`, which takes minutes, is made when it is named.
Left out: a network between them, and load by many honest visitors (load.py).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt

from benchmarks.app import ROOT, Server
from benchmarks.attacking import Attack, Stage, together
from benchmarks.attacks import every_file, every_text, every_use
from benchmarks.crowd import Crowd
from benchmarks.hostile_table import HEAD, Row, line, summary
from benchmarks.load import finish_one, start_training
from benchmarks.observing import Gauge, Witness, longest, within
from benchmarks.raw_attacks import every_raw_attack
from benchmarks.strangers import Stranger
from benchmarks.visitors import PROXY_HEADER
from benchmarks.witness import WATCHED_TASK, is_well
from core.config.limits import HOSTED

SETTLE_SECONDS, CALM_SECONDS, BUSY_CORES = 1.5, 10.0, 0.8
KEPT_SECONDS = 20
"""How long Streamlit keeps a session that left, in this benchmark; 120 s when nobody says."""
SETTINGS = {
    "UNROLL_PROFILE": "hosted", "UNROLL_SLOTS": "2", "UNROLL_DOWNLOADS": "off", "UNROLL_HUB": "off",
    "UNROLL_ADDRESS_HEADER": PROXY_HEADER,
    "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(KEPT_SECONDS),
}  # fmt: skip
USED_TASKS = ("generation", "sentiment", "forecasting")
WATCHED = {f"{WATCHED_TASK}.training.max_steps": "100000"}


@contextmanager
def with_settings(settings: dict[str, str]) -> Iterator[None]:
    """Set variables for a server that is begun meanwhile."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Scene:
    """A server with those who are there before any attack, begun anew when it has to be.

    Args:
        crowd: The thread of the visitors.
        folder: Of its runs and its state.
        root: The checkout that is served.
        settings: Variables beside the usual ones; with them nobody asks a trained network.
    """

    def __init__(self, crowd: Crowd, folder: Path, root: Path, settings: dict[str, str] | None = None):
        self.crowd, self.runs = crowd, dict[str, str]()
        self._folder, self._root, self._settings = folder, root, SETTINGS | (settings or {})
        self._used_tasks = () if settings else USED_TASKS
        self._watched = ""
        self._looking: list[Gauge | Witness] = []
        try:
            self.begin()
        except BaseException:
            self.end()
            raise

    def begin(self) -> None:
        """Start the server, load what it ever loads, and let the others come."""
        with with_settings(self._settings):
            self.server = Server(self._folder, root=self._root)
        if not self._watched:
            for task in self._used_tasks:
                self._look_at(task)
            with ThreadPoolExecutor() as pool:
                trained = pool.map(partial(finish_one, self.crowd, self.server), self._used_tasks)
                self.runs = dict(zip(self._used_tasks, trained, strict=True))
            most = self._settings.get("UNROLL_MAX_SECONDS", HOSTED["max_seconds"])
            watched = {f"{WATCHED_TASK}.training.max_seconds": f"{float(most):g}"}
            self._watched = start_training(self.crowd, self.server, WATCHED | watched)
        for task, run in self.runs.items():
            self._look_at(task, f"run={run}")
        self.gauge = Gauge(self.server)
        self.witness = Witness.beside(self.server, self._watched)
        self._looking = [self.gauge, self.witness]
        time.sleep(4)
        self.base_mb = self.server.memory_mb()

    def _look_at(self, task: str, query: str = "") -> None:
        """Open a page, however long its data or its network takes to load on a busy machine."""
        for _ in range(5):
            visitor = Stranger(self.server.url, task, query)
            with suppress(TimeoutError):
                self.crowd.call(visitor.open())
                self.crowd.call(visitor.settle())
                return self.crowd.call(visitor.close())
        raise RuntimeError(f"the page {task} did not open")

    def begin_anew(self) -> None:
        """Kill the server and start it on the same folders."""
        self._look_away()
        self.server.kill()
        self.begin()

    def end(self) -> None:
        """Let everybody go."""
        self._look_away()
        self.server.stop()

    def _look_away(self) -> None:
        while self._looking:
            self._looking.pop().end()

    def trouble(self, until: float) -> str:
        """Why the server has to be killed, "" where it is well again; looks until a time at most."""
        if self.gauge.killed:
            return self.gauge.killed
        while not is_well(self.server.url):
            if self.gauge.killed or self.server.process.poll() is not None:
                return self.gauge.killed or "it ended"
            if time.monotonic() > until:
                return "silent to the end"
        deadline = time.monotonic() + CALM_SECONDS
        while self.gauge.busy() > BUSY_CORES:
            if time.monotonic() > deadline or self.gauge.killed:
                return self.gauge.killed or "at work for nobody"
        return ""


def make(scene: Scene, attack: Attack, attackers: int, seconds: float) -> Row:
    """Make one attack and look at what it did; the server may be in need of a new beginning afterwards."""
    acts = [attack.prepare(seed) for seed in range(attackers)]
    stages = [Stage(scene.server.url, scene.runs, scene.server.runs, f"10.0.0.{number}") for number in range(attackers)]
    before_mb, before_tree = scene.server.memory_mb(), scene.gauge.tree_mb()
    scene.gauge.forget()
    begin = time.monotonic()
    in_time = scene.crowd.call(together(acts, stages, seconds))
    lasted = time.monotonic() - begin
    strangers = [stranger for stage in stages for stranger in stage.strangers]
    scene.crowd.each(strangers, Stranger.close)
    time.sleep(SETTLE_SECONDS)
    killed = scene.trouble(begin + seconds + SETTLE_SECONDS)
    end = time.monotonic()
    seen = {what: scene.witness.of(what, end) for what in ("health", "turn", "refresh")}
    after, tree = (before_mb, before_tree) if killed else (scene.server.memory_mb(), scene.gauge.tree_mb())
    return Row(
        attack.name, lasted, longest(seen["health"], begin, end), within(seen["turn"], begin, end),
        longest(seen["refresh"], begin, end), after - before_mb, after - scene.base_mb,
        scene.gauge.peak_mb - scene.base_mb, tree - before_tree,
        " / ".join(dict.fromkeys(stage.told for stage in stages if stage.told)), attack.word_is_due,
        [*notes_of(stages), *(["MISS: Markdown of a stranger is drawn"] if any(map(draws_markup, strangers)) else []),
         *([] if in_time else ["broken off"])], killed, os.getloadavg()[0],
    )  # fmt: skip


def notes_of(stages: Sequence[Stage]) -> list[str]:
    """What the attacks found out, each sentence once with the number of those who found it."""
    every = [note for stage in stages for note in stage.notes]
    return [note if every.count(note) == 1 else f"{note} ({every.count(note)} times)" for note in dict.fromkeys(every)]


def draws_markup(stranger: Stranger) -> bool:
    """Whether an image, a link or a heading of the attack on Markdown came to the page as such."""
    for body in stranger.drawn:
        html = MarkdownIt().render(body)
        if '"http://127.0.0.1:9/' in html or "<h1>heading" in html:
            return True
    return False


def run_all(
    attacks: Sequence[Attack], attackers: int, root: Path, *, patience: float, show: bool
) -> tuple[list[Row], dict[str, float]]:
    """Make attacks in their order, those with settings on servers of their own.

    Returns:
        The rows, and the memory of the server of all others at first and at the end.
    """
    rows: list[Row] = []
    memory: dict[str, float] = {}
    crowd = Crowd()

    def make_some(some: Sequence[Attack], folder: Path) -> None:
        scene = Scene(crowd, folder, root, dict(some[0].settings))
        try:
            for attack in some:
                rows.append(make(scene, attack, attackers, seconds_of(attack, attackers, patience)))
                if show:
                    print(line(rows[-1]), flush=True)
                if rows[-1].killed:
                    scene.begin_anew()
            if not some[0].settings:
                time.sleep(KEPT_SECONDS + 5)
                memory.update(base_mb=scene.base_mb, end_mb=scene.server.memory_mb())
        finally:
            scene.end()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if shared := [attack for attack in attacks if not attack.settings]:
            make_some(shared, Path(folder) / "shared")
        for number, attack in enumerate(attack for attack in attacks if attack.settings):
            make_some([attack], Path(folder) / str(number))
    crowd.close()
    return rows, memory


def seconds_of(attack: Attack, attackers: int, patience: float) -> float:
    """How long an attack may take."""
    return attack.seconds * (1.5 if attackers > 1 else 1.0) * patience


def chosen(names: Sequence[str], attackers: int, quick: bool) -> list[Attack]:
    """The attacks that are asked for: by name, else the worst dozen for a crowd or in a hurry, else all of the usual server."""
    every = [*every_text(), *every_file(), *every_use(), *every_raw_attack()]
    if names:
        return [attack for attack in every if any(name.lower() in attack.name.lower() for name in names)]
    if quick or attackers > 1:
        return [attack for attack in every if attack.is_worst]
    return [attack for attack in every if not attack.settings]


def main(arguments: list[str]) -> None:
    """Attack, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="attacks whose name holds one of these")
    parser.add_argument("--attackers", type=int, default=1, help="strangers at once, each with a cookie of its own")
    parser.add_argument(
        "--quick", action="store_true", help="the worst dozen alone, as a crowd of strangers makes them"
    )
    parser.add_argument("--patience", type=float, default=1.0, help="times the usual seconds before one is broken off")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout that is served")
    parser.add_argument("--list", action="store_true", help="names of the attacks, and nothing else")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    attacks = chosen(options.only, options.attackers, options.quick)
    if options.list or not attacks:
        print("\n".join(attack.name for attack in attacks) or "no attack has such a name")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that no server stays behind
    if not options.json:
        print(HEAD, flush=True)
    rows, memory = run_all(
        attacks, options.attackers, options.root.resolve(), patience=options.patience, show=not options.json
    )  # fmt: skip
    if options.json:
        print(json.dumps({"rows": [asdict(row) | {"misses": row.misses} for row in rows], **memory}))
    else:
        print("\n" + summary(rows, memory))


if __name__ == "__main__":
    main(sys.argv[1:])
