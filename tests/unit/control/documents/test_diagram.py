"""The drawing says what the inventory says, and every text stays inside its box."""

import re

import pytest

from gridlake_control.documents import diagram
from gridlake_control.documents.checkout import Checkout
from gridlake_control.documents.facts import Facts
from gridlake_control.inventory import Inventory


@pytest.fixture(scope="module")
def checkout() -> Checkout:
    return Checkout(Inventory("lab"))


def test_every_text_fits_its_box(checkout: Checkout) -> None:
    found = diagram.boxes(checkout, Facts.read())
    assert len(found) > 10
    assert {box.title: box.overflow() for box in found if box.overflow()} == {}


@pytest.mark.parametrize(
    ("box", "overflow"),
    [
        (diagram.Box(0, 0, 100, 60, "Fits", ("a line",)), []),
        (diagram.Box(0, 0, 100, 60, "Fits", ("a line much too long for it",)), ["a line much too long for it"]),
        (diagram.Box(0, 0, 100, 60, "A title much too long"), ["A title much too long"]),
        (diagram.Box(0, 0, 100, 60, "Deep", ("a", "b", "c")), ["3 lines of Deep"]),
    ],
)
def test_a_text_that_does_not_fit_is_named(box: diagram.Box, overflow: list[str]) -> None:
    assert box.overflow() == overflow


def test_boxes_overlap_only_where_one_holds_the_other(checkout: Checkout) -> None:
    found = diagram.boxes(checkout, Facts.read())
    frames = {box.title for box in found if box.kind == "frame"}
    assert frames == {"Spark on YARN", "Iceberg tables"}
    for number, one in enumerate(found):
        assert 0 <= one.x < one.x + one.width <= diagram.WIDTH
        assert 0 <= one.y < one.y + one.height <= diagram.HEIGHT
        for other in found[number + 1 :]:
            apart_x = one.x + one.width < other.x or other.x + other.width < one.x
            apart_y = one.y + one.height < other.y or other.y + other.height < one.y
            assert apart_x or apart_y or (one.title in frames and other.kind == "inner"), (one.title, other.title)


def test_hosts_and_partitions_come_from_the_checkout(checkout: Checkout) -> None:
    texts = set(re.findall(r">([^<]+)</text>", diagram.architecture(checkout, Facts.read())))
    assert {"on worker1-3", "bundles: 12 partitions", "NameNode master1; DataNodes worker1-3 on 3 racks"} <= texts
