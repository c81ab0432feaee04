"""The curve of late bundles and the burst after an outage."""

from datetime import date

import numpy as np

from headend.faults import Plan
from headend.lateness import Outages, lateness
from headend.local_days import Window
from headend.streams import NEVER

HOUR, DAY = 3600, 86_400


def test_late_bundles_come_by_the_published_curve() -> None:
    shares = np.array([0.0, 0.36, 0.72, 0.92, 0.979999, 0.98, 0.9999])
    found = lateness(shares).tolist()
    assert found[:4] == [6 * HOUR, DAY + 6 * HOUR, 2 * DAY + 6 * HOUR, 9 * DAY + 6 * HOUR]
    assert 29 * DAY + 5 * HOUR < found[4] < 29 * DAY + 6 * HOUR
    assert found[5:] == [NEVER, NEVER]


def test_an_outage_releases_what_it_held_within_ten_minutes() -> None:
    outages = Outages(np.array([1_000]), np.array([5_000]))
    sent_at, held = outages.hold(np.array([999, 1_000, 4_999, 5_000, NEVER]), np.array([0.5, 0.0, 0.5, 0.5, 0.5]))
    assert sent_at.tolist() == [999, 5_000, 5_300, 5_000, NEVER]
    assert held.tolist() == [False, True, True, False, False]


def test_what_is_released_into_the_next_outage_waits_for_its_end() -> None:
    outages = Outages(np.array([1_000, 4_000]), np.array([5_000, 9_000]))
    sent_at, _ = outages.hold(np.array([2_000]), np.array([0.0]))
    assert sent_at.tolist() == [9_000]


def test_outages_do_not_depend_on_the_window_that_asks() -> None:
    plan = Plan.parse("backlog=0.3")
    # Windows in winter and summer time, and across the change between them.
    long, short = Window(date(2016, 3, 20), 14), Window(date(2016, 3, 29), 1)
    times = np.arange(short.starts[0], short.starts[0] + 60 * DAY, 977)
    share = np.zeros(len(times))
    one, other = (Outages.of(1, 7, window, plan).hold(times, share) for window in (long, short))
    assert one[1].any()
    assert not one[1].all()
    assert np.array_equal(one[0], other[0])


def test_without_backlog_no_line_is_ever_down() -> None:
    assert len(Outages.of(1, 7, Window(date(2016, 3, 21), 30), Plan()).begins) == 0
