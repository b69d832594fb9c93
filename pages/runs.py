"""Runs: what this visitor trained on this server, and any runs side by side; nobody else's are listed."""

import streamlit as st

from core.applications import APPLICATIONS
from core.compare import MOST_COMPARED
from core.jobs.status import RunStatus
from ui import runs, services, visitor
from ui.compare import draw_comparison, load_runs
from ui.foreign import foreign
from ui.frame import ensure_frame
from ui.results.common import is_narrow
from ui.runs_table import any_active, draw_table, selected_runs
from ui.runs_toolbar import draw_delete_everything, draw_toolbar, show_refusals
from ui.words import count

TABLE_SECONDS, COMPARISON_SECONDS = 2.0, 10.0


def read_address() -> list[str]:
    """The ids that the link asks to compare, each once; a run of a link joins them."""
    asked = [part.strip() for part in st.query_params.get("compare", "").split(",")]
    asked.append(st.query_params.get("run", ""))
    return list(dict.fromkeys(part for part in asked if part))


def take_address() -> None:
    """When a link was followed, choose what it asks for; otherwise the choice is the visitor's."""
    asked = read_address()
    if asked == st.session_state.get("runs:address", []):
        return
    st.session_state["runs:asked"] = asked[:MOST_COMPARED]
    st.session_state["runs:too_many"] = len(asked) - MOST_COMPARED
    st.session_state["runs:link"] = st.session_state.get("runs:link", 0) + 1


def write_address(chosen: list[str], guests: list[str]) -> None:
    """Keep the choice in the address, so that the comparison can be shared."""
    wanted = [run_id for run_id in chosen if run_id not in guests or services.status(run_id) is not None]
    if len(wanted) < 2 and not set(wanted) & set(guests):
        wanted = []
    st.session_state["runs:address"] = wanted
    if wanted == read_address() and "run" not in st.query_params:
        return
    for name in {"run", "compare"} & set(st.query_params):
        del st.query_params[name]
    if wanted:
        st.query_params["compare"] = ",".join(wanted)


def forget(run_id: str) -> None:
    """Take a run of the link out of the comparison."""
    st.session_state["runs:asked"] = [other for other in st.session_state["runs:asked"] if other != run_id]


def draw_mine(before: tuple[list[str], list[str]], link: int, asked: list[str]) -> None:
    """The table; it renews itself, and the whole page when another row is selected or a run has ended."""
    found = runs.mine()
    if found and is_narrow():
        st.space("small")  # without a pointer the table's buttons always stand above it
    selected = draw_table(found, asked, link) if found else []
    if (selected, signature(found)) != before:
        st.rerun()


def signature(found: list[RunStatus]) -> list[str]:
    """What the page below the table depends on."""
    return [f"{status.run_id} {status.state} {status.attempt} {status.name} {status.pinned}" for status in found]


def draw_empty() -> None:
    """What stands here before the first training."""
    with st.container(border=True):
        st.markdown("**Nothing trained yet.** Every run you start stands here afterwards, with its figure beside "
                    "the best simple method's, ready to be compared.")  # fmt: skip
        with st.container(horizontal=True, gap="medium"):
            for app in APPLICATIONS.values():
                st.page_link(f"pages/{app.name}.py", label=app.title, icon=":material/arrow_forward:")


def draw_compared(chosen: list[str], guests: list[str]) -> None:
    """The comparison, with what the link brought and what is gone named first."""
    loaded, missing = load_runs(chosen)
    if st.session_state.get("runs:too_many", 0) > 0:
        left_out = count(st.session_state["runs:too_many"], "run")
        missing.append(f"A comparison holds at most {MOST_COMPARED} runs; {left_out} of the link stay out.")
    if len(loaded) > 1:
        st.subheader("Compare", anchor=False)
    if missing:
        st.warning("\n".join(f"- {line}" for line in missing))
    visiting = [run for run in loaded if run.status.run_id in guests]
    if visiting:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("From the link", width="content")
            for run in visiting:
                st.button(
                    foreign(run.name), icon=":material/close:", key=f"runs:forget:{run.status.run_id}",
                    help="Take it out of the comparison.", on_click=forget, args=(run.status.run_id,),
                )  # fmt: skip
    if len(loaded) > 1:
        draw_comparison(loaded)
    elif visiting:
        st.caption("Select one of your runs to compare it with the one from the link.")


ensure_frame()
take_address()
st.title("Runs", anchor=False)
st.markdown("Everything you trained on this server, newest first. Select two or more to compare them.")
if visitor.key_in_link():
    st.caption("Cookies are blocked here, so the key to your runs is in the address. Keep it, and give it to nobody.")
show_refusals()
mine = runs.mine()
asked, link = st.session_state.get("runs:asked", []), st.session_state.get("runs:link", 0)
selected = selected_runs(mine, asked, link)
if mine:
    every = max(TABLE_SECONDS, services.refresh_seconds(visitor.tab())) if any_active(mine) else None
    st.fragment(draw_mine, run_every=every)((selected, signature(mine)), link, asked)
else:
    draw_empty()
by_id = {status.run_id: status for status in mine}
guests = [run_id for run_id in asked if run_id not in by_id]
if selected:
    draw_toolbar([by_id[run_id] for run_id in selected])
chosen = [*guests, *selected][:MOST_COMPARED]
write_address(chosen, guests)
compared = st.container()
if chosen:
    training = any_active([by_id[run_id] for run_id in selected])
    with compared:
        st.fragment(draw_compared, run_every=COMPARISON_SECONDS if training else None)(chosen, guests)
st.space("medium")
draw_delete_everything(len(mine))
