"""Format a broker's storage once, and refuse storage of another cluster or another node."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: kafka_storage
short_description: Have KRaft storage that belongs to this cluster and this node
options:
  directory: {description: Storage directory of the broker (log.dirs), type: path, required: true}
  cluster_id: {description: Id of the cluster, type: str, required: true}
  node_id: {description: Id of this node, type: int, required: true}
  config: {description: server.properties, type: path, required: true}
  java_home: {description: JDK that formats, type: path, required: true}
"""

META = "meta.properties"


def properties(text: str) -> dict[str, str]:
    """Key and value of a Java properties file without escapes."""
    pairs = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def problem(directory: Path, cluster_id: str, node_id: int) -> str | None:
    """Why the storage cannot be used as it is; None when it fits or is empty."""
    meta = directory / META
    if not meta.is_file():
        left = sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []
        if left and left != ["lost+found"]:
            return f"{directory} has no {META} but holds {', '.join(left[:3])}; restore it, or move the data away"
        return None
    found = properties(meta.read_text())
    if found.get("cluster.id") != cluster_id:
        return (
            f"{directory} belongs to cluster {found.get('cluster.id')}, this one is {cluster_id}; "
            "bring the other cluster's secret kafka_cluster_id back, or move the data away"
        )
    if found.get("node.id") != str(node_id):
        return (
            f"{directory} belongs to node {found.get('node.id')}, this host is {node_id}; "
            "set kafka_node_id in the inventory"
        )
    return None


def main() -> None:
    """Judge first; format only an empty directory."""
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "cluster_id": {"type": "str", "required": True},
            "node_id": {"type": "int", "required": True},
            "config": {"type": "path", "required": True},
            "java_home": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    parameters = module.params
    directory = Path(parameters["directory"])
    refused = problem(directory, parameters["cluster_id"], parameters["node_id"])
    if refused:
        module.fail_json(msg=refused)
    missing = not (directory / META).is_file()
    if missing and not module.check_mode:
        done = subprocess.run(
            [
                "/opt/kafka/bin/kafka-storage",
                "format",
                f"--cluster-id={parameters['cluster_id']}",
                f"--config={parameters['config']}",
            ],
            check=False,
            capture_output=True,
            text=True,
            user="kafka",
            group="kafka",
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "JAVA_HOME": parameters["java_home"]},
        )
        if done.returncode != 0:
            module.fail_json(msg=f"formatting {directory} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    module.exit_json(changed=missing)


if __name__ == "__main__":
    main()
