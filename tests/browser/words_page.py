"""A page that shows hostile words as the app does, in everything that Streamlit reads as Markdown.

`python words_page.py run ...` starts Streamlit on this very file, which it then runs as the page. Left out: looking
(test_foreign_words.py).
"""

import os
import sys
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.hostile_words import words_with
from ui.foreign import foreign, foreign_code


def draw() -> None:
    """Every word in every place, between our own words."""
    st.title("Words")
    for number, (name, text) in enumerate(words_with(os.environ["FOREIGN"]).items()):
        with st.container(key=f"word_{number}"):
            safe, code = foreign(text, 300), foreign_code(text, 300)
            st.markdown(f"Markdown {safe} end")
            st.markdown(f"Code {code} end")
            st.markdown(safe)
            st.caption(f"Caption {safe} end", help=f"Help {safe} end")
            st.warning(f"Some of it:\n\n- List {safe} end\n- ListCode {code} end")
            st.button(f"Button {safe} end", key=f"button_{number}")
            st.button(safe or "none", key=f"only_{number}")
            st.metric(f"Metric {safe} end", f"Value {safe} end", f"Delta {safe} end")
            st.progress(0.5, f"Progress {safe} end")
            st.table(pd.DataFrame({f"Heading {safe} end": [f"Cell {safe} end"]}), hide_index=True)
            st.segmented_control(f"Label {safe} end", [f"Choice {safe} end"], key=f"choice_{number}")
            with st.expander(f"Expander {safe} end", icon=":material/info:"):
                st.write(name.replace(" ", "_"))


def main() -> None:
    """Let Streamlit run in this process, on this file."""
    from streamlit.web import cli

    rest = sys.argv[sys.argv.index("run") + 2 :]
    sys.argv = ["streamlit", "run", __file__, *rest]
    cli.main()


if __name__ == "__main__":
    draw() if get_script_run_ctx() is not None else main()
