"""`python -m core ...`: the shell."""

import os
import sys

# Before anything imports torch: waiting threads sleep instead of spinning, which two trainings side by side need.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from core.cli import main

if __name__ == "__main__":
    sys.exit(main())
