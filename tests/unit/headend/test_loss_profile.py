"""Loss profiles are read strictly, and what they promise not to hold is not in them."""

from pathlib import Path

import pytest

from headend import loss_profile
from headend.errors import RequestError
from headend.loss_profile import FAULTS, Kind


def test_the_shipped_profiles_are_these() -> None:
    assert loss_profile.names() == ["none", "honest", "pilot", "scoring"]
    assert loss_profile.read("none") is None


def test_the_pilot_has_the_mix_of_the_domain_notes() -> None:
    pilot = loss_profile.read("pilot")
    assert pilot is not None
    expected = {
        Kind.PARTIAL_BYPASS: 0.008,
        Kind.EVENING_BYPASS: 0.005,
        Kind.STOPPED_REGISTER: 0.004,
        Kind.LOST_PHASE: 0.003,
        Kind.HALVED_CT: 0.010,
        Kind.INTERMITTENT_BYPASS: 0.0,
        Kind.WRONG_SUBSTATION: 0.007,
        Kind.HOOK: 0.040,
    }
    assert {kind: pilot[kind].share for kind in expected} == expected


def test_honest_people_differ_from_the_pilot_in_faults_only() -> None:
    honest, pilot = loss_profile.read("honest"), loss_profile.read("pilot")
    assert honest is not None
    assert pilot is not None
    hot_spots = {Kind.EV_CLUSTER, Kind.SMALL_TRANSFORMER, Kind.FAULTY_TAP}
    for kind in Kind:
        if kind in FAULTS and kind not in hot_spots:
            assert honest[kind].share == 0.0
        else:
            assert honest[kind] == pilot[kind]


def test_one_kind_is_kept_from_tuning() -> None:
    pilot, scoring = loss_profile.read("pilot"), loss_profile.read("scoring")
    assert pilot is not None
    assert scoring is not None
    assert [kind for kind in Kind if pilot[kind] != scoring[kind]] == [Kind.INTERMITTENT_BYPASS]


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("hook: {share: 0.040", "hok: {share: 0.040", "hok"),
        ("share: 0.040, days: [60, 360], level: [0.8, 5.0]", "shar: 0.040, level: [0.8, 5.0]", r"pilot\.hook"),
        ("share: 0.040, days: [60, 360], level: [0.8, 5.0]", "share: 0.040, level: [5.0, 0.8]", r"pilot\.hook"),
    ],
)
def test_what_is_not_a_kind_or_no_range_is_named(tmp_path: Path, was: str, becomes: str, named: str) -> None:
    text = loss_profile.FILE.read_text(encoding="utf-8")
    assert text.count(was) == 1
    file = tmp_path / "profiles.yml"
    file.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(RequestError, match=named):
        loss_profile.read("pilot", file)


@pytest.mark.parametrize("name", ["perfect", "_known_faults"])
def test_an_unknown_profile_names_the_known_ones(name: str) -> None:
    with pytest.raises(RequestError, match="none, honest, pilot, scoring"):
        loss_profile.read(name)


def test_the_profile_carries_the_hash_of_its_file(tmp_path: Path) -> None:
    one = loss_profile.read("pilot")
    file = tmp_path / "profiles.yml"
    file.write_text(loss_profile.FILE.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    other = loss_profile.read("pilot", file)
    assert one is not None
    assert other is not None
    assert one.sha256 != other.sha256
