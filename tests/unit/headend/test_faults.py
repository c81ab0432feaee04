"""What --faults means."""

import pytest

from headend.errors import RequestError
from headend.faults import PROFILES, Fault, Plan, bit, names


def test_no_faults_is_an_empty_plan() -> None:
    assert not Plan.parse("none")
    assert str(Plan.parse("none")) == "none"


def test_a_profile_can_be_named_and_changed_in_single_faults() -> None:
    plan = Plan.parse("field,late=0.5,backlog=0")
    assert plan.rate(Fault.LATE) == 0.5
    assert plan.rate(Fault.BACKLOG) == 0
    assert plan.rate(Fault.CORRECTION) == 0.0035


def test_a_fault_alone_is_frequent_enough_to_be_seen() -> None:
    plan = Plan.parse("unit, reset")
    assert dict(plan.rates) == {Fault.UNIT: 0.04, Fault.RESET: 0.002}


def test_the_text_of_a_plan_means_the_same_plan() -> None:
    assert str(Plan.parse("late=0.25,duplicate=0.5")) == "duplicate=0.5,late=0.25"
    for profile in PROFILES:
        plan = Plan.parse(profile)
        assert Plan.parse(str(plan)) == plan
    assert str(Plan.parse("late=0.123456789")) == "late=0.123456789"


@pytest.mark.parametrize("profile", ["field", "dense"])
def test_the_profiles_hold_every_fault(profile: str) -> None:
    assert set(PROFILES[profile]) == set(Fault)


@pytest.mark.parametrize("text", ["latte", "late,", "field=0.5", "", "none=1"])
def test_what_is_no_fault_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(
        RequestError, match=r"choose from the profiles none, field, dense and the faults duplicate, resend"
    ):
        Plan.parse(text)


@pytest.mark.parametrize("text", ["late=1.5", "late=-0.1", "late=often", "late=", "late=nan"])
def test_a_rate_is_a_share(text: str) -> None:
    with pytest.raises(RequestError, match="number from 0 to 1"):
        Plan.parse(text)


def test_a_mask_holds_several_faults() -> None:
    assert names(bit(Fault.BACKLOG) | bit(Fault.DUPLICATE)) == ["duplicate", "backlog"]
    assert bit(Fault.DUPLICATE) == 1
