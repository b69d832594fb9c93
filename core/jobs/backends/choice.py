"""Which backend a server uses, by its settings."""

from __future__ import annotations

from core.config.limits import Settings
from core.config.machine import available_cores, default_slots
from core.jobs.backends import Backend, Share
from core.jobs.backends.local import LocalBackend
from core.jobs.backends.ray import Head, RayBackend


def backend_of(settings: Settings) -> tuple[Backend, Share]:
    """The backend, at work, and what each run may have of it. Whoever asks for it closes it."""
    if settings.backend == "ray":
        token = settings.ray_token.get_secret_value() if settings.ray_token is not None else ""
        share = Share(settings.ray_cpus, settings.ray_gpus)
        return RayBackend(Head(settings.ray_address, token), share, max_slots=settings.slots), share
    slots = settings.slots or default_slots()
    share = Share(max(1, available_cores() // slots))
    return LocalBackend(slots, share.cpus), share
