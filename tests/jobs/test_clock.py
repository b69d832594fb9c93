from core.jobs.clock import Heard, Moment


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


def test_what_another_machine_says_is_as_old_as_its_last_change_here_whatever_its_clock_says():
    heard = Heard()
    assert heard.age("a", 10.0, by_clock=40.0, now=100.0) == 0.0  # its clock is 40 seconds behind
    assert heard.age("a", 10.0, by_clock=45.0, now=105.0) == 5.0
    assert heard.age("a", 11.0, by_clock=46.0, now=107.0) == 0.0
    assert heard.age("a", 11.0, by_clock=80.0, now=141.0) == 34.0
    assert heard.age("b", 11.0, by_clock=0.0, now=141.0) == 0.0


def test_what_another_machine_said_hours_ago_is_old_when_it_is_heard_first():
    heard = Heard()
    assert heard.age("a", 10.0, by_clock=7_200.0, now=100.0) == 7_200.0
    assert heard.age("a", 10.0, by_clock=7_260.0, now=160.0) == 7_260.0
    assert heard.age("a", 11.0, by_clock=7_261.0, now=161.0) == 0.0  # it lives, with a clock that is hours off
