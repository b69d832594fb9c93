"""Runs the measurements of a claim, several at once when asked to, and says on which machine.

Every job uses one thread and a seed, so that running several at once changes no figure; times are taken one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

import torch

from core.claims.figures import Figure, Job, Numbers, figures_of
from core.claims.registry import check_claim
from core.claims.store import Machine, this_processor
from core.config.machine import available_cores, keep_freed_memory


def jobs_of(claim: str, quick: bool, seeds: Sequence[int]) -> list[Job]:
    """Everything that is measured for a claim."""
    jobs: list[Job] = []
    for place in check_claim(claim).jobs:
        module, _, name = place.partition(":")
        jobs += getattr(import_module(f"core.claims.experiments.{module}"), name)(quick, seeds)
    return jobs


def measure(claim: str, quick: bool, seeds: Sequence[int], num_processes: int, only: str = "") -> list[Figure]:
    """All figures of a claim.

    Args:
        quick: Smaller networks, shorter sequences and trainings.
        seeds: A training of each job with each.
        num_processes: Trainings at once; 1 for what is a time.
        only: Measures nothing but the tasks that have this in their name.
    """
    jobs = [job for job in jobs_of(claim, quick, seeds) if only in job.task]
    return figures_of(run_jobs(jobs, 1 if check_claim(claim).is_time else num_processes))


def this_machine() -> Machine:
    """What the figures of this process come from."""
    version = torch.__version__.partition("+")[0]
    return Machine(processor=this_processor(), cores=available_cores(), threads=1, torch=version)


def run_jobs(jobs: Sequence[Job], num_processes: int) -> Iterator[tuple[Job, Numbers]]:
    """Runs jobs, several at once when asked to, and gives their numbers in the order of the jobs."""
    if num_processes == 1:
        _prepare_process()
        yield from ((job, job.run()) for job in jobs)
        return
    with ProcessPoolExecutor(num_processes, get_context("spawn"), _prepare_process) as pool:
        yield from zip(jobs, pool.map(Job.run, jobs), strict=True)


def _prepare_process() -> None:
    """One thread: networks this small gain nothing from a second one, and one always adds in the same order."""
    torch.set_num_threads(1)
    keep_freed_memory()
