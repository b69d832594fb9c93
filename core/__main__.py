"""`python -m core ...`: the shell."""

import os
import sys

from core.config.machine import keep_freed_memory, set_thread_policy

set_thread_policy(os.environ)  # before anything imports torch
keep_freed_memory()

from core.cli import main

if __name__ == "__main__":
    sys.exit(main())
