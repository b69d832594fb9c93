"""The process that makes readers, of this server. It imports for a second, so the server begins it before anything else.

Left out: what is asked of it (asking.py).
"""

from __future__ import annotations

from core.bounded.reader_process import ReaderProcess
from ui.server_state import made, of_the_server


@of_the_server
def reader_process() -> ReaderProcess:
    """The one of this server, which has begun to import."""
    process = ReaderProcess()
    process.start()
    return process


def close() -> None:
    """End it with everything that it reads; nothing where it was never begun."""
    process = made(reader_process)
    if process is not None:
        process.close()
