"""Claims about the sample queries that the documentation shows: an analyst runs them, and each has an answer."""

import json

import pytest
from cluster import CHECKOUT, Cluster

from gridlake_control import sample_queries


@pytest.mark.usefixtures("slice_proof")
def test_every_sample_query_of_the_documentation_has_an_answer(cluster: Cluster) -> None:
    cluster.make("queries")
    left = json.loads((CHECKOUT / "build" / "queries" / "queries.json").read_text(encoding="utf-8"))
    assert {title: len(answer["rows"]) > 0 for title, answer in left["answers"].items()} == dict.fromkeys(
        sample_queries.read(), True
    )
