"""Use it, of a network that tags words: a sentence with its tags or its names, how sure each is, and tables of many sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ui.charts.labels import percent
from ui.foreign import csv_of, foreign, table
from ui.words import NONE, count

_GROUNDS = ("blue", "orange", "green", "violet", "red", "yellow", "gray")
Answer = Mapping[str, Any]
"""Of one sentence, as a tagger's `predict` gives it."""


def tagged_line(words: Sequence[str], tags: Sequence[str]) -> str:
    """A sentence as Markdown: every word with its tag, on the ground of that tag; the grounds go round for many tags."""
    places = {tag: place for place, tag in enumerate(dict.fromkeys(tags))}
    return " ".join(_on(places[tag], word, tag) for word, tag in zip(words, tags, strict=True))


def answer_line(answer: Answer, kinds: Sequence[str] = ()) -> str:
    """A sentence as Markdown: its names as spans with type and probability; every word with its tag where none mark names.

    Args:
        answer: Of a sentence.
        kinds: All types in their order, so that one has the same ground in every sentence; those of the answer otherwise.
    """
    if "entities" not in answer:
        return tagged_line(answer["words"], answer["tags"])
    known = list(kinds) or sorted({one["kind"] for one in answer["entities"]})
    pieces, at = [], 0
    for one in answer["entities"]:
        pieces += [foreign(word, 60) for word in answer["words"][at : one["start"]]]
        place = known.index(one["kind"]) if one["kind"] in known else len(known)
        pieces.append(_on(place, one["text"], f"{one['kind']} {percent(one['probability'])}"))
        at = one["end"]
    return " ".join([*pieces, *(foreign(word, 60) for word in answer["words"][at:])])


def _on(place: int, text: str, said: str) -> str:
    return f":{_GROUNDS[place % len(_GROUNDS)]}-background[{foreign(text, 120)} :small[{foreign(said, 30)}]]"


def surely(answer: Answer) -> None:
    """Every word, marks included, with its tag and how sure the network is: of the tag, and that it is part of a name."""
    has_names = "entities" in answer
    with st.expander("Name or not, word by word" if has_names else "How sure it is of each word", expanded=has_names):
        rows = pd.DataFrame({"Word": answer["words"], "Tag": answer["tags"]})
        if has_names:
            rows["Part of a name"] = [percent(share) for share in answer["named"]]
        rows["Sure of the tag"] = [percent(share) for share in answer["probabilities"]]
        st.dataframe(
            table(rows), hide_index=True, placeholder=NONE, height=min(420, 36 * (len(rows) + 1) + 2),
            alt=f"Tags of {count(len(rows), 'word')}, and how sure they are.",
        )  # fmt: skip


def say_cut(number: int) -> None:
    """Say that words at the end of a sentence were left out."""
    if number:
        st.caption(
            f"The last {count(number, 'word')} of the sentence are more than the network reads at once, and have no tag."
        )


def by_word(answers: Sequence[Answer]) -> pd.DataFrame:
    """A row a word of all sentences: `sentence` from 1, `word`, `tag`, `sure` of it, and `named` where there are names."""
    found = pd.DataFrame(
        [
            (number, word, tag, share)
            for number, answer in enumerate(answers, 1)
            for word, tag, share in zip(answer["words"], answer["tags"], answer["probabilities"], strict=True)
        ],
        columns=["sentence", "word", "tag", "sure"],
    )
    if "named" in answers[0]:
        found["named"] = [share for answer in answers for share in answer["named"]]
    return found


def by_entity(answers: Sequence[Answer]) -> pd.DataFrame:
    """A row a name of all sentences: `sentence`, `name`, `type`, `first` and `last` word counted from 1, and `sure` of it."""
    return pd.DataFrame(
        [
            (number, one["text"], one["kind"], one["start"] + 1, one["end"], one["probability"])
            for number, answer in enumerate(answers, 1)
            for one in answer["entities"]
        ],
        columns=["sentence", "name", "type", "first", "last", "sure"],
    )


def show_many(app: str, answers: Sequence[Answer]) -> None:
    """The sentences as a table, the least sure word of each, and files of all words and of all names."""
    has_names = "entities" in answers[0]
    shown = pd.DataFrame({"Sentence": [answer["text"] for answer in answers]})
    if has_names:
        shown["Names"] = [
            ", ".join(f"{one['text']} ({one['kind']}, {percent(one['probability'])})" for one in answer["entities"])
            for answer in answers
        ]
    else:
        shown["Tags"] = [" ".join(answer["tags"]) for answer in answers]
    shown["Least sure"] = [100 * min(answer["probabilities"]) for answer in answers]
    shown["Left out"] = [answer["num_cut"] for answer in answers]
    st.dataframe(
        table(shown if shown["Left out"].any() else shown.drop(columns="Left out")), hide_index=True, placeholder=NONE,
        alt=f"Tags of {count(len(answers), 'sentence')}.",
        column_config={
            "Sentence": st.column_config.TextColumn(width="large"),
            "Least sure": st.column_config.NumberColumn(
                format="%.0f%%", width="small", help="How sure the network is of the word that it is least sure of."
            ),
            "Left out": st.column_config.NumberColumn(width="small", help="Words at the end beyond what it reads at once."),
        },
    )  # fmt: skip
    with st.container(horizontal=True):
        if has_names:
            st.download_button(
                "Download names as CSV", csv_of(by_entity(answers)), "names.csv", "text/csv", key=f"{app}_many_names",
                on_click="ignore", help="Every name with its sentence, type, first and last word and probability.",
            )  # fmt: skip
        st.download_button(
            "Download words as CSV", csv_of(by_word(answers)), "tagged_words.csv", "text/csv", key=f"{app}_many_words",
            on_click="ignore", help="Every word with its sentence, its tag and how sure the network is of it.",
        )  # fmt: skip
