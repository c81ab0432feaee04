"""Validation and estimation on a small world of the head-end's: what must be found is, and estimates are close."""

from datetime import date

import pytest
from pyspark.sql import SparkSession

from gridlake_control.validation_figures import Detection, accuracy, detection
from gridlake_control.validation_score import DEVICES, FIRST_DAY, IMPORT, LEAST_SHARE, MOST_FALSE_ALARMS, MOST_WAPE
from headend.faults import Plan
from headend.fleet import Fleet
from headend.local_days import Window

pytestmark = pytest.mark.spark

# The clock change is in it.
WINDOW = Window(date(2016, 3, 20), 9)
HISTORY = Window(date(2016, 2, 8), 50)
FIRST_DAYS = Window(FIRST_DAY, 4)


@pytest.fixture(scope="module")
def world() -> Fleet:
    return Fleet.of(1)


@pytest.fixture(scope="module")
def found(spark: SparkSession, world: Fleet) -> Detection:
    return detection(spark, world, world.select(1), WINDOW, Plan.parse("dense"))


@pytest.fixture(scope="module")
def devices(spark: SparkSession, world: Fleet) -> Detection:
    return detection(spark, world, world.select(1), FIRST_DAYS, Plan.parse(DEVICES))


def test_each_kind_of_fault_that_shows_is_found(found: Detection, devices: Detection) -> None:
    demanded = found.demanded + devices.demanded
    assert len(demanded) == 10
    detected = found.detected + devices.detected
    assert min(detected[fault] / demanded[fault] for fault in demanded) >= LEAST_SHARE


def test_what_no_rule_may_refuse_counts(found: Detection, devices: Detection) -> None:
    for fault, days in {"correction": found, "partial": found, "rollover": devices, "exchange": devices}.items():
        assert days.must_count[fault] == days.do_count[fault] > 0, fault
    assert 0 < found.clock_flagged < found.must_count["drift"]


def test_clean_days_are_let_through(found: Detection) -> None:
    assert found.clean_days > 200
    assert found.false_alarms <= MOST_FALSE_ALARMS


@pytest.mark.parametrize("intervals", MOST_WAPE)
def test_estimates_have_the_registers_energy_and_a_shape_that_is_close(
    spark: SparkSession, world: Fleet, intervals: int
) -> None:
    consumption, feed_in = accuracy(spark, world, world.select(1), HISTORY, [intervals])
    assert consumption.register == IMPORT
    assert consumption.worst_energy_error_wh == feed_in.worst_energy_error_wh == 0
    assert consumption.gaps > 400
    # One substation's few large customers weigh most: the goal itself is for the command and its larger world.
    assert consumption.wape <= MOST_WAPE[intervals] * 1.05
