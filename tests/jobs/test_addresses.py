import stat

import pytest

from core.jobs.identity import KEY_FILE, client_of, hash_of, key_in

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        (None, ""),
        ("a name", ""),
        ("9" * 100_000, ""),
    ],
)
def test_without_a_header_a_request_comes_from_where_its_connection_does(host, network):
    assert client_of(host, None) == network


@pytest.mark.parametrize(
    ("values", "proxies", "network"),
    [
        (["198.51.100.1"], 1, "198.51.100.1"),
        (["10.9.8.7, 198.51.100.1"], 1, "198.51.100.1"),
        (["10.9.8.7", "198.51.100.1"], 1, "198.51.100.1"),
        (["10.9.8.7, 198.51.100.1, 203.0.113.5"], 2, "198.51.100.1"),
        (["198.51.100.1:4711"], 1, "198.51.100.1"),
        (["[2001:db8::1]:4711"], 1, "2001:db8::/64"),
        (["198.51.100.1, "], 1, ""),
        (["198.51.100.1"], 2, ""),
        ([], 1, ""),
        (["unknown"], 1, ""),
    ],
)
def test_of_a_header_only_what_the_hosts_own_proxies_wrote_is_believed(values, proxies, network):
    assert client_of("127.0.0.1", values, proxies) == network


def test_a_hash_is_the_same_for_one_address_and_key_and_for_no_other():
    found = hash_of("192.0.2.7", KEY)
    assert found == hash_of("192.0.2.7", KEY) and len(found) == 32 and "192" not in found
    assert found != hash_of("192.0.2.8", KEY)
    assert found != hash_of("192.0.2.7", b"o" * 32)
    assert hash_of("", KEY) == ""


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = key_in(tmp_path / "state")
    assert len(key) == 32 and key_in(tmp_path / "state") == key
    assert stat.S_IMODE((tmp_path / "state" / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "state").iterdir()] == [KEY_FILE]
    assert key_in(tmp_path / "other") != key


def test_a_key_that_was_cut_off_is_not_used(tmp_path):
    (tmp_path / KEY_FILE).write_bytes(b"")
    assert len(key_in(tmp_path)) == 32
