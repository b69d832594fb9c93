"""One training from this machine on a Ray cluster that shares no folder with it: its files travel there and back.

What travels is one zip: the code, the data if it is in files of one's own or was downloaded, and the run's set-up. There the
run is trained as anywhere, by a reporter that says everything on standard output, which the head hands out as the job's log.
Here the same words are said again to an ordinary reporter, so that the folder grows as if it were trained here. The last
line is a zip of what the training made.

`python -m core.jobs.travelling RUN_DIR` is the other end. Nothing that comes back is unpickled or unpacked by its own names.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import secrets
import shlex
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Settings
from core.jobs.backends import Share
from core.jobs.backends.local import PROJECT_ROOT, worker_environment
from core.jobs.backends.ray import STOP_VARIABLE, Head
from core.jobs.files import to_json
from core.jobs.reporter import Reporter

MARK, FILES_MARK = "unroll-says ", "unroll-files "
RUN_FOLDER, FILES_FOLDER, DATA_FOLDER = "run", "own", "data"
MADE = (
    "best.safetensors", "last.pt", "held.pt", "result.json", "details.json", "backtest.json", "judged.json",
    "tokenizer.json", "scaler.json", "log.txt",
)  # fmt: skip
"""What comes back, if it was made."""
PROGRESS_SECONDS = 0.5
ASK_SECONDS = 1.0
PATIENCE_SECONDS = 120.0
"""The head may be silent for so long before the training is given up here."""
MAX_PACKAGE_BYTES = 400_000_000
STOP_SECONDS = 600.0
CODE = ("core", "datasets")


def head_of(address: str, settings: Settings) -> Head:
    """The head that `ray://host:8265` names, asked over HTTP. Raises `ConfigError` for an address that is none."""
    parts = urlsplit(address)
    if parts.scheme not in ("ray", "http", "https") or not parts.hostname or parts.path.strip("/"):
        hint = "It is where the head takes jobs, the port of its dashboard."
        raise ConfigError.single("on", "an address such as ray://head:8265", repr(address), hint)
    scheme = "http" if parts.scheme == "ray" else parts.scheme
    token = settings.ray_token.get_secret_value() if settings.ray_token is not None else ""
    return Head(f"{scheme}://{parts.hostname}:{parts.port or 8265}", token)


def pack(directory: Path, experiment: Experiment, settings: Settings) -> bytes:
    """The zip that travels there.

    Raises:
        ConfigError: Its data is neither built in nor in files, or it is too large.
        OSError: A file cannot be read.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for folder in CODE:
            for path in sorted((PROJECT_ROOT / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, path.relative_to(PROJECT_ROOT))
        values: dict[str, Any] = {}
        if experiment.data.source == "file":
            names = [f"{FILES_FOLDER}/{index}{Path(path).suffix}" for index, path in enumerate(experiment.data.path)]
            for own, name in zip(experiment.data.path, names, strict=True):
                archive.write(own, name)
            values["data.path"] = tuple(names)
        elif experiment.data.source == "catalogue":
            _pack_downloads(archive, experiment, settings)
        elif experiment.data.source != "builtin":
            hint = "Bring it as a file: --data FILE."
            raise ConfigError.single(
                "data.source", "a built-in set, a public one or a file", experiment.data.source, hint
            )
        if experiment.model.vectors:
            vectors = f"{FILES_FOLDER}/vectors{Path(experiment.model.vectors).suffix}"
            archive.write(experiment.model.vectors, vectors)
            values["model.vectors"] = vectors
        travelling = experiment.with_values(values) if values else experiment
        there = f"{RUN_FOLDER}/{directory.name}"
        archive.writestr(f"{there}/experiment.yaml", travelling.to_yaml())
        archive.writestr(f"{there}/manager.json", to_json({"created": time.time(), "task": experiment.task}))
    if buffer.tell() > MAX_PACKAGE_BYTES:
        size = f"{buffer.tell() / 1e6:,.0f} MB"
        hint = "Put the data on storage that the cluster sees, and let a server train there."
        raise ConfigError.single("data", f"at most {MAX_PACKAGE_BYTES / 1e6:,.0f} MB to send", size, hint)
    return buffer.getvalue()


def _pack_downloads(archive: zipfile.ZipFile, experiment: Experiment, settings: Settings) -> None:
    from core.data import catalog
    from core.data.downloads import folder_of

    entry = catalog.find(experiment.description.kind, experiment.data.id)
    for file in entry.files:
        path = folder_of(entry, settings) / file.path
        archive.write(path, Path(DATA_FOLDER) / path.relative_to(settings.data_dir))


def train_there(
    directory: Path, experiment: Experiment, head: Head, reporter: Reporter, *, share: Share, python: str = "python"
) -> None:
    """Train a run of this machine on a cluster and bring back what it made; its reporter says how it goes.

    Args:
        directory: The run's folder, made and launched.
        share: What it needs of a node.
        python: The interpreter on the nodes that has what `requirements.txt` asks for.

    Raises:
        ConfigError: Its data cannot travel.
        OSError: The head cannot be reached, or refused it.
    """
    package = pack(directory, experiment, Settings())
    name = f"_ray_pkg_{hashlib.sha256(package).hexdigest()[:32]}.zip"
    head.ask("PUT", f"/api/packages/gcs/{name}", package, seconds=PATIENCE_SECONDS)
    job_id = f"unroll-away-{secrets.token_hex(8)}"
    folders = {"UNROLL_RUNS_DIR": "runs", "UNROLL_STATE_DIR": "state", "UNROLL_DATA_DIR": DATA_FOLDER}
    environment = {**worker_environment(share.cpus), **folders, STOP_VARIABLE: f"{STOP_SECONDS:.0f}"}
    job = {
        "submission_id": job_id,
        "entrypoint": shlex.join(["exec", python, "-m", "core.jobs.travelling", f"{RUN_FOLDER}/{directory.name}"]),
        "entrypoint_num_cpus": share.cpus,
        "entrypoint_num_gpus": share.gpus,
        "runtime_env": {"working_dir": f"gcs://{name}", "env_vars": environment},
    }
    head.ask("POST", "/api/jobs/", job, seconds=PATIENCE_SECONDS)
    _follow(directory, head, job_id, reporter)


def _follow(directory: Path, head: Head, job_id: str, reporter: Reporter) -> None:
    """Say here what is said there, until it is over."""
    ending: list[Any] = []
    is_asked, num_said, heard = False, 0, time.monotonic()
    while True:
        if reporter.should_stop() and not is_asked:
            head.ask("POST", f"/api/jobs/{job_id}/stop")
            is_asked = True
        try:
            job = head.ask("GET", f"/api/jobs/{job_id}")
            is_over = job["status"] not in ("PENDING", "RUNNING")
            text = (
                "" if job["status"] == "PENDING" else head.ask("GET", f"/api/jobs/{job_id}/logs", seconds=60.0)["logs"]
            )
        except OSError:
            if time.monotonic() - heard > PATIENCE_SECONDS:
                raise
            time.sleep(ASK_SECONDS)
            continue
        heard = time.monotonic()
        lines = text.splitlines() if is_over else text.splitlines()[:-1]  # the last one may be half of one
        for method, given in _said(lines[num_said:], directory):
            if method == "finished":
                ending = given
            else:
                getattr(reporter, method)(*given[0], **given[1])
        num_said = len(lines)
        if is_over:
            break
        time.sleep(ASK_SECONDS)
    if not ending:
        rest = "\n".join(line for line in text.splitlines()[-20:] if not line.startswith((MARK, FILES_MARK)))
        raise OSError(f"The cluster ended the training without a result: {str(job.get('message'))[:300]}\n{rest}")
    reporter.finished(*ending[0], **ending[1])


def _said(lines: list[str], directory: Path) -> Iterator[tuple[str, list[Any]]]:
    """The reporter's calls among the lines of a log; files among them are put into the run's folder."""
    for line in lines:
        if line.startswith(FILES_MARK):
            unpack(base64.b64decode(line.removeprefix(FILES_MARK)), directory)
        elif line.startswith(MARK):
            said = json.loads(line.removeprefix(MARK))
            if said["method"] in SPOKEN:
                yield said["method"], [said["args"], said["options"]]


def unpack(raw: bytes, directory: Path) -> None:
    """Put what a training made into its folder: the files that it may make, by their names."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in MADE:
            if name in archive.namelist():
                (directory / name).write_bytes(archive.read(name))


class TellingReporter(Reporter):
    """Says every word on standard output as well, for the other end; progress twice a second."""

    def __init__(self, directory: Path, attempt: int):
        self._told = 0.0
        super().__init__(directory, attempt)

    def started(self, device: str, total_steps: int | None = None, *, step: int = 0, seconds: float = 0.0) -> None:
        super().started(device, total_steps, step=step, seconds=seconds)
        _tell("started", device, total_steps, step=step, seconds=seconds)

    def plan(self, total_steps: int) -> None:
        super().plan(total_steps)
        _tell("plan", total_steps)

    def progress(self, step: int, best: Mapping[str, Any] | None = None) -> None:
        super().progress(step, best)
        now = time.monotonic()
        if best is not None or now - self._told > PROGRESS_SECONDS:
            self._told = now
            _tell("progress", step, best)

    def reading(self) -> None:
        super().reading()
        _tell("reading")

    def scoring(self) -> None:
        super().scoring()
        _tell("scoring")

    def record(self, event: Mapping[str, Any]) -> None:
        super().record(event)
        _tell("record", event)

    def finished(
        self, state: Literal["succeeded", "failed", "stopped"], error: Mapping[str, str] | None = None
    ) -> None:
        super().finished(state, error)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name in MADE:
                if (self.directory / name).is_file():
                    archive.write(self.directory / name, name)
        print(FILES_MARK + base64.b64encode(buffer.getvalue()).decode(), flush=True)
        _tell("finished", state, error)


SPOKEN = ("reading", "started", "plan", "progress", "scoring", "record", "finished")


def _tell(method: str, *args: Any, **options: Any) -> None:
    print(MARK + to_json({"method": method, "args": args, "options": options}), flush=True)


def main(arguments: list[str]) -> int:
    """Train the run that came, in this process."""
    from core.config.machine import count_gpus, keep_freed_memory, set_thread_policy
    from core.jobs.worker import work

    set_thread_policy(os.environ)
    keep_freed_memory()
    return work(Path(arguments[0]), TellingReporter, limit_memory=count_gpus(os.environ) == 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
