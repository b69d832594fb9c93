"""Runs the app with more public texts in its catalogue: `python app_with_sets.py SETS.json run streamlit_app.py ...`.

The JSON is a list of objects with `id` and `files`, each as a row of `datasets/files.csv`. What follows are Streamlit's
own arguments; or `read` and the number of a socket, for the process that reads what this server has. Left out: publishing the files (test_data_downloads.py).
"""

import json
import sys
from pathlib import Path


def main() -> None:
    """Enter the sets, then let Streamlit, or readers, run in this process."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from core.bounded import process
    from core.bounded.reader_process import ReaderProcess
    from core.data.dataset import TextSet
    from core.data.entries import text
    from core.data.entries.entry import Entry, File

    def load(folder, data):
        return TextSet(text="".join(path.read_text() for path in sorted(folder.glob("*.txt"))))

    sets = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text.TEXT += tuple(
        Entry(
            one["id"], "text", one["id"].capitalize(), "Lines of a test.", "A server of the test", "CC0 1.0", load,
            defaults={"unit": "character", "vocab_size": 100, "split": (0.8, 0.1, 0.1)},
            files=tuple(File(**file) for file in one["files"]), citation="Nobody", splits="none published",
            items=(7, "sayings"),
        )
        for one in sets
    )  # fmt: skip
    if sys.argv[2] == "read":
        sys.argv = sys.argv[2:]
        process.main()
        return
    ReaderProcess.command = (__file__, sys.argv[1], "read")
    sys.argv = ["streamlit", *sys.argv[2:]]
    from streamlit.web import cli

    cli.main()


if __name__ == "__main__":
    main()
