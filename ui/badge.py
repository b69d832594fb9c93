"""The badge that ends a page: device, queue, free disk, this server's limits, and where the visitor's key is.

Left out: a run's own place in the queue (run_panel.py).
"""

from __future__ import annotations

import streamlit as st

from core.config.words import plural
from ui import services, visitor

KEY_IN_LINK = (
    "Cookies are blocked here, so the key to your runs stands in this page's link: whoever has that link can change "
    "your runs. It is not part of the links you copy."
)


def draw_badge() -> None:
    """Draw it where the page is."""
    limits = services.limits().sentences()
    disk = services.free_disk()
    parts = [services.device_label(), *([] if disk is None else [disk_words(disk)]), _queue()]
    st.caption(f":material/memory: {' · '.join(parts)}")
    if limits:
        with st.popover("Limits of this server", type="tertiary"):
            st.markdown("\n".join(f"- {sentence}" for sentence in limits))
    _login()
    if visitor.key_in_link():
        st.caption(f":material/key: {KEY_IN_LINK}")


def _login() -> None:
    """A button to log in or out, where the server has a login."""
    is_logged_in = getattr(st.user, "is_logged_in", None)
    if is_logged_in is not None:
        label, action = ("Log out", st.logout) if is_logged_in else ("Log in", st.login)
        st.button(label, on_click=action, key="badge:login", type="tertiary")


def _queue() -> str:
    manager = services.manager()
    # A run that has ended holds its slot for a moment more.
    running = [found for found in map(services.status, manager.active()) if found is not None and not found.is_over]
    return queue_words(len(running), manager.slots, manager.queue_length())


def disk_words(num_bytes: int) -> str:
    """Free disk in words, such as 35 GB of disk left."""
    gigabytes = num_bytes / 1e9
    if gigabytes >= 10:
        return f"{gigabytes:,.0f} GB of disk left"
    if gigabytes >= 1:
        return f"{gigabytes:.1f} GB of disk left"
    return f"{num_bytes / 1e6:,.0f} MB of disk left"


def queue_words(running: int, slots: int, waiting: int) -> str:
    """How busy the server is, such as "busy, 3 runs wait"."""
    if waiting:
        return f"busy, {plural(waiting, 'run')} wait{'s' if waiting == 1 else ''}"
    return "free" if running < slots else "busy, new runs wait their turn"
