from core import warm
from core.applications import describe
from core.config.limits import Settings
from core.resolve import with_built_in_data


def test_the_default_data_of_every_text_task_is_prepared_once():
    settings = Settings()
    assert warm.missing(settings) == [name for name in with_built_in_data() if describe(name).reads_tokens]
    process = warm.start(settings)
    assert process is not None
    assert process.wait(timeout=120) == 0
    assert warm.missing(settings) == []
    assert warm.start(settings) is None
