"""The page of claims in the app."""

from core.claims.store import stored
from ui.learn.claims import grouped


def test_the_page_shows_what_the_store_holds(open_page):
    app = open_page("claims")
    assert not app.exception
    found = [claim for group in grouped().values() for claim in group if stored(claim.id)]
    parts = [[*(one.figures for one in stored(claim.id).measurements), claim.published] for claim in found]
    wanted = [figures for claim in parts for figures in claim if figures]
    for figures, frame in zip(wanted, app.dataframe, strict=True):
        assert frame.value["Mean ± deviation"].tolist() == [one.said.replace("-", "−") for one in figures]
    words = " ".join(one.value for one in [*app.markdown, *app.caption])
    for claim in found:
        assert stored(claim.id).measurements[0].date.isoformat().replace("-", "") in words.replace("\\", "").replace(
            "-", ""
        )
