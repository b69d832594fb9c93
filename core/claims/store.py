"""What was measured of the claims, with every seed's value, kept beside the code: `stored/F2.json` and so on. No torch.

A claim may have been measured in parts, each with its own date, command and machine. The files ship with the package; they
are written by `python -m core claims ID --save` and read strictly: a key too many, a number that is none, is an error.
"""

from __future__ import annotations

import datetime
import platform
from pathlib import Path

from pydantic import BaseModel, ValidationError

from core.claims.figures import STRICT, Figure
from core.claims.registry import check_claim
from core.config.errors import ConfigError
from core.config.plain_files import replace_whole

STORE = Path(__file__).parent / "stored"


class Machine(BaseModel):
    """Where figures come from.

    Attributes:
        processor: Its model.
        cores: How many of it the process could use.
        threads: How many torch computed with.
        torch: The version of torch.
    """

    model_config = STRICT

    processor: str
    cores: int
    threads: int
    torch: str

    def __str__(self) -> str:
        cores, threads = (f"{n} {word}{'s' * (n != 1)}" for n, word in ((self.cores, "core"), (self.threads, "thread")))
        return f"{cores} of {self.processor}, torch {self.torch}, {threads}"


class Measurement(BaseModel):
    """What one command measured.

    Attributes:
        date: The day on which it ended.
        command: What gives these figures again, on the same machine to the last digit but for times.
        quick: Whether it was the short form.
        seeds: Trainings of each network, with the seeds from 0.
        seconds: How long it took; None where nobody noted it.
        machine: Where.
        figures: In the order in which they were measured.
    """

    model_config = STRICT

    date: datetime.date
    command: str
    quick: bool
    seeds: int
    seconds: float | None
    machine: Machine
    figures: tuple[Figure, ...]

    @property
    def source(self) -> str:
        """Date, seeds and machine in one line, for under a chart."""
        seeds = f"{self.seeds} seed{'s' * (self.seeds != 1)}"
        return f"Measured {self.date:%Y-%m-%d}{', in the quick form' * self.quick}, {seeds}: {self.machine}."


class Stored(BaseModel):
    """All that is stored of a claim, the latest measurement last."""

    model_config = STRICT

    claim: str
    measurements: tuple[Measurement, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those of all measurements."""
        return tuple(figure for part in self.measurements for figure in part.figures)


def stored(claim: str, folder: Path = STORE) -> Stored | None:
    """What is stored of a claim, or None where nothing is.

    Raises:
        ConfigError: There is no such claim.
        ValueError: The file is not what `save` writes.
    """
    path = folder / f"{check_claim(claim).id}.json"
    if not path.exists():
        return None
    try:
        found = Stored.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{path.name} is not a stored claim: {error}") from None
    if found.claim != claim or any(figure.claim != claim for figure in found.figures):
        raise ValueError(f"{path.name} is about another claim")
    return found


def save(claim: str, measured: Measurement, folder: Path = STORE) -> Stored:
    """Store a measurement: it replaces figures of the same tasks and networks, and leaves all others.

    Raises:
        ConfigError: There is no such claim, or a quick measurement would replace a full one.
    """
    before = stored(claim, folder)
    new = {_place(figure) for figure in measured.figures}
    kept = []
    for part in before.measurements if before else ():
        others = tuple(figure for figure in part.figures if _place(figure) not in new)
        if len(others) < len(part.figures) and measured.quick and not part.quick:
            hint = "Measure without --quick, or leave --save out."
            raise ConfigError.single("save", "a full measurement", f"a quick one, where {claim} has a full one", hint)
        if others:
            kept.append(part.model_copy(update={"figures": others}))
    found = Stored(claim=claim, measurements=(*kept, measured))
    text = found.model_dump_json(indent=1) + "\n"
    folder.mkdir(exist_ok=True)
    replace_whole(folder / f"{claim}.json", lambda stream: stream.write(text.encode()))
    return found


def this_processor() -> str:
    """The model of this machine's processor, as its system calls it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _place(figure: Figure) -> tuple[str, str, str]:
    return figure.task, figure.network, figure.metric
