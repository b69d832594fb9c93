"""Runs the app as Streamlit does, but without starters: what a test trains is then all that its pages show.

The arguments are Streamlit's own. Left out: the starters of a page (tests/app/test_starters.py).
"""

import sys
from pathlib import Path


def main() -> None:
    """Take the starters away, then let Streamlit run in this process."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from streamlit.web import cli

    from core.jobs import starters

    starters.STARTERS_DIR = Path(__file__).with_name("no starters")
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
