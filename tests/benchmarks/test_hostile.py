"""The benchmark of strangers: its own sums, what counts as a miss, and that its files are what they claim to be."""

import asyncio
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.Markdown_pb2 import Markdown
from streamlit.proto.Selectbox_pb2 import Selectbox
from streamlit.proto.TextArea_pb2 import TextArea
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from benchmarks import hostile_files as files
from benchmarks.attacking import Attack, Stage, together
from benchmarks.hostile import chosen, draws_markup, notes_of
from benchmarks.hostile_table import Row, line, summary
from benchmarks.observing import longest, within
from benchmarks.strangers import Stranger
from benchmarks.visitors import Widget, _set, state_of

NOWHERE = "http://127.0.0.1:1"


def _row(**changes) -> Row:
    usual = {
        "name": "zip bomb: 15 MB", "seconds": 1.0, "silence": 0.1, "turns": [0.1, 0.2, 0.2], "panel": 0.4, "left_mb": 3.0,
        "above_mb": 5.0, "peak_mb": 20.0, "tree_mb": 4.0, "told": "at most 15 MB", "is_due": True, "notes": [],
        "killed": "", "load": 1.0,
    }  # fmt: skip
    return Row(**(usual | changes))


def test_a_wait_counts_in_every_window_that_it_reaches_into():
    waits = [(0.0, 1.0), (2.0, 3.0), (9.0, 0.5)]
    assert longest(waits, 4.0, 8.0) == 3.0
    assert within(waits, 0.5, 2.5) == [1.0, 3.0]
    assert longest(waits, 6.0, 8.0) == 0.0


def test_a_row_within_all_targets_misses_none():
    assert _row().misses == []
    assert _row(told="", is_due=False).misses == []


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({"silence": 0.6}, "silence"),
        ({"turns": [0.1, 0.4, 0.4]}, "median"),
        ({"turns": [0.1, 0.1, 2.1]}, "worst"),
        ({"left_mb": 151.0}, "memory"),
        ({"told": ""}, "told"),
        ({"killed": "silent to the end"}, "killed"),
        ({"notes": ["MISS: a newcomer was refused"]}, "seen"),
    ],
)
def test_each_target_is_missed_by_itself(changes, missed):
    assert _row(**changes).misses == [missed]


def test_a_line_names_what_was_told_in_one_cell_and_says_when_it_was_nothing():
    told = line(_row(told="This needs:\n\n- a | b <x>"))
    assert "| This needs: - a \\| b &lt;x> |" in told
    assert "**nothing**" in line(_row(told=""))
    assert line(_row()).count(" | ") == line(_row(turns=[])).count(" | ")


def test_the_summary_counts_misses_and_servers_that_were_killed():
    said = summary([_row(), _row(killed="it had 4.0 GB", silence=12.0)], {"base_mb": 400.0, "end_mb": 460.0})
    assert "2 attacks, 1 with a target missed; servers killed: 1" in said
    assert "silent for 12.00 s" in said
    assert "at first 400 MB, when all had left 460 MB" in said


def test_there_are_many_attacks_each_with_a_name_of_its_own_and_about_a_dozen_for_a_crowd():
    names = [attack.name for attack in chosen([], 1, quick=False)]
    assert len(names) == len(set(names))
    assert len(names) >= 60
    crowd = [attack.name for attack in chosen([], 10, quick=False)]
    assert 12 <= len(crowd) <= 20
    assert crowd == [attack.name for attack in chosen([], 1, quick=True)]
    assert [attack.family for attack in chosen(["zips in"], 1, quick=False)] == ["zips in zips"]


def test_what_others_notice_with_ten_strangers_is_noted_once():
    stages = [Stage(NOWHERE, {}, None, notes=["no answer"]) for _ in range(3)]  # type: ignore[arg-type]
    assert notes_of(stages) == ["no answer (3 times)"]


def test_one_stranger_who_fails_does_not_end_the_others(tmp_path):
    done = []

    async def fails(stage):
        raise ConnectionError("gone")

    async def acts(stage):
        done.append(stage)

    stages = [Stage(NOWHERE, {}, tmp_path), Stage(NOWHERE, {}, tmp_path)]
    assert asyncio.run(together([fails, acts], stages, 5.0))
    assert done == [stages[1]]
    assert stages[0].notes == ["ConnectionError: gone"]


def test_a_stream_that_the_server_closes_tells_why(tmp_path):
    async def sends_too_much(stage):
        stage.strangers.append(Stranger(NOWHERE, "generation"))
        raise ConnectionClosedError(Close(1009, "message too big"), None)

    stage = Stage(NOWHERE, {}, tmp_path)
    assert asyncio.run(together([sends_too_much], [stage], 5.0))
    assert stage.told == "stream closed: message too big"


def test_an_attack_without_an_end_is_broken_off(tmp_path):
    async def for_ever(stage):
        await asyncio.Event().wait()

    assert not asyncio.run(together([for_ever], [Stage(NOWHERE, {}, tmp_path)], 0.01))


@pytest.mark.parametrize("kind", ["large_string", "string_view", "string", "dictionary"])
def test_a_parquet_file_of_some_hundred_bytes_claims_gigabytes(kind):
    content = files.parquet(5_000, 3, kind)
    assert len(content) < 1_000
    stated = pq.read_schema(io.BytesIO(content)).field("text").type
    assert str(stated).startswith(kind)
    assert pq.ParquetFile(io.BytesIO(content)).metadata.num_rows == 5_000
    assert pa.types.is_dictionary(stated) == (kind == "dictionary")


def test_archives_claim_much_more_than_they_hold():
    for content, num_bytes in ((files.zip_bomb(3, 0), 3_000_000), (files.overlapping_zip(40, 0), 40_000_000)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert sum(member.file_size for member in archive.infolist()) >= num_bytes
        assert len(content) < 50_000


def test_files_of_two_strangers_differ():
    for make in (files.token, files.names_first, files.marks, files.new_keys, files.word, files.labels, files.ordinary):
        assert make(50, 0) != make(50, 1)


def test_lines_of_json_have_a_key_each_that_no_other_has():
    keys = [set(json.loads(record)) - {"value"} for record in files.new_keys(20, 0).splitlines()]
    assert len(set.union(*keys)) == 20


def test_a_stranger_notes_warnings_and_not_what_the_page_says_of_its_own_data():
    stranger = Stranger(NOWHERE, "forecasting")
    stranger._note_words(Element(markdown=Markdown(body="**What will be trained on**\n\n- Rows: 309")))
    assert stranger.told == ""
    stranger.query = "forecasting.data=upload%3Aabc"
    stranger._note_words(Element(markdown=Markdown(body="**What will be trained on**\n\n- Rows: 40")))
    assert "Rows: 40" in stranger.told
    stranger._note_words(Element(alert=Alert(body="This data cannot be used.", format=Alert.ERROR)))
    assert stranger.told == "This data cannot be used."


@pytest.mark.parametrize(
    ("body", "is_drawn"),
    [
        ("`a\n\n![b](http://127.0.0.1:9/b.png)`", True),
        ("[c](http://127.0.0.1:9/)", True),
        ("\\[c\\](http://127.0.0.1:9/)", False),
        ("`a ![b](http://127.0.0.1:9/b.png) # heading`", False),
        ("# heading", True),
    ],
)
def test_markup_of_a_stranger_is_told_from_its_text(body, is_drawn):
    stranger = Stranger(NOWHERE, "generation")
    stranger._note_words(Element(alert=Alert(body=body)))
    assert draws_markup(stranger) is is_drawn


def test_texts_are_sent_where_a_field_keeps_them():
    field = Widget("a", "", TextArea(default="words"))
    assert state_of(field).string_value == "words"
    for widget in (field, Widget("b", "", Selectbox(options=["RNN", "LSTM"], default=0))):
        state = state_of(widget)
        _set(widget, state, "LSTM")
        assert state.string_value == "LSTM"


class _Refusing(BaseHTTPRequestHandler):
    """Says no before it has read what comes."""

    def do_PUT(self):
        self.send_error(413)

    def log_message(self, *arguments):
        pass


def test_an_upload_that_is_refused_before_its_end_gives_the_status():
    server = HTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.handle_request, daemon=True).start()
    stranger = Stranger(f"http://127.0.0.1:{server.server_port}", "generation")
    stranger.cookies = "a=b; _streamlit_xsrf=c"
    assert stranger.put("/put", "a.csv", 3, [b"abc"]) == 413
    server.server_close()


def test_an_attack_is_named_by_its_family_and_size():
    assert Attack("zip bomb", "15 MB", lambda seed: None).name == "zip bomb: 15 MB"  # type: ignore[arg-type, return-value]
