from core.jobs.clock import Moment


def test_moments_of_one_boot_are_measured_by_uptime_whatever_the_wall_clock_says():
    now = Moment(unix=5_000.0, uptime=70.0, boot="a")
    assert now.seconds_since(4_999.0, uptime=60.0, boot="a") == 10.0
    assert now.seconds_since(9_000.0, uptime=60.0, boot="a") == 10.0


def test_without_a_known_boot_in_common_the_wall_clock_has_to_do():
    now = Moment(unix=5_000.0, uptime=70.0, boot="a")
    assert now.seconds_since(4_990.0, uptime=5.0, boot="b") == 10.0
    assert now.seconds_since(4_990.0) == 10.0
    assert Moment(5_000.0, 70.0, "").seconds_since(4_990.0, uptime=5.0, boot="") == 10.0


def test_nothing_was_said_in_the_future():
    now = Moment(unix=5_000.0, uptime=70.0, boot="a")
    assert now.seconds_since(6_000.0) == 0.0
    assert now.seconds_since(0.0, uptime=90.0, boot="a") == 0.0


def test_now_moves_on_and_stays_in_its_boot():
    first, second = Moment.now(), Moment.now()
    assert second.uptime >= first.uptime
    assert first.boot == second.boot
