"""A data set of the Hugging Face Hub as the page's data: a button, a dialog that looks it up and fetches it, an offer.

What is fetched is on the server for everybody who names it; which columns are used is corrected where other data's are
(reading.py). Left out: asking (hub_lookups.py), fetching (core.data.download_queue).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.config.errors import ConfigError
from core.config.limits import bytes_in_words
from core.data.download_queue import hub_key
from ui import fetching, services, session, visitor
from ui.foreign import foreign, one_line
from ui.hub_lookups import Lookups
from ui.problems import show_problems
from ui.server_state import of_the_server
from ui.state import page_of
from ui.words import count

if TYPE_CHECKING:
    from core.data.download_queue import DownloadState
    from core.data.hub.choices import Choice, HubSet
    from core.data.hub.listing import Split, Subset

LOOK_SECONDS = 0.5
_USUAL = ""  # the three usual splits
_PAGE = "https://huggingface.co/datasets"


@of_the_server
def _lookups() -> Lookups:
    return Lookups(services.settings(), services.limits())


def draw_hub_button(task: str) -> None:
    """The button that opens the dialog; nothing where the host has switched the Hub off."""
    if services.settings().hub == "off":
        return
    if st.button(
        "Hugging Face Hub", icon=":material/hub:", type="tertiary", key=f"{task}:hub",
        help="Use one of the public data sets that people share on huggingface.co.",
    ):  # fmt: skip
        _open(task)


def draw_fetch_offer(task: str, data: Mapping[str, Any]) -> bool:
    """Offer to fetch the data of a link whose files are not on this server.

    Args:
        task: The task.
        data: Dotted data choices of the page.

    Returns:
        Whether there was something to offer: False for other data, and for data that is here.
    """
    if data.get("data.source") != "hub":
        return False
    from core.data.hub.choices import Choice
    from core.data.hub.client import check_hub_allowed, check_id
    from core.data.hub.files import is_here

    try:
        choice = Choice(check_id(data.get("data.id")), data.get("data.subset"), data.get("data.hub_split"))
        check_hub_allowed(choice.id, services.settings())
    except ConfigError:
        return False  # the problems of the page say why
    if is_here(choice, services.settings(), services.limits()):
        return False
    st.info(f"{foreign(choice.in_words)} is a data set of the Hugging Face Hub that is not on this server yet.")
    if st.button("Look it up", type="primary", icon=":material/hub:", key=f"{task}:hub_offer"):
        st.session_state[f"{task}:hub_name"] = choice.id
        page_of(task).hub_asked = choice.id
        _lookups().ask(choice.id, visitor.address())
        _open(task, choice)
    return True


@st.dialog("Hugging Face Hub", width="medium", icon=":material/hub:")
def _open(task: str, choice: Choice | None = None) -> None:
    names = services.settings().hub_ids
    key = f"{task}:hub_name"
    if names:
        name = st.selectbox("Name", names, key=key, help="Those that this server fetches. `data.id`")
    else:
        name = st.text_input(
            "Name", key=key, placeholder="owner/name",
            help="What follows huggingface.co/datasets/ in the address of its page. `data.id`",
        )  # fmt: skip
    name = (name or "").strip().removeprefix(f"{_PAGE}/").strip("/")
    if st.button("Look it up", key=f"{task}:hub_look_up", disabled=not name):
        page_of(task).hub_asked = name
        _lookups().ask(name, visitor.address())
    if page_of(task).hub_asked == name and name:
        st.fragment(_draw_answer, run_every=LOOK_SECONDS)(task, name, choice)


def _draw_answer(task: str, name: str, choice: Choice | None) -> None:
    """What came of looking it up; drawn again twice a second, because an answer and a fetch come by themselves."""
    answer = _lookups().answer(name)
    if answer is None:  # so many were asked for since that this one was forgotten
        _lookups().ask(name, visitor.address())
    if answer is None or answer.is_waiting:
        st.caption("Asking the Hub ...")
    elif answer.problems:
        show_problems("This data set cannot be used.", answer.problems)
    elif answer.found is None:
        st.error(foreign(answer.error))
    else:
        _draw_set(task, answer.found, choice)


def _draw_set(task: str, found: HubSet, wanted: Choice | None) -> None:
    """Title, licence, what there is to choose, and the button that fetches it."""
    from core.data.hub.choices import Choice, chosen_splits

    title = f" · {foreign(found.title)}" if found.title else ""
    st.markdown(f"**{foreign(found.id)}**{title}")
    terms = f"Licence: {foreign(found.licence)}" if found.licence else "Licence: none stated. Look at its page first."
    st.caption(f"{terms} · Page: {foreign(f'huggingface.co/datasets/{found.id}')}")
    subset = _draw_subset(task, found, wanted)
    if subset is None:
        return
    usual = list(chosen_splits(found, Choice(found.id, subset.name))[1].values())
    split = _draw_split(task, found, subset, usual, wanted)
    choice = Choice(found.id, subset.name if subset.name != found.default else None, split or None)
    members = [subset.split(split)] if split else usual
    if any(member is not None and member.is_part for member in members):
        st.caption("Of a very large data set the Hub's copy holds only the beginning.")
    _draw_fetch(task, choice)


def _draw_subset(task: str, found: HubSet, wanted: Choice | None) -> Subset | None:
    names = [subset.name for subset in found.subsets]
    if len(names) > 1:
        usual = (wanted.subset if wanted is not None else None) or found.default
        chosen = st.selectbox(
            "Subset", names, index=names.index(usual) if usual in names else 0, key=f"{task}:hub:{found.id}:subset",
            format_func=one_line, help="Which part of the data set. `data.subset`",
        )  # fmt: skip
    else:
        chosen = names[0]
    return next((subset for subset in found.subsets if subset.name == chosen), None)


def _draw_split(task: str, found: HubSet, subset: Subset, usual: Sequence[Split], wanted: Choice | None) -> str:
    """The split that somebody names; "" for the usual ones."""
    names = [split.name for split in subset.splits]
    options = [_USUAL, *names] if len(names) > 1 else names
    words = {split.name: f"{one_line(split.name)} ({_size([split])})" for split in subset.splits}
    words[_USUAL] = f"As published: {one_line(', '.join(split.name for split in usual))} ({_size(usual)})"
    before = wanted.hub_split if wanted is not None else None
    chosen = st.selectbox(
        "Split", options, index=options.index(before) if before in options else 0,
        key=f"{task}:hub:{found.id}:{subset.name}:split", format_func=words.__getitem__,
        help="Which split; a single one is cut into training, validation and test here. `data.hub_split`",
    )  # fmt: skip
    if len(names) == 1:
        return before if before == names[0] else _USUAL  # said by itself; a link stays short
    return chosen or _USUAL


def _size(splits: Sequence[Split]) -> str:
    numbers = [split.rows for split in splits if split.rows is not None]
    rows = f"{count(sum(numbers), 'row')}, " if len(numbers) == len(splits) else ""
    return f"{rows}{bytes_in_words(sum(split.bytes for split in splits))}"


def _draw_fetch(task: str, choice: Choice) -> None:
    """Fetch it, see how far it is, or use it when it is here; what this page fetched is used by itself."""
    from core.data.hub.files import is_here

    key = hub_key(choice)
    state = services.downloads().state(key)
    if state is not None and not state.done:
        _draw_progress(task, choice, state)
    elif not is_here(choice, services.settings(), services.limits()):
        refused = page_of(task).hub_refused.get(key)
        if refused:
            show_problems("This data set is not fetched.", refused)
        elif state is not None and state.error:
            st.error(foreign(state.error))
        elif state is not None and state.cancelled:
            st.caption("Cancelled. Files that came whole are kept for the next try.")
        st.button("Fetch", type="primary", icon=":material/download:", key=f"{task}:hub_fetch", on_click=_fetch,
                  args=(task, choice), help="Fetch its files to this server, for everybody who names it.")  # fmt: skip
    elif page_of(task).hub_fetching == key:
        page_of(task).hub_fetching = None
        _use(task, choice)
    elif st.button("Use it", type="primary", key=f"{task}:hub_use", help="It is on this server."):
        _use(task, choice)


def _draw_progress(task: str, choice: Choice, state: DownloadState) -> None:
    """The bar and Cancel; for who only looks on, a way to have it too."""
    key = hub_key(choice)
    fetching.draw_bar(key, state)
    wanted_by, now = services.downloads().wanted_by(key), services.downloads().state(key)
    came = now is not None and now.done and not now.cancelled  # since it was looked at
    if visitor.owner() in wanted_by or came:
        return
    page_of(task).hub_fetching = None  # cancelled here: it is not used by itself when it comes for others
    if wanted_by:
        st.button("Use it once it is here", key=f"{task}:hub_join", on_click=_fetch, args=(task, choice),
                  help="Wait for it too: it then goes on when the other visitor cancels.")  # fmt: skip


def _fetch(task: str, choice: Choice) -> None:
    """Ask for it; why that cannot be stays on the screen until the next try."""
    key = hub_key(choice)
    try:
        services.downloads().start_hub(choice, visitor.owner(), visitor.address())
    except ConfigError as error:
        page_of(task).hub_refused = {key: error.problems}
        return
    page_of(task).hub_refused = {}
    page_of(task).hub_fetching = key


def _use(task: str, choice: Choice) -> None:
    """Make it the data of the page, and close the dialog."""
    chosen = {name: value for name, value in (("subset", choice.subset), ("hub_split", choice.hub_split)) if value}
    page_of(task).hub_asked = None
    session.choose(task, f"hub:{choice.id}", **chosen)
    st.rerun()
