"""Claims about the moments at which a demo is killed."""

import pytest
from killed_demo import moments

STAGES = {"mirror", "lab", "cluster", "register", "landing", "send", "ingest", "curate", "proof"}


@pytest.mark.parametrize("seed", range(20))
def test_ten_moments_are_in_every_stage(seed: int) -> None:
    found = moments(seed)
    assert len(found) == len({str(moment) for moment in found}) == 10
    assert {moment.stage for moment in found} == STAGES


def test_moments_follow_from_the_seed() -> None:
    assert moments(3) == moments(3)
    assert moments(3) != moments(4)
