"""A sentence coloured by its label so far: a ground for each word, and what came from outside stays text."""

from ui.results.judged import judged_words

SURE = {"a": [0.9, 0.1], "b": [0.2, 0.8]}


def test_each_word_stands_on_the_ground_of_the_label_so_far():
    told = judged_words({"words": ["so", "good"], "probabilities": [SURE["a"], SURE["b"]], "classes": ["bad", "fine"]})
    assert told.startswith(":orange-background[:orange[so]] :blue-background[:blue[**good**]]")
    assert told.endswith(
        ":small[:orange-background[:orange[bad]] · :blue-background[:blue[fine]] · **bold**: the label turns here]"
    )


def test_a_word_is_bold_where_the_label_turns_and_the_first_never_is():
    rows = [SURE["a"], SURE["a"], SURE["b"], SURE["b"], SURE["a"]]
    told = judged_words({"words": [*"vwxyz"], "probabilities": rows, "classes": ["bad", "fine"]})
    assert [word for word in "vwxyz" if f"**{word}**" in told] == ["x", "z"]
    calm = judged_words({"words": ["so", "so"], "probabilities": [SURE["a"]] * 2, "classes": ["bad", "fine"]})
    assert "**" not in calm and "turns" not in calm


def test_words_and_classes_from_outside_are_no_markup():
    words, classes = ["[x](http://y)", "**b**"], ["`c`", ":material/home:"]
    told = judged_words({"words": words, "probabilities": [SURE["a"], SURE["b"]], "classes": classes})
    for markup in ("](http", "**b**", "`c`", ":material/home:"):
        assert markup not in told
