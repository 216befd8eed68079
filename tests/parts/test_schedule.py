"""When to ask next."""

from __future__ import annotations

import random
import runpy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from golive import InvalidInput, PollingPolicy
from golive.schedule import read_retry_after

NOW = datetime(2026, 10, 21, 7, 0, tzinfo=UTC).timestamp()
ELAPSED = st.floats(0, 30 * 86_400)


def steady(low: float, high: float) -> float:
    """Vary nothing."""
    return (low + high) / 2


@pytest.mark.parametrize(
    ("elapsed", "pause"), [(0, 5), (333, 5), (1000, 15), (40_000, 600), (86_400 * 10, 600)]
)
def test_the_pause_grows_with_the_time_waited(elapsed: float, pause: float) -> None:
    assert PollingPolicy().pause(elapsed, vary=steady) == pytest.approx(pause)


@given(ELAPSED, st.one_of(st.none(), st.floats(0, 1e9)))
def test_the_pause_stays_in_its_bounds(elapsed: float, retry_after: float | None) -> None:
    pause = PollingPolicy().pause(elapsed, retry_after=retry_after)
    assert pause >= 4.5
    assert pause <= (660 if retry_after is None else 3600)
    if retry_after is not None:
        assert pause >= min(retry_after, 3600)


@given(ELAPSED, ELAPSED)
def test_who_waited_longer_never_asks_sooner(one: float, other: float) -> None:
    policy = PollingPolicy()
    assert policy.pause(min(one, other), vary=steady) <= policy.pause(max(one, other), vary=steady)


def test_jitter_varies_in_both_directions_and_can_be_switched_off() -> None:
    pauses = [PollingPolicy().pause(10_000) for _ in range(200)]
    assert 135 <= min(pauses) < 145
    assert 155 < max(pauses) <= 165
    assert {PollingPolicy(jitter=0).pause(10_000) for _ in range(20)} == {150}


def test_retry_after_is_a_least_time_and_bounded() -> None:
    policy = PollingPolicy(jitter=0)
    assert policy.pause(10_000, retry_after=1) == 150
    assert policy.pause(10_000, retry_after=1200) == 1200
    assert policy.pause(10_000, retry_after=float("inf")) == 3600
    assert PollingPolicy(jitter=0, retry_after_limit=7).pause(0, retry_after=60) == 7


def test_the_default_keeps_its_promise() -> None:
    """The numbers of the docstring and of the benchmark, from a simulation with a fixed seed."""
    benchmark: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "schedule.py"))
    generator = random.Random(20171031)
    durations = benchmark["draw"](4000, generator)
    policy = PollingPolicy()
    requests, _, late = benchmark["measure"](
        durations, lambda elapsed: policy.pause(elapsed, vary=generator.uniform)
    )
    assert requests <= 350
    assert late <= 0.016
    fixed_requests, _, fixed_late = benchmark["measure"](durations, lambda elapsed: 30.0)
    assert fixed_requests > 5 * requests
    assert fixed_late > 4 * late


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"min_delay": 0}, "min_delay must be more than zero"),
        ({"min_delay": -1}, r"^PollingPolicy\.min_delay must be from 0 to 100 years"),
        ({"max_delay": float("inf")}, "from 0 to 100 years"),
        ({"max_delay": float("nan")}, "from 0 to 100 years"),
        ({"max_delay": "600"}, r"^PollingPolicy\.max_delay must be a timedelta or a number"),
        ({"max_delay": True}, "timedelta or a number"),
        ({"min_delay": 10, "max_delay": 5}, r"min_delay \(10 s\) is more than its max_delay \(5 s\)"),
        ({"growth": -0.1}, "growth must lie between 0 and 1"),
        ({"growth": "1"}, "growth must lie between 0 and 1"),
        ({"jitter": 1.1}, "jitter must lie between 0 and 1"),
        ({"jitter": float("nan")}, "jitter must lie between 0 and 1"),
        ({"retry_after_limit": 0}, "retry_after_limit must be more than zero"),
    ],
)
def test_nonsense_is_refused(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        PollingPolicy(**arguments)


def test_the_bounds_are_possible() -> None:
    assert PollingPolicy(growth=1, jitter=1).growth == 1


def test_lengths_of_time_may_be_timedeltas() -> None:
    policy = PollingPolicy(min_delay=timedelta(seconds=2), max_delay=timedelta(minutes=1))
    assert (policy.min_delay, policy.max_delay) == (2.0, 60.0)
    assert policy == PollingPolicy(min_delay=2, max_delay=60)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 28 * 60),
        ("Wednesday, 21-Oct-26 07:28:00 GMT", 28 * 60),
        ("Wed Oct 21 07:28:00 2026", 28 * 60),
        ("Wed, 21 Oct 2026 06:00:00 GMT", 0),
        ("9" * 400, 100 * 365 * 86_400),
        # More digits than Python converts to a number.
        ("9" * 5000, 100 * 365 * 86_400),
        (" \t7\r\n", 7),
        ("banana", None),
        ("-" * 50_000, None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 100 * 365 * 86_400),
        ("Sat, 01 Jan 123456789012345678901 00:00:00 GMT", None),
        ("Wed, 21 Oct 2026 07:28:00 +123456789012345678901", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        ("Mon, 01 Jan 0000 00:00:00 GMT", 0),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("\N{ARABIC-INDIC DIGIT SEVEN}", None),
        ("inf", None),
        ("nan", None),
        ("1e3", None),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after_header(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


@given(st.text())
def test_any_retry_after_header_is_read_without_an_error(value: str) -> None:
    seconds = read_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 100 * 365 * 86_400


NUMBER = st.integers(-1, 10**25).map(str) | st.text("0123456789+-:.", max_size=6)


@given(st.builds("{} {} {} {} {} {}".format, *[st.sampled_from(["Wed,", "Oct", "-", ""]) | NUMBER] * 6))
def test_nothing_that_resembles_a_date_is_an_error(value: str) -> None:
    seconds = read_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 100 * 365 * 86_400


@given(NUMBER, NUMBER, NUMBER, NUMBER, st.sampled_from(["GMT", "+0000", "-9999", "+99999999999", ""]))
def test_no_date_is_too_odd(day: str, year: str, hour: str, minute: str, zone: str) -> None:
    seconds = read_retry_after(f"Wed, {day} Oct {year} {hour}:{minute}:00 {zone}", NOW)
    assert seconds is None or 0 <= seconds <= 100 * 365 * 86_400


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_any_http_date_is_understood(moment: datetime) -> None:
    seconds = read_retry_after(format_datetime(moment, usegmt=True), NOW)
    assert seconds == max(0.0, int(moment.timestamp()) - NOW)
