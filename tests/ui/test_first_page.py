"""What the first page of a server waits for."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_pages_are_imported_without_the_libraries_that_a_first_look_does_without():
    late = ["altair", "torch", "sklearn", "statsmodels", "huggingface_hub"]
    code = f"""
import sys
import ui.page
from core.applications import APPLICATIONS
from ui.tasks.view import view_of
for name in APPLICATIONS:
    view_of(name)
assert not set({late}) & set(sys.modules), set({late}) & set(sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
