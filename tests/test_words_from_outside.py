"""Words from outside are never Markdown: read off the source, so that a new page cannot forget it."""

import ast

import pytest

from tests.own_words import ROOT, Reader

# Functions, attributes and names that hold nothing but our own words, and why the reader cannot see that by itself.
OWN = {
    # of core, which is not read: numbers and names from tables of our own
    "count": "a number with a noun of ours",
    "plural": "a number with a noun of ours",
    "bytes_in_words": "a number with its unit",
    "metric_label": "the name of a metric of ours",
    "metric_value": "a number with its unit",
    "headline_metric": "the name of a metric of ours",
    "baseline_label": "the name of a simple method of ours",
    "count_parameters": "a number",
    "verdict": "sentences about figures and simple methods",
    "said_of_changes": "sentences about figures",
    "sentences": "the descriptions of the fields of Limits",
    "choice_label": "the label of a choice of our models; other values of a set-up go through foreign",
    "choice_summary": "the summary of a cell of ours",
    "device_label": "what torch calls the device",
    "progress_line": "numbers of bytes and files",
    "again_label": "what a button says, with a size",
    "token_words": "what a token is called: words of ours",
    # titles and descriptions of the fields of our own models
    "knob.label": "the title of a field",
    "knob.help": "the description of a field",
    "knob.choices": "the choices of a field",
    "field.title": "the title of a field",
    "field.description": "the description of a field",
    "row.label": "the title of a field",
    "data_fields(task)[field].title": "the title of a field",
    "data_fields(task)[field].description": "the description of a field",
    # values that are of a few by their type or by a check before
    "preset": "one of PRESETS",
    "page.title": "the title of a page in frame.py",
    # words of a Learn page (ui/learn)
    "page.help": "one sentence of the menu",
    "lesson.lead": "the first lines of its page",
    "group.note": "what a Learn page says of its trainings",
    "question.text": "its question",
    "question.choices[place]": "a choice of its question",
    "experiment.task": "one of APPLICATIONS",
    # words of an application (core.applications) and of the view of its task (ui/tasks)
    "app.title": "what the menu calls it",
    "app.heading": "the title of its page",
    "app.help": "one sentence of the menu",
    "app.lead": "the first lines of its page",
    "app.sees": "what training will show",
    "app.card": "one sentence of Home",
    "view.alive": "what is seen in the picture on Home",
    "view.uploader": "the label of the uploader",
    "view.takes": "what it takes",
    "view.paste": "what can be pasted",
    "way.label": "the label of a button",
    "way.help": "what it opens",
    "model.hidden_size": "a number",
    "budget": "a number with its unit",
    "date_time": "a moment in words",
    "MOST_COMPARED": "a number",
    "GROUPS": "groups of the fields of a recipe",
}

# Where it stands and what it is: why it is ours all the same.
ALL_THE_SAME = {
    "ui/race.py: _in_words(entrants, found.summary)": "labels of cells, and numbers",
    "ui/race_panel.py: race.MOST_SEEDS": "a number of our own",
    "ui/race_panel.py: in_words(cells)": "labels of cells",
    "ui/again.py: numbers": "numbers of seeds",
    "ui/again.py: seeds": "numbers of seeds",
    "ui/again.py: have": "a number of seeds",
    "ui/again.py: refusal": "kept in the session by _start: refusal_of",
    "ui/results/corrections.py: refusal": "kept in the session by _add: refusal_of",
    "ui/results/corrections.py: MAX_CORRECTIONS": "a number of our own",
    "ui/results/corrections.py: NUM_STEPS": "a number of our own",
    "ui/badge.py: label": "Log in or Log out",
    "ui/cards.py: name": "Source, Parts or Cite",
    "ui/compare.py: pd.DataFrame(table)": "labels and numbers of ours, and foreign: tests/app/test_foreign_words.py",
    "ui/alive.py: figure_line(task, starter.result)": "names and figures of metrics and a simple method, which is escaped",
    "ui/alive.py: starter.origin": "a duration and the data's title through foreign",
    "ui/tasks/classification.py: judged_words(path)": "words and classes through foreign: tests/ui/results/test_judged.py",
    "ui/starter.py: starter.origin": "a duration and the data's title through foreign",
    "ui/starter.py: starter.summary": "made by foreign",
    "ui/data_view.py: name": "Rows, Parts and so on; of vocabularies the side, which is ours",
    "ui/data_view.py: line": "made by summary_lines, whose lines go through foreign: tested in tests/ui/test_data_view.py",
    "ui/data_view.py: columns": "names of columns through foreign_code: tests/app/test_own_data.py",
    "ui/data_view.py: ended": "names of columns through foreign_code",
    "ui/run_panel.py: reason": "kept for the page by the form: problem_list",
    "ui/frame.py: group": "the name of a group of the menu",
    "ui/edit_table.py: label": "the names of four sources",
    "ui/made.py: help_text": "the description and the name of a field",
    "ui/knob_widgets.py: help_text": "the description of a field and why it is off: words of the rules",
    "ui/model_form.py: heading": "one of GROUPS",
    "ui/model_form.py: title": "of an expander of the form",
    "ui/reading.py: headings": "those of GROUPS",
    "ui/model_form.py: sentence": "the title of a field and why it is off",
    "ui/results/refits.py: refusal": "kept in the session by _start and _do: refusal_of",
    "ui/learn/training.py: refusal": "kept in the session by _start and _stop: refusal_of",
    "ui/page.py: refusal": "kept in the session by session.carry_out: our own words and refusal_of",
    "ui/reading.py: _help(task, field)": "the description and the name of a field",
    "ui/tasks/generation.py: network.most_traced": "a number",
    "ui/results/influence.py: _in_words(kind, one.is_direct)": "words of ours and numbers, the token as foreign_code",
    "ui/results/influence.py: note": "what distance means: words of the four pages",
    "ui/results/inside.py: layer['name'].capitalize()": "which layer in which direction: core.insight.states",
    "ui/results/inside.py: why_unit(int(unit), values, kind, 'window' if times else 'text')": "numbers, names of gates",
    "ui/results/why.py: _TAKEN.__getitem__": "the names of two ways to take words away",
    "ui/results/why.py: _NAMES": "the names of explanations",
    "ui/results/why.py: _MEANT": "what an explanation is",
    "ui/results/why.py: verdict_on(found)": "the name of an explanation, and numbers",
    "ui/results/common.py: metric_named(metric).gloss": "what a metric of ours means",
    "ui/results/common.py: table": "its headings and cells are names of metrics and simple methods, and numbers",
    "ui/run_figures.py: label": "the name of a figure",
    "ui/run_figures.py: value": "a number with its unit, or that there is none",
    "ui/run_figures.py: of": "at which step, or whose it is: a simple method",
    "ui/runs_toolbar.py: refusals": "kept in the session by _do: refusal_of",
    "ui/setup.py: field": "the name of a field of languages",
    "ui/takeaway.py: run_id": "an id of a run: hexadecimal digits, or there would be no experiment",
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(OWN)


def test_whatever_is_read_as_markdown_is_ours_or_goes_through_foreign(reader):
    found = {one.name: f"{one.path}, line {one.line}, {one.call}: {one.expression}" for one in reader.not_ours()}
    strangers = sorted(found[name] for name in found.keys() - ALL_THE_SAME.keys())
    assert not strangers, "give these to ui.foreign.foreign or foreign_code:\n" + "\n".join(strangers)
    assert not ALL_THE_SAME.keys() - found.keys(), "these exceptions are no longer needed"


def test_every_exception_is_still_in_the_source():
    written = "\n".join(
        path.read_text(encoding="utf-8") for room in ("ui", "pages") for path in (ROOT / room).rglob("*.py")
    )
    assert not [name for name in OWN if name not in written]


def test_every_table_with_a_toolbar_and_every_file_of_a_table_holds_no_formula():
    tables = {"ui/data_view.py: table", "ui/runs_table.py: rows"}  # made of `cell`, tested beside them
    calls = [
        (module, node)
        for module in Reader().modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    ]
    shown = {f"{module.path}: {ast.unparse(call.args[0])}" for module, call in calls if _called(call) == "dataframe"}
    assert {one for one in shown if ": table(" not in one} == tables
    written = {f"{module.path}: {ast.unparse(call)}" for module, call in calls if _called(call) == "to_csv"}
    assert written == {"ui/edit_table.py: full.to_csv(index=False, na_rep='NA')"}, (
        "ui.foreign.csv_of writes what is offered"
    )


def _called(call):
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


PAGE = """
import streamlit as st
from ui.foreign import foreign, foreign_code, one_line
from ui.other import ours, theirs, words_of

LABELS = {"a": "A", "b": "B"}

def page(status, told, place, number: int):
    name = status.name
    safe = foreign(name)
    BODY
    _both("Ours", name)

def _both(first, second):
    told = st.container()
    return first

def _title(status):
    return f"Run {status.name}"

def _own_title(status):
    return f"Run {foreign(status.name)}, {status.step:,} steps"
"""
OTHER = """
def ours(): return "words"
def theirs(run): return run.name
def words_of(run): return [], ["a", theirs(run)]
"""


def strangers_in(tmp_path, body):
    (tmp_path / "ui").mkdir()
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page.py").write_text(PAGE.replace("BODY", body), encoding="utf-8")
    (tmp_path / "ui" / "other.py").write_text(OTHER, encoding="utf-8")
    return [one.expression for one in Reader(root=tmp_path).not_ours()]


@pytest.mark.parametrize(
    ("body", "stranger"),
    [
        ("st.markdown(name)", "name"),
        ("st.markdown(f'**{name}**')", "name"),
        ("st.markdown(f'{safe} {name}')", "name"),
        ("st.markdown(f'{name:>9}')", "name"),
        ("st.markdown(f'`{name}`')", "name"),
        ("st.markdown(one_line(name))", "one_line(name)"),
        ("st.caption('x: ' + status.name)", "status.name"),
        ("st.write('a', name)", "name"),
        ("told.warning(status.name[:40])", "status.name"),
        ("st.sidebar.info(status.name.replace('`', ''))", "status.name.replace('`', '')"),
        ("place.error(', '.join(one.name for one in status.runs))", "one.name"),
        ("st.button(LABELS.get(name, name))", "LABELS.get(name, name)"),
        ("st.button('x', help=name)", "name"),
        ("st.page_link('pages/x.py', label=_title(status))", "_title(status)"),
        ("st.expander(theirs(status))", "theirs(status)"),
        ("st.tabs([ours(), name])", "name"),
        ("st.radio('x', status.names)", "status.names"),
        ("st.pills('x', status.names, format_func=lambda one: one)", "lambda one: one"),
        ("st.metric('x', name)", "name"),
        ("st.progress(0.5, name)", "name"),
        ("st.table({name: [1]})", "name"),
        ("st.download_button('x', b'', name)", "name"),
        ("lines = []; lines.append(name); st.warning(' '.join(lines))", "lines"),
        ("for line in words_of(status)[1]: st.caption(line)", "line"),
        ("safe = status.name; st.caption(safe)", "safe"),
        ("st.container().caption(name)", "name"),
        ("st.column_config.TextColumn(name)", "name"),
        ("st.text_input('x', help=f'{name} ')", "name"),
        ("st.dialog(name)", "name"),
    ],
)
def test_a_page_that_forgets_it_is_found(tmp_path, body, stranger):
    assert strangers_in(tmp_path, body) == [stranger]


@pytest.mark.parametrize(
    "body",
    [
        "st.markdown('x')", "st.markdown(safe)", "st.markdown(f'**{foreign(name)}** {foreign_code(name)}')",
        "st.markdown(f'{status.step:,} of {number}')", "st.caption(LABELS[name])", "st.caption(LABELS.get(name, 'none'))",
        "st.text(name)", "st.code(name)", "st.caption(_own_title(status))", "st.caption(_both('a', name))",
        "st.caption(' '.join([ours(), safe]))", "st.caption('a' if name else safe)", "st.caption(f'{len(name)} signs')",
        "st.selectbox('x', status.names)", "st.pills('x', status.names, format_func=foreign)", "st.caption(words_of(1)[0])",
        "lines = [safe]; lines.append(f'- {safe}'); st.warning(' '.join(lines))",
    ],
)  # fmt: skip
def test_a_page_that_minds_it_is_left_alone(tmp_path, body):
    assert strangers_in(tmp_path, body) == []
