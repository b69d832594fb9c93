"""How a stranger attacks: a stage to act on, and the ways that lead through a page.

An attack opens pages on its stage and does there what a browser could do. It says nothing about what should happen; what
came to the stranger's page stays with the stranger. Left out: which attacks there are (attacks.py), what only a raw
client can do (raw_attacks.py), the contents (hostile_files.py), measuring (hostile.py).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed

from benchmarks.strangers import File, Stranger
from core.config.errors import ConfigError
from core.jobs.status import read_status

FORECASTING, GENERATION, SENTIMENT = "forecasting", "generation", "sentiment"
LONGEST_SECONDS = 25.0


@dataclass
class Stage:
    """Where one stranger acts.

    Attributes:
        url: The server's address.
        runs: A finished run of each task, by its id.
        folder: Where the server keeps its runs.
        address: From where the stranger comes.
        strangers: The sessions that were opened; whoever set the stage closes them.
        notes: What an attack found out that no page says.
    """

    url: str
    runs: dict[str, str]
    folder: Path
    address: str = "10.0.0.1"
    strangers: list[Stranger] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def open(self, page: str, query: str = "", address: str = "") -> Stranger:
        """A page of a stranger with a cookie of its own, from another address where one is named."""
        stranger = Stranger(self.url, page, query, address or self.address)
        self.strangers.append(stranger)
        await stranger.open()
        return stranger

    def state_of(self, stranger: Stranger) -> str:
        """The state of the run on a stranger's page, "" where there is none."""
        run = stranger.parameter("run")
        try:
            return read_status(self.folder / run).state if run else ""
        except ConfigError:
            return ""

    @property
    def told(self) -> str:
        """What all of them were told; "" for nothing."""
        return " / ".join(dict.fromkeys(stranger.told for stranger in self.strangers if stranger.told))


Act = Callable[[Stage], Awaitable[None]]
Prepared = Callable[[int], Act]


@dataclass(frozen=True)
class Attack:
    """One row of the table.

    Attributes:
        family: What kind it is, for `--only`.
        size: Of this row.
        prepare: From a seed to what is done; makes the content, which takes time that nobody measures.
        is_worst: One of the dozen that ten strangers make at once.
        word_is_due: Whether the stranger should be told something.
        seconds: How long it may take before it is broken off.
        settings: Variables of a server of its own; none: the one that all others are made on.
    """

    family: str
    size: str
    prepare: Prepared
    is_worst: bool = False
    word_is_due: bool = True
    seconds: float = LONGEST_SECONDS
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Family and size."""
        return f"{self.family}: {self.size}"


def paste(task: str, make: Callable[[int, int], str], size: int) -> Prepared:
    """Put a text into the dialog for pasted data."""

    def prepare(seed: int) -> Act:
        text = make(size, seed)

        async def act(stage: Stage) -> None:
            stranger = await stage.open(task)
            await stranger.paste(task, text)

        return act

    return prepare


def bring(task: str, name: str, make: Callable[[int, int], bytes], size: int, **knobs: str) -> Prepared:
    """Upload a file, with knobs turned by the link."""
    query = urlencode({f"{task}.{knob}": value for knob, value in knobs.items()})

    def prepare(seed: int) -> Act:
        given: list[File] = [(name, make(size, seed))]

        async def act(stage: Stage) -> None:
            stranger = await stage.open(task, query)
            await stranger.upload(f"{task}:uploader", given)

        return act

    return prepare


def bring_newer(name: str, make: Callable[[int, int], bytes | str], size: int) -> Prepared:
    """Newer rows for a trained network: a text is pasted, bytes are a file."""

    def prepare(seed: int) -> Act:
        content = make(size, seed)

        async def act(stage: Stage) -> None:
            run = stage.runs[FORECASTING]
            stranger = await stage.open(FORECASTING, f"run={run}")
            await stranger.wait_for("forecasting_newer_text_")
            if isinstance(content, str):
                await stranger.turn(f"forecasting_newer_text_{run}", content)
            else:
                await stranger.upload(f"forecasting_newer_file_{run}", [(name, content)])
            await stranger.settle()

        return act

    return prepare


def ask(task: str, key: str, make: Callable[[int], str], size: int) -> Prepared:
    """Give a trained network a text."""

    def prepare(seed: int) -> Act:
        text = f"{seed} {make(size)}"

        async def act(stage: Stage) -> None:
            stranger = await stage.open(task, f"run={stage.runs[task]}")
            await stranger.wait_for(key)
            await stranger.settle()
            stranger.taken.clear()  # what the network said of the text that stands there at first
            await stranger.turn(key, text)
            await stranger.settle()

        return act

    return prepare


def edit(make: Callable[[int], object], size: int) -> Prepared:
    """Edits of the table of a small series, as its editor sends them."""

    def prepare(seed: int) -> Act:
        edits = json.dumps(make(size))

        async def act(stage: Stage) -> None:
            stranger = await stage.open(FORECASTING)
            await stranger.press(f"{FORECASTING}:edit_table")
            await stranger.wait_for(f"{FORECASTING}:table_1")
            await stranger.turn(f"{FORECASTING}:table_1", edits)
            await stranger.settle()

        return act

    return prepare


def link(task: str, make: Callable[[int], str], size: int) -> Prepared:
    """Open a page by a link."""

    def prepare(seed: int) -> Act:
        query = make(size)

        async def act(stage: Stage) -> None:
            stranger = await stage.open(task, query)
            await stranger.settle()

        return act

    return prepare


def rows(family: str, way: Callable[[int], Prepared], sizes: Sequence[int], unit: str, worst: int = 0) -> list[Attack]:
    """A family in its sizes; one of them is among the worst dozen."""
    return [Attack(family, f"{size:,} {unit}", way(size), is_worst=size == worst) for size in sizes]


async def together(acts: Sequence[Act], stages: Sequence[Stage], seconds: float) -> bool:
    """Let every stranger act on a stage of its own; whether all came to an end in time.

    What breaks is noted and ends one stranger's part only: a server that is killed breaks everybody's.
    """

    async def one(act: Act, stage: Stage) -> None:
        try:
            await act(stage)
        except TimeoutError:
            stage.notes.append("no answer")
        except ConnectionClosed as error:  # all that the server can say to who sends too much
            if error.rcvd is not None and stage.strangers:
                stage.strangers[-1].alerts.append(f"stream closed: {error.rcvd.reason}")
            else:
                stage.notes.append("stream lost")
        except Exception as error:  # whatever a server does to a stranger is a finding, and no fault of the benchmark
            stage.notes.append(f"{type(error).__name__}: {error}"[:120])

    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(one(act, stage) for act, stage in zip(acts, stages, strict=True)))
    except TimeoutError:
        return False
    return not any("no answer" in stage.notes for stage in stages)
