"""The page of the memory tasks: nothing can be brought, and the delay decides what is read."""

import pytest


@pytest.mark.parametrize("name", ["hub:someone/something", "upload:" + "f" * 32])
def test_nobody_can_bring_data_to_a_page_of_made_sequences(open_page, name):
    app = open_page("memory", {"memory.data": name})
    assert not app.exception
    assert "there is no data set" in "".join(one.value for one in app.warning)
    assert not app.get("file_uploader")
    assert app.selectbox(key="memory:data_choice").value == "recall"


def test_the_delay_of_a_link_is_that_of_the_sequences_on_the_page(open_page):
    app = open_page("memory", {"memory.data": "dinner", "memory.data.delay": "5"})
    assert not app.exception
    shown = next(table.value for table in app.dataframe if "Sequence" in table.value.columns)
    assert {len(row.split()) for row in shown["Sequence"]} == {6}
    assert not app.warning


def test_a_delay_is_offered_where_it_changes_the_sequences_alone(open_page):
    shown = [
        {one.label for one in open_page("memory", {"memory.data": data, "memory.data.delay": "5"}).number_input}
        for data in ("recall", "digits_rows")
    ]
    assert "Delay" in shown[0] and "Delay" not in shown[1] and "Hidden size" in shown[1]
