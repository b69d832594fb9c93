"""When and why: what changed in which year, and what a recurrent network is for today; every entry opens a page.

Left out: anything that cannot be tried here.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.applications import APPLICATIONS
from ui.foreign import foreign
from ui.frame import ensure_frame
from ui.learn.lesson import draw_way_on
from ui.learn.lessons import ENTRIES, entry


@dataclass(frozen=True)
class Year:
    """What changed in a year.

    Attributes:
        year: When it was published.
        title: What came.
        who: By whom.
        what: What it changed, in a sentence or two.
        page: The page nearest to it.
    """

    year: int
    title: str
    who: str
    what: str
    page: str


YEARS = (
    Year(1974, "States that persist", "William Little",
         "A net of neurons that feed each other has states it returns to, like a magnet. Memory becomes a matter of "
         "where the dynamics settle.", "hopfield"),
    Year(1982, "A network that recalls", "John Hopfield",
         "With symmetric weights every update lowers an energy, so that the network runs down into a stored pattern, "
         "also from a damaged one.", "hopfield"),
    Year(1986, "Learning by backpropagation", "David Rumelhart, Geoffrey Hinton and Ronald Williams",
         "Errors travel backwards through hidden layers, and through a network that is unfolded in time: the hidden state "
         "need not be designed any more, it is learned.", "unfolding"),
    Year(1989, "Teacher forcing", "Ronald Williams and David Zipser",
         "While it learns, a network reads the right previous output instead of its own; afterwards it must live with "
         "its own.", "attention"),
    Year(1990, "Finding structure in time", "Jeffrey Elman",
         "A hidden layer that reads its own last value learns word classes from nothing but the order of words. This is "
         "the simple RNN of today.", "cell"),
    Year(1991, "Why it does not learn what is far", "Sepp Hochreiter; Yoshua Bengio and others, 1994",
         "The gradient is a product with one factor a step. It vanishes or explodes, and long dependences are lost.",
         "gradients"),
    Year(1993, "A history compressor over 1,000 layers", "Jürgen Schmidhuber",
         "Levels of networks each learn only what the level below could not foresee. Unfolded, one problem needed more "
         "than 1,000 layers: very deep learning before it was called that.", "unfolding"),
    Year(1997, "Long short-term memory", "Sepp Hochreiter and Jürgen Schmidhuber",
         "A state that is added to instead of being multiplied, and gates that open and close it. The forget gate came in "
         "2000, by Felix Gers and others.", "cell"),
    Year(1997, "Two directions", "Mike Schuster and Kuldip Paliwal",
         "A second network reads from the end, so that a later word can explain an earlier one.", "directions"),
    Year(2001, "Reservoirs", "Herbert Jaeger; Wolfgang Maass and others, 2002",
         "Leave the recurrent weights random and train only a linear readout: echo state networks, and liquid state "
         "machines with neurons that spike.", "reservoirs"),
    Year(2014, "The gated recurrent unit", "Kyunghyun Cho and others",
         "Two gates and one state instead of three and two, found on the way to machine translation.", "memory_race"),
    Year(2014, "Encoder and decoder", "Ilya Sutskever and others; Kyunghyun Cho and others",
         "One network reads a sentence into a vector, a second writes it out in another language. Lengths may differ.",
         "translation"),
    Year(2014, "Attention", "Dzmitry Bahdanau and others",
         "The decoder looks back at every state of the encoder instead of at the last one alone, and one can see where.",
         "attention"),
    Year(2014, "Neural Turing machine", "Alex Graves and others",
         "A network gets a memory beside it, with heads that read and write where they are taught to.", "turing"),
    Year(2017, "Attention without recurrence", "Ashish Vaswani and others",
         "The Transformer drops the recurrence, and with it the steps that must wait for each other. Most large language "
         "models went this way; what waiting costs is measured here.", "unfolding"),
    Year(2024, "Recurrence that does not wait", "Leo Feng and others",
         "Gates that look at the input alone turn the recurrence into a scan, which can be computed in parallel: minLSTM "
         "and minGRU. They stand beside the others in every list of cells; the scan runs on a GPU, and on a CPU they wait, "
         "too (F10 of What is claimed).", "cell"),
)  # fmt: skip

FITS = (
    ("Order carries more than any single step", "Shuffle the steps; where nothing is lost, count or average instead.",
     "without_memory"),
    ("Data comes step by step and must be answered at once", "A state of fixed size is all that is kept between steps.",
     "forecasting"),
    ("Sequences are long or of any length, and the device is small", "Weights and memory while running do not grow with length.",
     "unfolding"),
    ("There is little data, or little time", "Most pages here need some hundred steps of training on two processor cores.",
     "memory"),
)  # fmt: skip

FITS_NOT = (
    ("A single step tells all, or only what occurs counts", "A feed-forward network or a bag of words is faster and as good.",
     "without_memory"),
    ("A window that is not long covers the past that matters", "A network over a window has no gradient to lose on the way.",
     "without_memory"),
    ("There is very much data and a large machine", "Steps wait for each other in training; Transformers do not have to wait.",
     "unfolding"),
    ("A detail from very far back must be reproduced exactly", "One state must hold everything; attention looks it up.",
     "attention"),
)  # fmt: skip


def draw() -> None:
    """The page."""
    ensure_frame()
    page = entry("history")
    st.title(page.title, anchor=False)
    st.markdown(
        "When a recurrent network is the right choice today, and when it is not. Below, the years in which the ideas of this "
        "section were new, each with the page nearest to it."
    )
    st.subheader("When to use a recurrent network", anchor=False)
    with st.grid(2, min_column_width=320):
        _draw_reasons("Use one where", ":material/check:", FITS)
        _draw_reasons("Rather not where", ":material/close:", FITS_NOT)
    st.subheader("What changed, year by year", anchor=False)
    for one in YEARS:
        with st.container(horizontal=True, gap="medium"):
            st.markdown(f"**{foreign(str(one.year))}**", width=60)
            with st.container(gap="small"):
                st.markdown(f"**{foreign(one.title)}** · {foreign(one.who)}  \n{foreign(one.what)}")
                _draw_link(one.page)
    draw_way_on("history")


def _draw_reasons(title: str, icon: str, reasons: tuple[tuple[str, str, str], ...]) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"{icon} **{title}**")
        for when, because, page in reasons:
            st.markdown(f"**{when}.** {because}")
            _draw_link(page)


def _draw_link(name: str) -> None:
    """To a page of the menu: what it is called there."""
    titles = {app.name: app.title for app in APPLICATIONS.values()} | {one.name: one.title for one in ENTRIES}
    if name not in titles:
        return
    st.page_link(f"pages/{name}.py", label=foreign(titles[name]), icon=":material/arrow_forward:")
