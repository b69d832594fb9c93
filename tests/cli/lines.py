"""What commands print with `--json`, read back."""

import json

import pytest


def objects(text):
    """One object a line; numbers that JSON does not have fail the test."""
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]
