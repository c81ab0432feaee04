"""Claims about what leaves the cluster for a support case."""

import tarfile

from cluster import CHECKOUT, Cluster


def test_bundle_holds_evidence_of_every_host_and_no_secret(cluster: Cluster) -> None:
    cluster.make("support-bundle")
    # Identifiers and a certificate lie beside the passwords and are no secrets: hosts and clients are sent them.
    files = (
        path
        for path in (cluster.inventory.lab_state / "secrets").iterdir()
        if path.name not in {"cluster_id", "kafka_cluster_id", "trino.crt"}
    )
    passwords = [path.read_text(encoding="utf-8").strip() for path in files]
    assert len(passwords) > 5
    for host in (
        cluster.inventory.hosts("namenode") + cluster.inventory.hosts("kafka") + cluster.inventory.hosts("airflow")
    ):
        with tarfile.open(CHECKOUT / "build" / "support" / cluster.inventory.name / f"{host}.tar.gz") as archive:
            members = ((entry.name, archive.extractfile(entry)) for entry in archive)
            texts = {name: content.read().decode() for name, content in members if content}
        assert {"units.txt", "etc/gridlake/platform.yml", "etc/hadoop/core-site.xml"} <= set(texts)
        leaks = [name for name, text in texts.items() for password in passwords if password in text]
        assert leaks == []
