import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.download_queue import Downloads
from core.data.downloads import NotHere
from core.data.fetching import FetchError
from core.data.hub.choices import Choice, look_up
from core.data.hub.client import check_id
from core.data.hub.fetching import fetch_choice
from core.data.hub.files import find
from core.data.prepare import prepare
from tests.data.hub.hub_server import endless, leads_to, says, status
from tests.data.hub.hub_sets import put_films

NO_NAMES = ["", "/etc/passwd", "../up", "a/b/c", "https://huggingface.co/x", "a/..", "a b/c", "-a/b", "a/b.git", "a--b/c",
            "x" * 97, "a/b?c", "a/b#c", "a\n/b", None, 7]  # fmt: skip


@pytest.mark.parametrize("data_id", NO_NAMES)
def test_what_cannot_be_a_name_is_refused_before_anything_is_asked(data_id):
    with pytest.raises(ConfigError, match=r"data\.id: expected a name on the Hub"):
        check_id(data_id)


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


def test_the_hub_can_be_switched_off_or_be_a_list(hub, tmp_path):
    for switch, words in (({"hub": "off"}, "switched off"), ({"hub": "list", "hub_ids": "a/b,c/d"}, "a/b, c/d")):
        settings = Settings(state_dir=tmp_path, hub_endpoint=hub.address, **switch)
        with pytest.raises(ConfigError, match=words):
            look_up("who/films", settings, Limits())
        with pytest.raises(ConfigError, match=words):
            Downloads([], settings, Limits()).start_hub(Choice("who/films"), "somebody")
    assert not hub.asked


def keys_sent(hub):
    sent = ((path, {name.lower(): value for name, value in headers.items()}) for path, headers in hub.headers)
    return {path: headers["authorization"] for path, headers in sent if "authorization" in headers}


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
        prepare("labelled", DataConfig(source="hub", id="who/films"), own, hosted)
    with pytest.raises(ConfigError, match="UNROLL_HUB_TOKEN"):
        look_up("who/films", own, hosted)
    listed = Settings(
        state_dir=tmp_path, hub_endpoint=hub.address, hub_token="hf_secret", hub="list", hub_ids="who/films"
    )
    assert find(Choice("who/films"), listed, hosted).paths
