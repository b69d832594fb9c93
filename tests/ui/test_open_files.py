import resource

from core.config.limits import Limits
from ui import server


def test_the_server_takes_as_many_open_files_as_it_may_have_and_says_where_they_are_too_few(monkeypatch, caplog):
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1_024, 1_500))
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: asked.append((which, limits)))
    server.open_descriptors(Limits(max_pages=300))
    assert asked == [(resource.RLIMIT_NOFILE, (1_500, 1_500))]
    assert "1,500 open files are too few for 300 pages" in caplog.text
    caplog.clear()
    server.open_descriptors(Limits(max_pages=100))
    assert not caplog.text
