from core import warm
from core.applications import describe, one_a_task
from core.config.limits import Settings


def test_the_default_data_of_every_text_task_is_prepared_once():
    settings = Settings()
    assert warm.missing(settings) == [name for name in one_a_task() if describe(name).reads_tokens]
    process = warm.start(settings)
    assert process is not None
    assert process.wait(timeout=120) == 0
    assert warm.missing(settings) == []
    assert warm.start(settings) is None
