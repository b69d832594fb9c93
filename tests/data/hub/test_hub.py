import io
import json
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.download_queue import Downloads, hub_key
from core.data.downloads import NotHere
from core.data.fetching import FetchError, Interrupted
from core.data.hub.choices import Choice, look_up
from core.data.hub.client import check_id
from core.data.hub.fetching import fetch_choice
from core.data.hub.files import find, folder_of, is_here
from core.data.prepare import load_data, prepare
from tests.data.hub import hub_server
from tests.data.hub.hub_server import COPIES, HubServer, endless, half, hangs, leads_to, other_bytes, says, status

NAMES = {"info": {"features": {"label": {"names": ["poor", "grand"], "_type": "ClassLabel"}}}}
SPLITS_CARD = {
    "license": "cc-by-4.0",
    "configs": [
        {
            "config_name": "plain",
            "data_files": [{"split": "train", "path": "data/train-*"}, {"split": "test", "path": ["data/test-*"]}],
        }
    ],
}


@pytest.fixture
def hub():
    server = HubServer()
    yield server
    server.close()


@pytest.fixture
def settings(hub, tmp_path):
    return Settings(state_dir=tmp_path / "state", hub_endpoint=hub.address)


def parquet(table, metadata=None):
    stream = io.BytesIO()
    if metadata is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps(metadata)})
    pq.write_table(table, stream)
    return stream.getvalue()


def films(word, rows=15):
    return pa.table({
        "text": [f"{word} film number {i}" for i in range(rows)],
        "label": [i % 2 for i in range(rows)],
        "cast": [[word]] * rows,
    })  # fmt: skip


def put_films(hub, data_id="who/films", **more):
    files = {
        "README.md": b"# Films",
        "data/train-00000-of-00002.parquet": parquet(films("first"), NAMES),
        "data/train-00001-of-00002.parquet": parquet(films("second"), NAMES),
        "data/test-00000-of-00001.parquet": parquet(films("third", 11), NAMES),
        "data/notes.zip": b"PK",
    }
    hub.put(data_id, files, SPLITS_CARD, large=("data/train-00000-of-00002.parquet",), **more)


def csv_rows(word, rows=21):
    return ("text,label\n" + "".join(f"{word} {i},{'ab'[i % 2]}\n" for i in range(rows))).encode()


def test_subsets_and_splits_are_those_of_the_card(hub, settings):
    put_films(hub)
    found = look_up("who/films", settings, Limits())
    assert (found.licence, found.default, found.commit) == ("cc-by-4.0", "plain", hub.commit("who/films"))
    (subset,) = found.subsets
    assert {split.name: len(split.files) for split in subset.splits} == {"train": 2, "test": 1}


def test_a_fetched_set_is_read_with_its_parts_and_the_names_of_its_classes(hub, settings):
    put_films(hub)
    with pytest.raises(NotHere, match="datasets get hub:who/films"):
        find(Choice("who/films"), settings, Limits())
    found = fetch_choice(Choice("who/films"), settings, Limits())
    assert found.commit == hub.commit("who/films")
    dataset, fingerprint = load_data("sentiment", DataConfig(source="hub", id="who/films"), settings, Limits())
    assert dataset.classes == ("grand", "poor")
    assert len(dataset.parts["train"]) + len(dataset.parts["validation"]) == 30
    assert len(dataset.parts["test"]) == 11
    assert dataset.texts[0] == "first film number 0"
    assert dataset.labels[0] == "poor"
    assert fingerprint == found.fingerprint
    assert any("'cast'" in note for note in dataset.notes), "what was left out is said"


def test_what_is_prepared_changes_with_the_set_on_the_hub(hub, settings):
    data = DataConfig(source="hub", id="who/rows", unit="word")
    hub.put("who/rows", {"train.csv": csv_rows("early")})
    before = fetch_choice(Choice("who/rows"), settings, Limits())
    assert prepare("sentiment", data, settings, Limits()).texts["train"][0].startswith("early")
    hub.put("who/rows", {"train.csv": csv_rows("late")})
    after = fetch_choice(Choice("who/rows"), settings, Limits())
    assert before.fingerprint != after.fingerprint
    prepared = prepare("sentiment", data, settings, Limits())
    assert prepared.fingerprint == after.fingerprint
    assert prepared.texts["train"][0].startswith("late")
    assert not before.paths[0].exists(), "the older state is removed"


def test_nothing_is_fetched_twice(hub, settings):
    put_films(hub)
    fetch_choice(Choice("who/films"), settings, Limits())
    asked = {path: count for path, count in hub.asked.items() if "/resolve/" in path}
    assert fetch_choice(Choice("who/films"), settings, Limits()) == find(Choice("who/films"), settings, Limits())
    assert asked == {path: count for path, count in hub.asked.items() if "/resolve/" in path}


def test_a_named_split_is_cut_by_the_shares(hub, settings):
    put_films(hub)
    fetch_choice(Choice("who/films", "plain", "test"), settings, Limits())
    data = DataConfig(source="hub", id="who/films", subset="plain", hub_split="test")
    dataset, _ = load_data("sentiment", data, settings, Limits())
    assert len(dataset.texts) == 11
    assert dataset.parts == {}


def test_without_a_card_the_copies_of_the_hub_are_read_and_translations_become_columns(hub, settings):
    pairs = pa.table({"translation": [{"en": f"hello {i}", "de": f"hallo {i}"} for i in range(17)]})
    hub.put("opus", {"opus.py": b"raise SystemExit"})
    names = ("de-en/train/0000.parquet", "fr-en/partial-train/0000.parquet")
    hub.put("opus", {name: parquet(pairs) for name in names}, branch=COPIES)
    found = look_up("opus", settings, Limits())
    assert [subset.name for subset in found.subsets] == ["de-en", "fr-en"]
    assert [subset.splits[0].is_part for subset in found.subsets] == [False, True]
    with pytest.raises(ConfigError, match=r"data\.subset: expected one of 'de-en', 'fr-en', got none"):
        fetch_choice(Choice("opus"), settings, Limits())
    fetch_choice(Choice("opus", "de-en"), settings, Limits())
    data = DataConfig(source="hub", id="opus", subset="de-en", src_column="en", trg_column="de")
    dataset, _ = load_data("translation", data, settings, Limits())
    assert (dataset.src[3], dataset.trg[3]) == ("hello 3", "hallo 3")


def test_without_card_and_copies_the_names_of_files_say_the_splits(hub, settings):
    lines = b"".join(
        json.dumps({"text": f"row {i}", "label": "ab"[i % 2], "ids": [i]}).encode() + b"\n" for i in range(23)
    )
    hub.put("who/lines", {"train.jsonl": lines, "dev.jsonl": lines.replace(b"row", b"other"), "LICENSE.txt": b"free"})
    found = look_up("who/lines", settings, Limits())
    assert [split.name for split in found.subsets[0].splits] == ["train", "validation"]
    fetch_choice(Choice("who/lines"), settings, Limits())
    dataset, _ = load_data("sentiment", DataConfig(source="hub", id="who/lines"), settings, Limits())
    assert len(dataset.parts["validation"]) == 23
    assert any("'ids'" in note for note in dataset.notes)


def test_texts_are_joined(hub, settings):
    hub.put("who/book", {"train/1.txt": b"The first page.", "train/2.txt": b"The second page.\n" * 19})
    fetch_choice(Choice("who/book"), settings, Limits())
    dataset, _ = load_data("generation", DataConfig(source="hub", id="who/book"), settings, Limits())
    assert dataset.text.startswith("The first page.\nThe second page.\n")


def test_one_delimited_file_stays_as_it_is_so_that_its_reading_can_be_corrected(hub, settings):
    content = b"day;level\n" + b"".join(b"%02d.03.2021;%d,5\n" % (day, day) for day in range(1, 32))
    hub.put("who/river", {"train.csv": content})
    found = fetch_choice(Choice("who/river"), settings, Limits())
    assert found.paths[0].read_bytes() == content
    dataset, _ = load_data("forecasting", DataConfig(source="hub", id="who/river"), settings, Limits())
    assert dataset.frame["level"].iloc[0] == 1.5


def test_forecasting_reads_the_training_part_alone(hub, settings):
    rows = [
        b"day,level\n" + b"".join(b"2021-0%d-%02d,%d\n" % (month, day, day) for day in range(1, 29)) for month in (1, 2)
    ]
    hub.put("who/river", {"train.csv": rows[0], "test.csv": rows[1]})
    fetch_choice(Choice("who/river"), settings, Limits())
    dataset, _ = load_data("forecasting", DataConfig(source="hub", id="who/river"), settings, Limits())
    assert len(dataset.frame) == 28
    assert any("only the training part" in note for note in dataset.notes)


def test_parts_of_other_columns_are_left_out(hub, settings):
    files = {
        "train.parquet": parquet(films("one", 21)),
        "test.parquet": parquet(films("two").rename_columns(["a", "b", "c"])),
    }
    hub.put("who/mixed", files)
    found = fetch_choice(Choice("who/mixed"), settings, Limits())
    assert found.paths[0].name == "train.parquet"
    assert any(note.startswith("test left out") for note in found.notes)


NO_NAMES = ["", "/etc/passwd", "../up", "a/b/c", "https://huggingface.co/x", "a/..", "a b/c", "-a/b", "a/b.git", "a--b/c",
            "x" * 97, "a/b?c", "a/b#c", "a\n/b", None, 7]  # fmt: skip


@pytest.mark.parametrize("data_id", NO_NAMES)
def test_what_cannot_be_a_name_is_refused_before_anything_is_asked(data_id):
    with pytest.raises(ConfigError, match=r"data\.id: expected a name on the Hub"):
        check_id(data_id)


def test_names_in_a_listing_never_become_paths(hub, settings, tmp_path):
    evil = {"../../train.csv": csv_rows("up"), "/tmp/train.csv": csv_rows("root"), "a/../train.csv": csv_rows("round"),
            "C:\\train.csv": csv_rows("drive"), "t\x00rain.csv": csv_rows("nul"), "data/train.csv": csv_rows("good")}  # fmt: skip
    hub.put("who/evil", evil)
    found = fetch_choice(Choice("who/evil"), settings, Limits())
    assert b"good" in found.paths[0].read_bytes()
    inside = folder_of(Choice("who/evil"), settings)
    assert all(path.is_relative_to(inside) for path in tmp_path.rglob("*.csv"))
    assert not (tmp_path / "train.csv").exists()


CARDS = [
    {"configs": 7},
    {"configs": [None, 3, {"config_name": {}, "data_files": {"train": {"a": [[]]}}}]},
    {"configs": [{"config_name": "\u202e" * 9, "data_files": ["*" * 250, "[" * 90]}] * 900},
    {"configs": [{"data_files": [{"split": ["x"], "path": 5}]}], "dataset_info": [[], {"splits": {"a": 1}}]},
    {"configs": [{"config_name": "x", "data_files": "../../etc/*"}]},
    {"license": ["mit", 4, {"a": 1}], "pretty_name": []},
    {"dataset_info": {"features": [{"name": 1, "dtype": {"class_label": []}}]}},
    {"dataset_info": {"splits": [{"name": "train", "num_examples": -3}, 5], "features": "x"}},
]


@pytest.mark.parametrize("card", CARDS, ids=range(len(CARDS)))
def test_a_card_that_makes_no_sense_is_passed_over(hub, settings, card):
    hub.put("who/rows", {"train.csv": csv_rows("fine")}, card)
    assert look_up("who/rows", settings, Limits()).subsets[0].split("train").bytes > 0


def test_what_holds_nothing_readable_is_refused(hub, settings):
    hub.put("who/pictures", {"a.png": b"x", "model.pkl": b"x", "data.arrow": b"x"})
    with pytest.raises(ConfigError, match="which has none of these"):
        look_up("who/pictures", settings, Limits())


INFO = "/api/datasets/who/films"
ANSWERS = {
    "nobody has that name": (status(404, X_Error_Code="RepoNotFound"), ConfigError, "everybody may read"),
    "a key is asked for": (status(401), ConfigError, "everybody may read"),
    "the owner lets in some": (status(403, X_Error_Code="GatedRepo"), ConfigError, "Accept its terms"),
    "too many questions": (status(429), FetchError, "answers 429"),
    "a fault": (status(500), FetchError, "answers 500"),
    "no JSON": (says(b"<html>"), FetchError, "cannot be understood"),
    "another JSON": (says(b"[1, 2]"), FetchError, "cannot be understood"),
    "no commit": (says(b'{"id": "who/films", "siblings": []}'), FetchError, "cannot be understood"),
    "nested without end": (says(b"[" * 200_000), FetchError, "cannot be understood"),
    "endless": (endless, FetchError, "does not come to an end"),
    "packed": (says(b"x", Content_Encoding="gzip"), FetchError, "packs its answer"),
    "somewhere else": (leads_to("https://example.org/api/datasets/who/films"), FetchError, "another server"),
    "around in circles": (leads_to(INFO), FetchError, "could not be reached"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_of_the_hub_ends_in_words(hub, settings, kind):
    way, error, words = ANSWERS[kind]
    put_films(hub)
    hub.ways[INFO] = [way]
    with pytest.raises(error, match=words):
        look_up("who/films", settings, Limits())


def test_without_a_network_it_says_what_to_do(settings, hub):
    hub.close()
    with pytest.raises(FetchError, match="Try again once this machine is online"):
        look_up("who/films", settings, Limits())


def path_of(hub, name, data_id="who/rows"):
    return f"/datasets/{data_id}/resolve/{hub.commit(data_id)}/{name}"


def test_a_connection_that_breaks_is_taken_up_again(hub, settings):
    hub.put("who/rows", {"train.csv": csv_rows("whole", 300)})
    hub.ways[path_of(hub, "train.csv")] = [half, hub_server.answer]
    found = fetch_choice(Choice("who/rows"), settings, Limits())
    assert found.paths[0].read_bytes() == csv_rows("whole", 300)


FILES = {
    "other bytes": (other_bytes, "is not the published file"),
    "gone": (status(404), "answers 404"),
    "closed": (status(403), "answers 403"),
    "too much": (endless, "sends more than the published"),
    "leads into a private network": (leads_to("https://127.0.0.1:9/secret"), "private network"),
    "leads to plain http": (leads_to("http://example.org/x"), "not https"),
    "another size": (says(b"short"), "not the published"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_not_as_listed_leaves_nothing_to_read(hub, settings, kind):
    way, words = FILES[kind]
    hub.put("who/rows", {"train.csv": csv_rows("whole", 300)})
    hub.ways[path_of(hub, "train.csv")] = [way]
    with pytest.raises(FetchError, match=words):
        fetch_choice(Choice("who/rows"), settings, Limits())
    assert not is_here(Choice("who/rows"), settings, Limits())
    hub.ways.clear()
    assert fetch_choice(Choice("who/rows"), settings, Limits()).paths[0].read_bytes() == csv_rows("whole", 300)


def test_a_fetch_that_hangs_ends_at_its_limit_and_when_it_is_cancelled(hub, settings):
    hub.put("who/rows", {"train.csv": csv_rows("whole")})
    hub.ways[path_of(hub, "train.csv")] = [hangs]
    with pytest.raises(FetchError, match="took longer than"):
        fetch_choice(Choice("who/rows"), settings, Limits(max_download_seconds=0.4))
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Interrupted):
        fetch_choice(Choice("who/rows"), settings, Limits(), cancel=cancel)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_download_bytes": 2_000}, "at most 2 kB"),
        ({"max_rows": 29}, "at most 29 rows"),
        ({"max_columns": 1}, "1 columns"),
    ],
)
def test_what_is_larger_than_the_limits_is_refused(hub, settings, limits, words):
    put_films(hub)
    with pytest.raises(ConfigError, match=words):
        fetch_choice(Choice("who/films"), settings, Limits(**limits))


def test_a_parquet_file_that_is_none_is_named(hub, settings):
    hub.put("who/broken", {"train.parquet": b"PAR1 and nothing else"})
    with pytest.raises(ConfigError, match=r"train\.parquet', which is broken"):
        fetch_choice(Choice("who/broken"), settings, Limits())


def test_the_hub_can_be_switched_off_or_be_a_list(hub, tmp_path):
    for switch, words in (({"hub": "off"}, "switched off"), ({"hub": "list", "hub_ids": "a/b,c/d"}, "a/b, c/d")):
        settings = Settings(state_dir=tmp_path, hub_endpoint=hub.address, **switch)
        with pytest.raises(ConfigError, match=words):
            look_up("who/films", settings, Limits())
        with pytest.raises(ConfigError, match=words):
            Downloads([], settings, Limits()).start_hub(Choice("who/films"))
    assert not hub.asked


def keys_sent(hub):
    return {path: headers["Authorization"] for path, headers in hub.headers if "Authorization" in headers}


def test_the_key_goes_to_the_hub_and_not_further_and_is_shown_nowhere(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody_else")
    put_films(hub)
    settings = Settings(state_dir=tmp_path, hub_endpoint=hub.address)
    fetch_choice(Choice("who/films"), settings, Limits())
    assert keys_sent(hub) == {}, "a login of whoever started the server is not used"
    settings = Settings(state_dir=tmp_path / "own", hub_endpoint=hub.address, hub_token="hf_secret")
    fetch_choice(Choice("who/films"), settings, Limits())
    assert set(keys_sent(hub).values()) == {"Bearer hf_secret"}
    assert "hf_secret" not in repr(settings)
    assert not any(b"hf_secret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_strangers_use_the_key_for_the_list_only_and_read_nothing_else_that_it_opened(hub, tmp_path):
    put_films(hub, gated="manual")
    own = Settings(state_dir=tmp_path, hub_endpoint=hub.address, hub_token="hf_secret")
    fetch_choice(Choice("who/films"), own, Limits())
    hosted = Limits(profile="hosted")
    with pytest.raises(NotHere):
        find(Choice("who/films"), own, hosted)
    with pytest.raises(NotHere):
        prepare("sentiment", DataConfig(source="hub", id="who/films"), own, hosted)
    with pytest.raises(ConfigError, match="UNROLL_HUB_TOKEN"):
        look_up("who/films", own, hosted)
    listed = Settings(
        state_dir=tmp_path, hub_endpoint=hub.address, hub_token="hf_secret", hub="list", hub_ids="who/films"
    )
    assert find(Choice("who/films"), listed, hosted).paths


def test_visitors_who_ask_at_once_fetch_once(hub, settings):
    put_films(hub)
    downloads, choice = Downloads([], settings, Limits()), Choice("who/films")
    threads = [threading.Thread(target=fetch_choice, args=(choice, settings, Limits())) for _ in range(3)]
    downloads.start_hub(choice)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while not downloads.state(hub_key(choice)).done:
        threading.Event().wait(0.02)
    assert downloads.state(hub_key(choice)).error == ""
    assert is_here(choice, settings, Limits())
    fetched = {path: count for path, count in hub.asked.items() if path.endswith(".parquet")}
    assert set(fetched.values()) == {1}


def test_what_was_used_longest_ago_makes_room(hub, settings):
    import os

    for number in range(3):
        hub.put(f"who/set{number}", {"train.csv": csv_rows("some", 200)})
    size = len(csv_rows("some", 200))
    limits = Limits(max_hub_bytes=3 * size)
    for number in (0, 1):
        fetch_choice(Choice(f"who/set{number}"), settings, limits)
        os.utime(folder_of(Choice(f"who/set{number}"), settings) / "current", (number, number))
    fetch_choice(Choice("who/set2"), settings, limits)
    assert [is_here(Choice(f"who/set{number}"), settings, limits) for number in range(3)] == [False, True, True]
