"""Every field of every task changes something real: data, parameters, batches, losses, steps or figures.

A field that is shown and wired to nothing fails here. Values to try are those of the search space, what a field needs of
others is given to it by the rules; `TRIES` has values for fields that are not searched, or whose range is too wide for
data as small as this.
"""

import json
from itertools import zip_longest

import pytest
import torch

from core.applications import describe, one_a_task
from core.config.errors import ConfigError
from core.config.experiment import field_names
from core.config.fields import rules_of
from core.config.limits import Settings
from core.config.rules import Range
from core.config.sections import all_fields
from core.config.space import possible
from core.resolve import resolve
from core.tasks.registry import bind
from core.training.loop import Training
from tests.training.ear import Ear

# Not tried here: what decides where data is found, or where it is trained on, changes no figure by itself.
ELSEWHERE = {
    "data.source": "says where the data comes from: tests/test_resolve.py",
    "data.id": "says which data: tests/test_resolve.py",
    "data.path": "says where a file lies: tests/data/sources",
    "data.subset": "part of a set that has to be fetched first: tests/data/hub",
    "data.hub_split": "likewise",
    "data.holidays": "needs a row a day: tests/tasks/test_known_ahead.py",
    "data.language": "of sets that are made in a language: tests/data/test_catalog.py",
    "data.src_language": "likewise",
    "data.trg_language": "likewise",
    "data.non_negative": "moves forecasts below zero alone: tests/tasks/test_transforms.py",
    "model.vectors": "needs a file of vectors: tests/tasks/test_start_from_vectors.py",
    "model.frozen_vectors": "likewise",
    "training.device": "says where to train, with the same numbers: tests/training/test_devices.py",
}
TRIES = {
    "data.split": [(0.5, 0.25, 0.25)],
    "data.recipe": ["noise=0.2"],
    "data.encoding": ["utf-16"],
    "data.delimiter": ["bar"],
    "data.header": [False],
    "data.time_column": ["day"],
    "data.date_format": ["month_first"],
    "data.series_column": ["shop"],
    "data.target_columns": [("visits",)],
    "data.covariate_columns": [()],
    "data.future_columns": [("visits",)],
    "data.static_columns": [("town",)],
    "data.sentinels": ["none"],
    "data.text_column": ["remark"],
    "data.label_column": ["shop"],
    "data.src_column": ["remark"],
    "data.trg_column": ["remark"],
    "data.items": ["apart"],
    "data.delay": [5],
    "data.delays": ["up_to"],
    "model.window": [None, 2],  # None is what other fields need
    "data.vocab_size": [12],
    "data.max_length": [3],
    "training.max_steps": [4],
    "training.max_seconds": [1e-6],
    "training.max_grad_norm": [1e-3],
    "training.max_grad_value": [1e-3],
    "training.patience": [1],
    "training.seed": [1],
    "training.precision": ["bf16"],
}
BESIDE = {
    "data.covariate_columns": {"data.target_columns": ("sales",)},
    "data.future_columns": {"data.target_columns": ("sales",)},
    "data.series_identity": {"data.many_series": "each"},
    "data.static_columns": {"data.series_column": "shop", "data.many_series": "each"},
    "data.calendar": {"data.path": (), "data.id": "elnino"},  # one row a month
    "data.recipe": {"data.path": (), "data.id": "made_series"},
    "model.locked_dropout": {"model.embedding_dropout": 0.3},
    "training.patience": {"training.max_steps": 16, "training.learning_rate": 1e-9},  # nothing is learned at that rate
}
TINY = {
    "model.hidden_size": 5,
    "training.batch_size": 3,
    "training.max_steps": 6,
    "training.max_seconds": None,
    "training.warmup_steps": 2,
    "training.device": "cpu",
    "training.precision": "fp32",
}
TINY_OF = {
    "series": {"data.window_size": 7, "data.horizon": 3, "data.difference": "none"},
    "text": {"data.unit": "word", "model.embedding_dim": 5, "training.seq_len": 9, "model.output_dropout": 0.0},
    "labelled": {"data.unit": "word", "model.embedding_dim": 5, "model.output_dropout": 0.0},
    "pairs": {"data.unit": "word", "model.embedding_dim": 5, "model.output_dropout": 0.0},
    "tagged": {"model.embedding_dim": 5, "model.output_dropout": 0.0},
    "sequences": {"data.id": "dinner", "data.delay": 4},
}
WORDS = ("Café", "cafe", "ﬁne", "fine", "Good", "good", "bad", "naïve", "bad", "naive", "Warm")


def table(kind):
    """A small table with what any field can change: capitals, accents, ligatures, gaps, dates that can be read twice."""
    rows = {
        "series": ["time,day,shop,sales,visits,town"]
        + [
            f"{1 + step % 12:02}/{1 + step // 12:02}/2001,2000-01-{1 + step % 28:02},{'ab'[step % 2]},"
            f"{'' if step % 17 == 5 else -999 if step % 23 == 7 else 10 + step % 4 + 0.1 * step},{20 - step % 5},"
            f"{('Bern', 'Genf')[step % 2]}"
            for step in range(96)
        ],
        "text": ["text,remark"] + [f"{sentence(step)},{sentence(step + 3)} so" for step in range(60)],
        "labelled": ["text,remark,label,shop"]
        + [f"{sentence(step)},{sentence(step + 3)} so,{'yes' if step % 3 else 'no'},{'ab'[step % 2]}" for step in range(90)],
        "pairs": ["source,target,remark"]
        + [f"{sentence(step)},{sentence(step + 5)},{sentence(step + 3)} so" for step in range(60)],
        "tagged": [
            "\n".join(f"{word} {'ab'[len(word) % 2]}" for word in sentence(step).split()) + "\n" for step in range(60)
        ],
    }  # fmt: skip
    return "\n".join(rows[kind]) + "\n"


def sentence(number):
    return (
        " ".join(WORDS[(number * factor + number // 7) % len(WORDS)] for factor in (1, 2, 3, 5, 7)[: 3 + number % 3])
        + f" {number}"
    )


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    """Makes what an experiment comes to, stage by stage: the data, the network at its start, its training, its figures."""
    folder = tmp_path_factory.mktemp("fields")
    settings = Settings(runs_dir=folder / "runs", state_dir=folder / "state")

    def make(name, values):
        kind = describe(name).kind
        path = folder / f"{kind}.csv"
        if not path.exists() and describe(name).uses(("files",)):
            path.write_text(table(kind), encoding="utf-8")
        own = {"data.path": (str(path),)} if path.exists() else {}
        try:
            found = resolve(name, "quick", {**own, **TINY, **TINY_OF[kind], **values}, settings)
        except ConfigError as error:
            yield str(error)
            return
        yield json.dumps([repr(found.summary), found.prepared.counts])
        task = bind(found.experiment, found.prepared, torch.device("cpu"))
        yield json.dumps({key: value.tolist() for key, value in task.model.state_dict().items()})
        ear, device = Ear(), torch.device("cpu")
        outcome = Training(task, found.experiment, device, ear, ear).run()
        records = [
            {key: value for key, value in event.items() if key not in ("seconds", "tokens_per_second")}
            for event in ear.records
        ]
        yield json.dumps([records, outcome.steps, outcome.ended, outcome.best.step])
        yield json.dumps(task.evaluate("test", full=True))

    return make


@pytest.fixture(scope="module")
def differs(stages):
    """Says whether some values come to something else than others; what those come to is kept."""
    kept = {}

    def compare(name, base, changed):
        key = (name, json.dumps(base, sort_keys=True))
        if key not in kept:
            kept[key] = list(stages(name, base))
        assert len(kept[key]) > 1, kept[key]
        return any(one != other for one, other in zip_longest(kept[key], stages(name, {**base, **changed})))

    return compare


def needed(name, field):
    """Values of other fields of a task that give a field what its rules ask for."""
    found = {}
    for rule in rules_of(all_fields()[field]):
        if rule.concerns is None and rule.other in field_names(name):
            others = values_of(rule.other, {})
            found |= {**needed(name, rule.other), rule.other: next(value for value in others if rule.holds(value))}
    return found


def values_of(name, beside):
    """What to try of a field."""
    values = possible(name, beside)
    return TRIES.get(name) or ([values.low, values.high] if isinstance(values, Range) else list(values))


CASES = [(name, field) for name in one_a_task() for field in field_names(name) if field not in ELSEWHERE]


@pytest.mark.parametrize(("name", "field"), CASES)
def test_a_field_changes_something_real(differs, name, field):
    beside = {**BESIDE.get(field, {}), **needed(name, field)}
    usual = all_fields()[field].default
    tried = sorted(values_of(field, beside), key=lambda value: value == usual)  # last what a preset may have changed
    assert tried, "say with search=... on the field, or in TRIES, what is worth trying"
    assert any(differs(name, beside, {field: value}) for value in tried), f"{field} is wired to nothing"


def test_the_same_is_found_to_be_the_same(differs):
    """Two directions are concatenated when nobody says otherwise, so saying so changes nothing."""
    assert not differs("sentiment", {"model.bidirectional": True}, {"model.merge_mode": "concat"})


def test_what_is_tested_elsewhere_is_a_field_still():
    assert {*ELSEWHERE, *TRIES} <= {*all_fields()}
