import pytest
from pydantic import ValidationError

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import HOSTED, Limits
from core.config.presets import preset
from core.config.summary import DataSummary
from core.resolve import check_limits

SIZEABLE = {
    "forecasting": DataSummary("forecasting", 40_000, 28_000, num_features=7, num_targets=7, season=1_440),
    "generation": DataSummary("generation", 9_000_000, 8_000_000, vocab_size=900),
    "sentiment": DataSummary("sentiment", 90_000, 900_000, num_train=70_000, vocab_size=8_000, num_classes=5),
    "translation": DataSummary(
        "translation", 90_000, 900_000, num_train=70_000, src_vocab_size=8_000, trg_vocab_size=8_000
    ),
}


def test_ones_own_machine_limits_no_counts_and_no_time():
    limits = Limits()
    assert limits.profile == "local"
    for name in ("max_steps", "max_seconds", "max_run_bytes", "max_worker_bytes", "max_queued",
                 "max_queued_per_visitor", "max_running_per_visitor"):  # fmt: skip
        assert getattr(limits, name) is None, name


def test_a_hosted_server_limits_everything(monkeypatch):
    monkeypatch.setenv("UNROLL_PROFILE", "hosted")
    limits, local = Limits(), Limits(profile="local")
    for name in Limits.model_fields.keys() - {"profile"}:
        assert getattr(limits, name) is not None, name
        assert getattr(local, name) is None or getattr(limits, name) < getattr(local, name), name
    assert set(HOSTED) <= set(Limits.model_fields)


@pytest.mark.parametrize("profile", ["local", "hosted"])
def test_what_is_set_holds_in_every_profile(profile, monkeypatch):
    monkeypatch.setenv("UNROLL_PROFILE", profile)
    monkeypatch.setenv("UNROLL_MAX_STEPS", "17")
    monkeypatch.setenv("UNROLL_MAX_SECONDS", "none")
    limits = Limits(max_queued=3)
    assert (limits.max_steps, limits.max_seconds, limits.max_queued) == (17, None, 3)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("UNROLL_PROFILE", "public"), ("UNROLL_MAX_STEPS", "0"), ("UNROLL_MAX_ROWS", "none"), ("UNROLL_MAX_ROWS", "-1")],
)
def test_a_limit_that_cannot_be_is_refused(variable, value, monkeypatch):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError, match=variable.removeprefix("UNROLL_").lower()):
        Limits()


@pytest.mark.parametrize("task", SIZEABLE)
@pytest.mark.parametrize("name", ["quick", "standard"])
def test_the_presets_for_small_machines_fit_a_hosted_server(task, name):
    check_limits(preset(task, name, SIZEABLE[task], DataConfig()), SIZEABLE[task], Limits(profile="hosted"))


def test_a_training_without_an_end_is_held_to_the_limit_of_seconds_by_its_expected_length():
    experiment = preset("generation", "standard", SIZEABLE["generation"], DataConfig())
    endless = experiment.with_values({"training.max_seconds": None})
    check_limits(endless, SIZEABLE["generation"], Limits())
    check_limits(endless.with_values({"training.max_steps": 100}), SIZEABLE["generation"], Limits(profile="hosted"))
    with pytest.raises(ConfigError) as caught:
        check_limits(endless, SIZEABLE["generation"], Limits(max_seconds=60))
    assert [problem.field for problem in caught.value.problems] == ["training.max_seconds"]


def test_every_limit_that_there_is_has_a_sentence_and_no_other():
    hosted, local = Limits(profile="hosted").sentences(), Limits().sentences()
    assert len(hosted) == len(Limits.model_fields) - 1
    assert len(local) == sum(getattr(Limits(), name) is not None for name in Limits.model_fields) - 1
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in hosted + local)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"max_parameters": 20_000_000}, "at most 20,000,000 parameters."),
        ({"max_upload_bytes": 2_500_000}, "at most 2.5 MB."),
        ({"max_upload_bytes": 700}, "at most 700 bytes."),
        ({"max_idle_upload_seconds": 86_400.0}, "goes 1 day after it was last used"),
        ({"max_run_bytes": 5_000_000_000}, "at most 5 GB of disk"),
        ({"max_seconds": 1_800}, "at most 30 minutes."),
        ({"max_seconds": 3_600}, "at most 1 hour."),
        ({"max_seconds": 90}, "at most 90 seconds."),
        ({"max_steps": 1_000}, "at most 1,000 steps."),
    ],
)
def test_a_sentence_reads_like_one(values, words):
    assert any(words in sentence for sentence in Limits(**values).sentences())
