"""A visitor without a browser: a session that speaks Streamlit's own protocol.

A visitor fetches the page once for its cookies, opens the stream, sends the state of every widget it was shown, and
obeys the timers that the server sets, as a browser does.
Left out: many of them at once (crowd.py), files, dialogs and messages (strangers.py), drawing, and the checks that a
browser makes of what it receives.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

SILENCE_SECONDS = 20.0
PROXY_HEADER = "X-Forwarded-For"
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass
class Seen:
    """What a visitor measured; all in seconds.

    Attributes:
        in_form, on_page: From an interaction to the script's end, in the form's fragment and for the whole page.
        ticks: From a timer's request to the end of the run that it asked for.
        refreshes: From the end of one such run to the end of the next.
        intervals: What the server set its timers to.
        unanswered: Interactions whose script's end was not heard of within `SILENCE_SECONDS`.
        bytes: Received.
    """

    in_form: list[float] = field(default_factory=list)
    on_page: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)
    refreshes: list[float] = field(default_factory=list)
    intervals: list[float] = field(default_factory=list)
    unanswered: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Widget:
    """A widget on the page: its id, its fragment, the proto that drew it."""

    id: str
    fragment: str
    proto: Any


class Visitor:
    """One session.

    Args:
        url: The server's address.
        page: The page's name in the address.
        query: What stands after the question mark.
        address: From where the visitor comes, as a proxy of the host's would write it.
    """

    def __init__(self, url: str, page: str, query: str = "", address: str = ""):
        self.seen = Seen()
        self.query, self.address = query, address
        self.widgets: dict[str, Widget] = {}
        self.cookies = ""
        self._url, self._page = url, page
        self._page_hash = ""
        self._states: dict[str, WidgetState] = {}
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._asked: dict[str, float] = {}  # fragment to the time of the timer's first request that is not answered
        self._ended: dict[str, float] = {}  # fragment to the end of its last run
        self._ends = asyncio.Condition()
        self._runs: dict[str, tuple[str, ...]] = {}  # run to its fragments, none for the whole page
        self._over: list[tuple[float, float, tuple[str, ...], int]] = []  # begin, end, fragments, how it ended
        self._begun: dict[str, float] = {}
        self._stream: Any = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Load the page and wait until its script has ended."""
        self.cookies = await asyncio.to_thread(self.cookies_of, self._page)
        address = self._url.replace("http", "ws", 1) + "/_stcore/stream"
        self._stream = await websockets.connect(
            address, subprotocols=[websockets.Subprotocol("streamlit"), websockets.Subprotocol("none")],
            max_size=None, open_timeout=SILENCE_SECONDS, additional_headers=self.headers,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        await self._ask()
        await self._end_after(time.monotonic(), "")

    async def close(self) -> None:
        """Leave, as a tab that is closed."""
        for _, task in self._timers.values():
            task.cancel()
        if self._reading is not None:
            self._reading.cancel()
        if self._stream is not None:
            await self._stream.close()

    async def turn(self, key: str, value: Any) -> float:
        """Change a widget and return the seconds until the script that this started has ended."""
        widget = self.widgets[key]
        state = state_of(widget)
        _set(widget, state, value)
        self._states[widget.id] = state
        if getattr(widget.proto, "query_param_key", ""):
            self._write_query(widget.proto.query_param_key, value)
        began = time.monotonic()
        await self._ask(widget.fragment)
        return await self._end_after(began, widget.fragment)

    async def press(self, key: str) -> float:
        """Press a button and return the seconds until the script's end."""
        widget = self.widgets[key]
        state = WidgetState(id=widget.id, trigger_value=True)
        began = time.monotonic()
        await self._ask(widget.fragment, trigger=state)
        return await self._end_after(began, widget.fragment)

    @property
    def headers(self) -> dict[str, str]:
        """What every request of this visitor says."""
        found = {"Cookie": self.cookies, PROXY_HEADER: self.address}
        return {name: value for name, value in found.items() if value}

    @property
    def is_open(self) -> bool:
        """Whether the stream still stands."""
        return self._reading is not None and not self._reading.done()

    def parameter(self, name: str) -> str | None:
        """A parameter of the address."""
        return parse_qs(self.query).get(name, [None])[0]

    def _write_query(self, name: str, value: Any) -> None:
        parameters = {key: values[-1] for key, values in parse_qs(self.query, keep_blank_values=True).items()}
        parameters[name] = f"{value:g}" if isinstance(value, (int, float)) else str(value)
        self.query = urlencode(parameters)

    def cookies_of(self, page: str) -> str:
        """The cookies that a page sets, as a browser sends them back."""
        request = urllib.request.Request(f"{self._url}/{page}", headers={"Accept": "text/html", **self.headers})
        with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as answer:
            return "; ".join(value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") or [])

    async def _ask(self, fragment: str = "", *, by_timer: bool = False, trigger: WidgetState | None = None) -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.page_script_hash = self._page_hash
        asked.page_name = "" if self._page_hash else self._page
        asked.fragment_id = fragment
        asked.is_auto_rerun = by_timer
        asked.widget_states.widgets.extend(self._states.values())
        if trigger is not None:
            asked.widget_states.widgets.append(trigger)
        asked.context_info.url = f"{self._url}/{self._page}"
        asked.context_info.timezone = "UTC"
        await self._stream.send(message.SerializeToString())

    async def _end_after(self, began: float, fragment: str) -> float:
        """Seconds from `began` to the end of the first run begun since that drew the fragment, or the page."""

        def ended() -> float | None:
            for run_began, run_ended, fragments, how in self._over:
                # A fragment's end that is sent late is told as early; a page's means that another run follows.
                if run_began >= began and (fragment in fragments if fragments else how != EARLY):
                    return run_ended
            return None

        async with self._ends, asyncio.timeout(SILENCE_SECONDS):
            while (end := ended()) is None:
                await self._ends.wait()
        return end - began

    async def _read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            while True:
                data = await self._stream.recv()
                self.seen.bytes += len(data)
                message = ForwardMsg()
                message.ParseFromString(data)
                await self._handle(message)

    async def _handle(self, message: ForwardMsg) -> None:
        kind, now = message.WhichOneof("type"), time.monotonic()
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._note_widget(message.delta)
        elif kind == "new_session":
            self._page_hash = message.new_session.page_script_hash
            run = message.metadata.run
            self._runs[run.script_run_id] = tuple(run.fragment_ids)
            self._begun[run.script_run_id] = now
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "script_finished":
            await self._finish(message, now)

    async def _finish(self, message: ForwardMsg, now: float) -> None:
        run = message.metadata.run.script_run_id
        fragments = self._runs.pop(run, ())
        async with self._ends:
            self._over = [*self._over[-20:], (self._begun.pop(run, now), now, fragments, message.script_finished)]
            self._ends.notify_all()
        for fragment in fragments:
            if fragment in self._asked:
                self.seen.ticks.append(now - self._asked.pop(fragment))
                if fragment in self._ended:
                    self.seen.refreshes.append(now - self._ended[fragment])
                self._ended[fragment] = now

    def _note_widget(self, delta: Any) -> None:
        element = delta.new_element
        proto = getattr(element, element.WhichOneof("type") or "", None)
        widget_id = getattr(proto, "id", "")
        if not isinstance(widget_id, str) or not widget_id.startswith("$$ID-"):
            return
        widget = Widget(widget_id, delta.fragment_id, proto)
        # An id ends with the key that the page gave to the widget.
        self.widgets[widget_id.split("-", 2)[2]] = widget
        state = state_of(widget)
        if state.WhichOneof("value") is not None and (
            widget_id not in self._states or getattr(proto, "set_value", False)
        ):
            self._states[widget_id] = state

    def _set_timer(self, fragment: str, interval: float) -> None:
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self._stop_timer(fragment)
        self.seen.intervals.append(interval)
        self._timers[fragment] = (interval, asyncio.create_task(self._tick(fragment, interval)))

    def _stop_timer(self, fragment: str) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment)[1].cancel()
            self._asked.pop(fragment, None)
            self._ended.pop(fragment, None)

    async def _tick(self, fragment: str, interval: float) -> None:
        due = time.monotonic()
        with suppress(websockets.ConnectionClosed):
            while True:
                due += interval
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self._asked.setdefault(fragment, time.monotonic())
                await self._ask(fragment, by_timer=True)


def state_of(widget: Widget) -> WidgetState:
    """The state that a browser sends for a widget that was just drawn; empty for what has none."""
    proto, state = widget.proto, WidgetState(id=widget.id)
    kind = type(proto).__name__
    if kind == "NumberInput" and (proto.HasField("value") if proto.set_value else proto.HasField("default")):
        state.double_value = proto.value if proto.set_value else proto.default
    elif kind == "Checkbox":
        state.bool_value = proto.value if proto.set_value else proto.default
    elif kind == "Slider":
        state.double_array_value.data.extend(proto.value if proto.set_value else proto.default)
    elif kind == "TextArea" and (proto.HasField("value") if proto.set_value else proto.HasField("default")):
        state.string_value = proto.value if proto.set_value else proto.default
    elif kind == "Selectbox" and proto.set_value and proto.HasField("raw_value"):
        state.string_value = proto.raw_value
    elif kind == "Selectbox" and proto.HasField("default"):
        state.string_value = proto.options[proto.default]
    elif kind == "ButtonGroup":
        chosen = proto.raw_values if proto.set_value else [proto.options[index].content for index in proto.default]
        state.string_array_value.data.extend(chosen)
    return state


def _set(widget: Widget, state: WidgetState, value: Any) -> None:
    """Write a new value where a widget of this kind keeps it."""
    if isinstance(value, bool):
        state.bool_value = value
    elif isinstance(value, (int, float)):
        state.double_value = value
    elif type(widget.proto).__name__ != "ButtonGroup":
        state.string_value = value
    else:
        state.string_array_value.data[:] = [value]
