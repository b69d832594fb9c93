from core import warm
from core.config.experiment import TEXT_TASKS
from core.config.limits import Settings


def test_the_default_data_of_every_text_task_is_prepared_once():
    settings = Settings()
    assert warm.missing(settings) == list(TEXT_TASKS)
    process = warm.start(settings)
    assert process is not None
    assert process.wait(timeout=120) == 0
    assert warm.missing(settings) == []
    assert warm.start(settings) is None
