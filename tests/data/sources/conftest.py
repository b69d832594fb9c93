"""Files for the tests of reading them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.sources.common import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text or bytes to a new file and gives its path."""

    def to_file(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to_file
