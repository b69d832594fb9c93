"""A visitor's own data on the page: it is shown, corrected, kept in the link, and nobody else's."""

import io
import re
import zipfile

import pytest

from core.config.limits import Limits
from core.data.sources.upload_storing import save_upload
from ui import services

DAYS = [f"{day:02}.{month:02}.2021" for month in range(1, 8) for day in range(1, 29)]
WORKS = "Datum;Geliefert;Umsatz;Besuche;Notiz\n" + "".join(
    f"{day};{DAYS[place]};{50 + place % 7},{place % 10};{200 + place % 11};=cmd()\n" for place, day in enumerate(DAYS)
)
REVIEWS = "id,comment,review,stars\n" + "".join(
    f"{i},seen on day {i},I {'like' if i % 3 else 'hate'} <b>the {i % 17} of it</b>,{'good' if i % 3 else 'bad'}\n"
    for i in range(120)
)


def bring(app, task, name, content):
    app.file_uploader(key=f"{task}:uploader").upload(name, content.encode() if isinstance(content, str) else content)
    return app.run()


def box(app, task, field):
    """The box of "How it is read" that corrects a field."""
    name = app.session_state[f"{task}:page"].data
    return app.get_by_key(f"{task}:{name}:{field}")


def parameter(app, name):
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def text_of(app):
    return "\n".join(element.value for element in (*app.markdown, *app.caption, *app.text))


def test_an_uploaded_table_becomes_the_data_and_shows_what_was_found(open_page):
    app = bring(open_page("forecasting"), "forecasting", "my <b>works.csv", WORKS)
    assert not app.exception and not app.error
    assert app.selectbox(key="forecasting:data_choice").value.startswith("upload:")
    assert box(app, "forecasting", "delimiter").value == "semicolon"
    assert box(app, "forecasting", "date_format").value == "day_first"
    assert box(app, "forecasting", "time_column").value == "Datum"
    assert "Semicolon (found)" in box(app, "forecasting", "delimiter").options
    assert app.dataframe[0].value.columns[0] == "Datum · time"
    assert "`my <b>works.csv`" in text_of(app)


def test_stores_below_each_other_and_fillers_are_said_where_the_page_sums_up(open_page):
    rows = [(day, store) for day in DAYS for store in (1, 2)]
    sales = [-999 if place in (8, 9, 50) else 100 * store + place % 7 for place, (_, store) in enumerate(rows)]
    sales[20] = "closed"
    stores = "Store,DayOfWeek,Date,Sales\n" + "".join(
        f"{store},{place // 2 % 7},{day},{sales[place]}\n" for place, (day, store) in enumerate(rows)
    )
    app = bring(open_page("forecasting"), "forecasting", "stores.csv", stores)
    assert not app.exception and not app.error
    assert "- Rows: 392 read, all kept; 4 values taken as missing\n" in text_of(app)
    assert "forecast: `Sales` of `Store` `1`, `2` · left out: `DayOfWeek`" in text_of(app)
    assert app.selectbox(key="forecasting_data_column").options == [
        "Sales of Store 1 (to forecast)",
        "Sales of Store 2 (to forecast)",
    ]


def test_a_corrected_column_is_trained_on_and_stands_in_the_address(open_page):
    app = bring(open_page("forecasting"), "forecasting", "works.csv", WORKS)
    box(app, "forecasting", "time_column").set_value("Geliefert").run()
    box(app, "forecasting", "target_columns").set_value(["Besuche"]).run()
    assert not app.error
    assert parameter(app, "forecasting.time_column") == "Geliefert"
    assert "forecast: `Besuche`" in text_of(app)
    app.get_by_key("forecasting.preset").set_value("standard").run()
    assert box(app, "forecasting", "time_column").value == "Geliefert"
    app.button(key="forecasting:train").click().run()
    data = services.store().experiment(parameter(app, "run")).data
    assert (data.source, data.time_column, data.target_columns) == ("upload", "Geliefert", ("Besuche",))


def test_a_time_that_was_found_can_be_refused_on_the_page(open_page):
    app = bring(open_page("forecasting"), "forecasting", "works.csv", WORKS)
    time = box(app, "forecasting", "time_column")
    assert "None: evenly spaced" in time.options
    time.set_value("none").run()
    assert not app.exception and not app.error
    assert parameter(app, "forecasting.time_column") == "none"
    assert "left out: `Datum`" in text_of(app)
    assert box(app, "forecasting", "time_column").value == "none"
    box(app, "forecasting", "time_column").set_value("Datum").run()
    assert "forecasting.time_column" not in app.query_params


def test_choosing_what_was_found_takes_the_correction_back(open_page):
    app = bring(open_page("sentiment"), "sentiment", "reviews.csv", REVIEWS)
    found = box(app, "sentiment", "text_column").value
    other = next(name for name in ("comment", "review") if name != found)
    box(app, "sentiment", "text_column").set_value(other).run()
    assert parameter(app, "sentiment.text_column") == other
    box(app, "sentiment", "text_column").set_value(found).run()
    assert "sentiment.text_column" not in app.query_params


def test_corrections_go_when_other_data_is_chosen(open_page):
    app = bring(open_page("sentiment"), "sentiment", "reviews.csv", REVIEWS)
    box(app, "sentiment", "text_column").set_value("comment").run()
    app.selectbox(key="sentiment:data_choice").set_value("reviews_made").run()
    assert not app.exception
    assert "sentiment.text_column" not in app.query_params
    assert "reviews.csv" in app.selectbox(key="sentiment:data_choice").options


def test_data_that_cannot_be_used_stays_visible_and_is_mended_by_a_correction(open_page):
    labels_apart = REVIEWS.replace("stars", "verdict")
    app = bring(open_page("sentiment"), "sentiment", "reviews.csv", labels_apart)
    box(app, "sentiment", "label_column").set_value("id").run()
    if not app.error:  # a label a row: too many classes or too few texts each
        pytest.fail("a different label in every row was taken for classes")
    assert app.button(key="sentiment:train").disabled
    assert any(expander.label == "How it is read" and expander.proto.expanded for expander in app.expander)
    assert len(app.dataframe[0].value) > 3
    box(app, "sentiment", "label_column").set_value("verdict").run()
    assert not app.error
    assert not app.button(key="sentiment:train").disabled


def test_an_upload_that_cannot_be_read_says_why(open_page):
    app = bring(open_page("sentiment"), "sentiment", "reviews.csv", bytes(range(256)) * 9)
    assert not app.exception
    assert app.error[0].value.startswith(("This data cannot be used", "This file cannot be used"))
    assert len(app.error) == 1
    assert app.button(key="sentiment:train").disabled


def test_a_file_that_cannot_be_kept_is_refused_on_the_page_and_the_data_stays(open_page):
    app = bring(open_page("sentiment"), "sentiment", "reviews.csv", REVIEWS)
    before = app.session_state["sentiment:page"].data
    app = bring(app, "sentiment", "empty.csv", "")
    assert [error.value.splitlines()[0] for error in app.main.error] == [
        "This file cannot be used: the page keeps the data it had."
    ]
    assert not app.sidebar.error
    assert app.session_state["sentiment:page"].data == before
    assert not app.button(key="sentiment:train").disabled


@pytest.mark.parametrize("owner", ["somebody else", None])
def test_an_upload_of_somebody_else_or_of_nobody_is_one_calm_sentence_and_the_default(open_page, owner):
    state = services.settings().state_dir
    upload = save_upload([("r.csv", REVIEWS.encode())], state, Limits(), owner) if owner else "a" * 32
    app = open_page("sentiment", {"sentiment.data": f"upload:{upload}", "sentiment.text_column": "review"})
    assert not app.exception and not app.error and not app.warning
    assert app.info[0].value.startswith("This data is not yours, or no longer here.")
    assert app.selectbox(key="sentiment:data_choice").value == "reviews_made"
    assert not [name for name in app.query_params if name.startswith("sentiment.")]
    assert "like" not in " ".join(str(frame.value) for frame in app.dataframe)


def test_a_knob_that_changes_what_is_read_changes_what_the_page_says_of_it(open_page):
    app = bring(open_page("sentiment"), "sentiment", "reviews.csv", REVIEWS)
    assert "no text is longer" in text_of(app)
    app.number_input(key="sentiment.data.max_length").set_value(4).run()
    assert re.search(r"(\d+) of \1 texts are cut at 4 words", text_of(app))
    (warning,) = app.warning
    words = warning.value.replace("\\", "")
    assert "100% of the texts are longer than “Longest text: 4”" in words
    assert "would keep 95% of them whole" in words


def test_a_zip_of_folders_that_are_called_by_their_labels_becomes_the_data(open_page):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for label in ("calm", "wild"):
            for place in range(30):
                archive.writestr(f"seas/{label}/{place}.txt", f"a {label} sea, the {place}th of them")
    app = bring(open_page("sentiment"), "sentiment", "seas.zip", content.getvalue())
    assert not app.exception and not app.error
    assert "labels from the names of 2 folders" in text_of(app)
    assert list(app.dataframe[0].value.columns) == ["text", "label"]


def test_the_encoding_that_is_found_is_said_and_another_can_be_chosen(open_page):
    rows = "".join(
        f"очень {'тихое' if k % 2 else 'бурное'} море номер {k};{'тихо' if k % 2 else 'шумно'}\n" for k in range(60)
    )
    app = bring(open_page("sentiment"), "sentiment", "sea.csv", ("text;label\n" + rows).encode("koi8-r"))
    assert not app.exception and not app.error
    assert box(app, "sentiment", "encoding").value == "koi8-r"
    assert "read as koi8-r" in text_of(app)
    box(app, "sentiment", "encoding").set_value("windows-1251").run()
    assert not app.exception and not app.error
    assert parameter(app, "sentiment.encoding") == "windows-1251"
    assert "read as koi8-r" not in text_of(app)


def test_the_columns_of_a_public_or_built_in_series_can_be_chosen(open_page):
    app = open_page("forecasting", {"forecasting.data": "macrodata"})
    assert not app.exception
    targets = app.get_by_key("forecasting:macrodata:target_columns")
    other = next(name for name in targets.options if name not in targets.value)
    targets.set_value([other]).run()
    assert not app.exception and not app.error
    assert parameter(app, "forecasting.target_columns") == other
    assert f"forecast: `{other}`" in text_of(app)
    app.get_by_key("forecasting:macrodata:covariate_columns").set_value(["infl"]).run()
    assert f"forecast: `{other}` · also read: `infl`" in text_of(app)


def test_what_a_link_chooses_of_a_set_and_cannot_be_is_named_and_left_out(open_page):
    app = open_page("forecasting", {"forecasting.data": "co2", "forecasting.target_columns": "nope"})
    assert not app.exception
    assert any(
        "Some of this link was left out" in one.value and "**Target columns**" in one.value for one in app.warning
    )
    assert not app.error
    assert app.selectbox(key="forecasting:data_choice").value == "co2"
    assert not app.button(key="forecasting:train").disabled


ICE = "date,sales,heat,rain\n" + "".join(
    f"{2000 + place // 12}-{1 + place % 12:02},{'' if place >= 190 else 200 + place % 12},{place % 11},{place % 5}\n"
    for place in range(200)
)


def columns_box(app, field):
    return list(box(app, "forecasting", field).value)


def test_rows_below_the_last_value_are_offered_as_known_ahead_with_one_button(open_page):
    app = bring(open_page("forecasting"), "forecasting", "ice.csv", ICE)
    assert "The last 10 rows have `heat` and `rain` but no `sales`." in text_of(app)
    assert " test 38 time steps" in text_of(app)  # a fifth of 190 rows, not of 200
    assert columns_box(app, "target_columns") == ["sales"]
    app.button(key="forecasting:mark_known_ahead").click().run()
    assert not app.exception and not app.error
    assert parameter(app, "forecasting.future_columns") == "heat|rain"
    assert "The last 10 rows" not in text_of(app)
    assert " test 38 time steps" in text_of(app)


def test_a_column_has_one_role_wherever_roles_are_shown(open_page):
    app = bring(open_page("forecasting"), "forecasting", "ice.csv", ICE)
    box(app, "forecasting", "target_columns").set_value(["sales", "heat", "rain"]).run()
    box(app, "forecasting", "future_columns").set_value(["heat"]).run()
    assert columns_box(app, "target_columns") == ["sales", "rain"]
    assert columns_box(app, "covariate_columns") == []
    box(app, "forecasting", "covariate_columns").set_value(["rain"]).run()
    assert columns_box(app, "target_columns") == ["sales"]
    assert list(app.dataframe[0].value) == ["date · time", "sales · forecast", "heat · known ahead", "rain · also read"]
    box(app, "forecasting", "future_columns").set_value(["heat", "rain"]).run()
    assert columns_box(app, "covariate_columns") == [] and columns_box(app, "target_columns") == ["sales"]
    box(app, "forecasting", "target_columns").set_value(["sales", "heat"]).run()
    assert not app.error
    assert columns_box(app, "future_columns") == ["rain"]
    assert "date" not in box(app, "forecasting", "future_columns").options


def test_a_chosen_target_that_becomes_a_covariate_is_forecast_no_longer(open_page):
    app = open_page("forecasting", {"forecasting.data": "macrodata"})
    targets = columns_box(app, "target_columns")
    other = next(name for name in box(app, "forecasting", "covariate_columns").options if name in targets)
    rest = [name for name in targets if name != other]
    box(app, "forecasting", "covariate_columns").set_value([other]).run()
    assert not app.error
    assert columns_box(app, "target_columns") == (rest or targets)


def test_rare_classes_are_counted_more_at_a_click_and_the_page_says_so_instead_of_asking_again(open_page):
    rows = [(f"the {place} parcel is late", "late") for place in range(180)]
    rows += [(f"the {place} parcel is lovely", "praise") for place in range(20)]
    app = bring(open_page("sentiment"), "sentiment", "mail.csv", "text,label\n" + "\n".join(map(",".join, rows)))
    assert not app.success and "to learn `praise` from" in text_of(app)
    app.get_by_key("sentiment_weigh_classes").click().run()
    assert app.session_state["sentiment.training.class_weights"] == "effective"
    assert [one.value for one in app.success if "Rare classes count more" in one.value]
    assert "sentiment_weigh_classes" not in [one.key for one in app.button]
