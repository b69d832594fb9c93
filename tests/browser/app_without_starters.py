"""Runs the app as Streamlit does, but without the starters of task pages: what a test trains is all that they show.

The arguments are Streamlit's own. Left out: the starters of a page (tests/app/test_starters.py).
"""

import sys
from pathlib import Path


def main() -> None:
    """Take the starters away, then let Streamlit run in this process."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from streamlit.web import cli

    from ui import starter

    starter.starter_of = lambda task: None
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
