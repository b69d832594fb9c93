"""The handwritten digits that come with scikit-learn, read from its file and written as a table of ours.

8 x 8 pixels of 0 (paper) to 16 (ink), row by row, and which digit it is. Left out: importing scikit-learn, which takes
seconds; only its file is read.

Reference:
    Alpaydin and Kaynak, 1998, "Optical recognition of handwritten digits", UCI Machine Learning Repository,
    doi:10.24432/C50P49, CC BY 4.0.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

SIDE = 8


def digits() -> list[list[int]]:
    """Rows of 64 pixels and the digit that they show.

    Raises:
        ModuleNotFoundError: scikit-learn is not installed.
    """
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the digits are read from scikit-learn's file: install scikit-learn")
    content = gzip.decompress((Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz").read_bytes())
    return [[int(float(value)) for value in line.split(",")] for line in content.decode().split()]


def names() -> list[str]:
    """Of the columns: `r1c1` is the pixel in the upper left corner."""
    return [*(f"r{row}c{column}" for row in range(1, SIDE + 1) for column in range(1, SIDE + 1)), "digit"]
