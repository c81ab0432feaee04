"""Every rejection reason has messages that show it, and none of them stops a batch."""

from collections.abc import Sequence

import pytest
from corpus import BUNDLES, GOOD_BUNDLES, TRANSFORMER_MESSAGES, Case
from deliveries import IMPORT, POINT, SUBSTATION, Topic, transformer_message
from pyspark.sql import DataFrame, SparkSession

from gridlake.catalog.reasons import Reason
from gridlake.transforms.day_bundles import judged_bundles
from gridlake.transforms.transformer_messages import judged_messages

pytestmark = pytest.mark.spark


def records(spark: SparkSession, cases: Sequence[Case]) -> DataFrame:
    topic = Topic(spark, "t")
    for case in cases:
        topic.send(case.value, case.key)
    return topic.read(topic.available().ranges)


def reasons(judged: DataFrame) -> list[str | None]:
    return [row["reason"] for row in judged.select("offset", "reason").orderBy("offset").collect()]


@pytest.fixture(scope="module")
def registers(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([(POINT, [IMPORT])], "metering_point_id string, registers array<string>")


@pytest.fixture(scope="module")
def bundle_reasons(spark: SparkSession, registers: DataFrame) -> list[str | None]:
    return reasons(judged_bundles(records(spark, BUNDLES), registers))


@pytest.mark.parametrize("position", range(len(BUNDLES)), ids=[case.name for case in BUNDLES])
def test_a_bad_bundle_is_rejected_with_its_reason(bundle_reasons: list[str | None], position: int) -> None:
    assert bundle_reasons[position] == BUNDLES[position].reason


def test_good_bundles_pass(spark: SparkSession, registers: DataFrame) -> None:
    topic = Topic(spark, "t")
    for _, value in GOOD_BUNDLES:
        topic.send(value)
    found = reasons(judged_bundles(topic.read(topic.available().ranges), registers))
    assert dict(zip([name for name, _ in GOOD_BUNDLES], found, strict=True)) == {name: None for name, _ in GOOD_BUNDLES}


def test_a_bad_transformer_message_is_rejected_with_its_reason(spark: SparkSession) -> None:
    substations = spark.createDataFrame([(SUBSTATION,)], "substation_id string")
    good = Case("good", transformer_message(), Reason.TOMBSTONE, SUBSTATION)
    found = reasons(judged_messages(records(spark, [*TRANSFORMER_MESSAGES, good]), substations))
    expected = [(case.name, case.reason.value) for case in TRANSFORMER_MESSAGES] + [("good", None)]
    assert list(zip([name for name, _ in expected], found, strict=True)) == expected


def test_every_reason_has_a_message_that_shows_it() -> None:
    shown = {case.reason for case in (*BUNDLES, *TRANSFORMER_MESSAGES)}
    assert shown == set(Reason)
