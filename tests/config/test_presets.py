from dataclasses import replace

import pytest

from core.applications import describe, one_a_task
from core.config.errors import ConfigError
from core.config.experiment import PRESETS, DataConfig
from core.config.limits import Limits
from core.config.presets import preset
from core.config.sizes import DEFAULT_FLOPS_PER_SECOND, count_parameters, estimate_seconds
from core.config.summary import DataSummary

SMALL = {
    "series": DataSummary("series", 40, 28, num_features=1, num_targets=1),
    "text": DataSummary("text", 300, 240, vocab_size=30),
    "labelled": DataSummary("labelled", 10, 60, num_train=8, longest=9, vocab_size=20, num_classes=2),
    "tagged": DataSummary("tagged", 10, 60, num_train=8, longest=9, vocab_size=20, num_classes=3),
    "pairs": DataSummary("pairs", 10, 90, num_train=8, longest=9, src_vocab_size=20, trg_vocab_size=22),
    "sequences": DataSummary("sequences", 40, 96, num_train=32, longest=3, num_features=2, num_classes=2),
}
LARGE = {
    "series": DataSummary("series", 40_000, 28_000, num_features=7, num_targets=7, season=1_440),
    "text": DataSummary("text", 9_000_000, 8_000_000, vocab_size=900),
    "labelled": DataSummary("labelled", 90_000, 900_000, num_train=70_000, vocab_size=8_000, num_classes=5),
    "tagged": DataSummary("tagged", 90_000, 900_000, num_train=70_000, vocab_size=8_000, num_classes=17),
    "pairs": DataSummary("pairs", 90_000, 900_000, num_train=70_000, src_vocab_size=8_000, trg_vocab_size=8_000),
    "sequences": DataSummary(
        "sequences", 25_000, 4_000_000, num_train=20_000, longest=200, num_features=17, num_classes=8
    ),
}


@pytest.mark.parametrize("task", one_a_task())
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("summaries", [SMALL, LARGE], ids=["small", "large"])
def test_a_preset_is_possible_whatever_the_size_of_the_data(task, name, summaries):
    experiment = preset(task, name, summaries[describe(task).kind], DataConfig())
    assert (experiment.task, experiment.preset) == (task, name)
    assert count_parameters(experiment, summaries[describe(task).kind]) <= Limits().max_parameters


@pytest.mark.parametrize("task", one_a_task())
def test_each_preset_has_more_than_the_one_before(task):
    sizes = [preset(task, name, LARGE[describe(task).kind], DataConfig()) for name in PRESETS]
    assert sizes[0].training.max_steps < sizes[1].training.max_steps < sizes[2].training.max_steps
    counts = [count_parameters(experiment, LARGE[describe(task).kind]) for experiment in sizes]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("task", one_a_task())
@pytest.mark.parametrize("summaries", [SMALL, LARGE], ids=["small", "large"])
def test_a_preset_is_a_number_of_steps_which_its_seconds_do_not_touch(task, summaries):
    quick, standard, large = (preset(task, name, summaries[describe(task).kind], DataConfig()) for name in PRESETS)
    caps = (quick.training.max_seconds, standard.training.max_seconds, large.training.max_seconds)
    assert caps == (180.0, 1_800.0, None)
    free = quick.with_values({"training.max_seconds": None})
    summary = summaries[describe(task).kind]
    planned = describe(task).quick_seconds(summary)
    assert planned <= (55 if "stream" in describe(task).traits else 11), "characters take longer, and less with bf16"
    assert estimate_seconds(free, summary, DEFAULT_FLOPS_PER_SECOND) <= planned
    assert 20 <= quick.training.max_steps <= 1_500
    for experiment in (quick, standard, large):
        assert experiment.training.patience in (None, experiment.training.max_steps // 2)


def test_long_texts_get_fewer_steps():
    short = DataSummary("sentiment", 9_000, 180_000, num_train=9_000, vocab_size=8_000, num_classes=2)
    long = DataSummary("sentiment", 9_000, 1_800_000, num_train=9_000, vocab_size=8_000, num_classes=2)
    steps = [preset("sentiment", "quick", summary, DataConfig()).training.max_steps for summary in (short, long)]
    assert steps[0] == 250
    assert 50 < steps[1] < 200
    assert steps[1] % 10 == 0


@pytest.mark.parametrize(("tokens", "steps"), [(335_839, 491), (60_000, 400), (4_000_000, 1_500)])
def test_standard_reads_a_text_twelve_times_at_most_before_its_rate_has_fallen(tokens, steps):
    """12 readings of 335,839 tokens in batches of 64 times 128 are 491 steps; 400 at least, 1,500 at most."""
    experiment = preset("generation", "standard", DataSummary("generation", 1, tokens), DataConfig())
    assert experiment.training.max_steps == steps


@pytest.mark.parametrize("season", [1, 4, 12, 52])
def test_the_forecast_follows_the_season(season):
    summary = DataSummary("forecasting", 900, 700, num_features=1, num_targets=1, season=season)
    data = preset("forecasting", "standard", summary, DataConfig()).data
    assert data.horizon == (season if season > 1 else 4)
    assert data.window_size >= data.horizon


@pytest.mark.parametrize("train", [7, 14, 20, 50, 100])
def test_windows_fit_into_a_short_series(train):
    for season in (1, 12, 365):
        summary = DataSummary("forecasting", 2 * train, train, num_features=1, num_targets=1, season=season)
        data = preset("forecasting", "quick", summary, DataConfig()).data
        assert data.window_size + data.horizon < train


def test_the_data_section_is_kept():
    data = DataConfig(source="file", path=("a.csv",), split=(0.6, 0.2, 0.2), time_column="when")
    after = preset("forecasting", "quick", SMALL["series"], data).data
    assert (after.path, after.split, after.time_column) == (("a.csv",), (0.6, 0.2, 0.2), "when")


def test_an_unknown_preset_is_an_error():
    with pytest.raises(ConfigError) as caught:
        preset("sentiment", "fast", SMALL["labelled"], DataConfig())
    assert caught.value.problems[0].field == "preset"


@pytest.mark.parametrize(("num_series", "told", "scaling"), [(7, True, "last_value"), (414, False, "window")])
def test_one_network_for_many_long_series_reads_long_windows_in_segments(num_series, told, scaling):
    summary = DataSummary("series", 10_000, 8_640, num_features=1, num_targets=1, season=24, num_series=num_series)
    one = preset("forecasting", "standard", summary, DataConfig(many_series="each"))
    assert (one.data.window_size, one.data.horizon, one.model.segment) == (720, 24, 48 if told else 24)
    assert (one.data.series_identity, one.model.scaling, one.data.difference) == (told, scaling, "none")
    short = preset("forecasting", "standard", replace(summary, num_tokens=400), DataConfig(many_series="each"))
    assert (short.model.segment, short.model.shape) == (1, "many_to_one")


def test_rare_words_start_small_and_are_read_by_their_letters():
    """A hundred times is enough: 800,000 tokens of 8,000 words, and not one less."""
    rare, known = (
        preset(
            "sentiment",
            "quick",
            DataSummary("labelled", 9_000, tokens, num_train=9_000, vocab_size=8_000),
            DataConfig(),
        )
        for tokens in (799_999, 800_000)
    )
    assert rare.model.embedding_scale == 0.1 and rare.model.character_dim and rare.training.word_dropout
    assert (known.model.embedding_scale, known.model.character_dim, known.training.word_dropout) == (1.0, 0, 0.0)


def test_of_short_texts_more_are_read_in_the_same_time():
    steps = [
        preset(
            "sentiment",
            "quick",
            DataSummary("labelled", 4_000, tokens, num_train=4_000, vocab_size=8_000),
            DataConfig(),
        )
        for tokens in (59_000, 60_000)
    ]
    assert [one.training.max_steps for one in steps] == [500, 250]
