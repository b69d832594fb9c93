"""What the statements of the two directions say is what their sentences show, at the word that they are about."""

import pytest

from core.claims.registry import CLAIMS
from core.insight.directions import directions
from ui.learn.directions import LESSON, SENTENCES, build


@pytest.mark.parametrize(("name", "says"), [
    ("blank", ("cauliflower", "sunflower", "lemon")), ("plant", ("fern", "sunflower", "sunflower")),
    ("thing", ("name", "thing", "thing")), ("one", ("many", "one", "one")), ("earlier", ("one", "many", "one")),
])  # fmt: skip
def test_a_sentence_opens_at_its_word_and_whoever_guesses_is_wrong_there(name, says):
    place = build(SENTENCES[name], "concat").data()["start"]["step"]
    assert (
        tuple(directions().read(way, SENTENCES[name]).best[place] for way in ("forward", "backward", "concat")) == says
    )


def test_statements_leave_the_word_to_the_sentence():
    assert not any("step" in statement.state for statement in LESSON.statements)


def test_a_verdict_that_holds_by_half_is_said_in_words():
    assert not any(claim.measured.startswith("half") for claim in CLAIMS.values())
    assert all(
        claim.measured.startswith(claim.standing) for claim in CLAIMS.values() if claim.verdict.startswith("half")
    )
