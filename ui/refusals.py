"""How the web server says no to a request before anything of it is kept: a status, one sentence, and no more is read.

Left out: what is refused (upload_gate.py, stream_gate.py).
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse


class Refused(Exception):
    """A request is refused; carries the status and the sentence of the answer."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence

    def answer(self) -> PlainTextResponse:
        """The answer, after which the connection is closed: the rest of the request is not read."""
        return PlainTextResponse(self.sentence, self.status, headers={"connection": "close"})
