"""What passes is tried again after a wait; what does not is not."""

import threading

import pytest

from echo_iad.mllms.server.retrying import LONGEST_WAIT, Fault, Patience, told_wait


class Waits:
    """Notes each wait instead of waiting."""

    def __init__(self, *, stops_at=None):
        self.seconds, self.stops_at = [], stops_at

    def __call__(self, stop, seconds):
        self.seconds.append(seconds)
        return len(self.seconds) == self.stops_at


def send(answers, retries=4, seed=0, waits=None):
    waits = waits or Waits()
    left = iter(answers)
    answer = Patience(retries, seed=seed, wait=waits).send(lambda: next(left), threading.Event())
    return answer, waits.seconds


@pytest.mark.parametrize("status", [None, 408, 409, 425, 429, 500, 502, 503, 529])
def test_a_fault_that_may_pass_is_tried_again(status):
    answer, waits = send([Fault("busy", status), Fault("busy", status), "fine"])
    assert (answer, len(waits)) == ("fine", 2)


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 413, 422, 501])
def test_a_fault_that_stays_is_not_tried_again(status):
    answer, waits = send([Fault("no", status), "never asked"])
    assert (answer, waits) == (Fault("no", status), [])


def test_the_last_fault_is_the_answer_when_the_retries_are_used_up():
    answer, waits = send([Fault(f"busy {number}", 503) for number in range(9)], retries=3)
    assert (answer.cause, len(waits)) == ("busy 3", 3)


def test_no_retry_is_a_choice():
    assert send([Fault("busy", 503), "never asked"], retries=0) == (Fault("busy", 503), [])


def test_waits_double_and_vary_by_seed_alone():
    faults = [Fault("busy", 503)] * 5
    waits = send(faults, seed=1)[1]
    assert waits == send(faults, seed=1)[1]
    assert waits != send(faults, seed=2)[1]
    for wait, least in zip(waits, (0.5, 1, 2, 4), strict=True):
        assert least <= wait <= 1.5 * least


def test_the_server_is_waited_for_as_long_as_it_asks_or_a_little_longer():
    told = [Fault("slow down", 429, 7.0), Fault("slow down", 429, LONGEST_WAIT), Fault("now", 429, 0.0), "fine"]
    answer, waits = send(told)
    assert answer == "fine"
    assert 7.0 < waits[0] <= 10.5
    assert LONGEST_WAIT < waits[1] <= 1.5 * LONGEST_WAIT
    assert waits[2] == 0.0


def test_a_server_that_asks_for_more_than_a_minute_is_not_asked_too_early():
    answer, waits = send([Fault("slow down.", 429, 3600.0), "never asked"])
    assert waits == []
    assert answer.cause == "slow down. The server asks to wait 3600 s, and Echo waits 60 s at most"
    assert answer.status == 429


def test_the_longest_waits_vary_too():
    waits = send([Fault("busy", 503)] * 12, retries=11)[1]
    longest = waits[7:]
    assert all(LONGEST_WAIT <= wait <= 1.5 * LONGEST_WAIT for wait in longest)
    assert len(set(longest)) == len(longest)


def test_nothing_is_sent_after_a_stop():
    answer, waits = send([Fault("busy", 503), Fault("busy", 503), "never asked"], waits=Waits(stops_at=2))
    assert (answer, len(waits)) == (Fault("busy", 503), 2)


def test_a_real_wait_ends_at_once_when_it_is_stopped():
    stop = threading.Event()
    stop.set()
    assert Patience(4, seed=0).send(lambda: Fault("busy", 503, 50.0), stop) == Fault("busy", 503, 50.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 30.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert told_wait(header, now=1445412450.0) == seconds
