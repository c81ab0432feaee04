"""Topics of a Kafka cluster as declared: created, given more partitions, reconfigured; never deleted or shrunk."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.kafka_topic_plan import Plan, Topic, TopicRefusedError, declared_topics, plan
from ansible.module_utils.kafka_wire import Cluster, Connection, KafkaRefusedError

DOCUMENTATION = r"""
module: kafka_topics
short_description: Apply a declaration of topics to a running Kafka cluster
description:
  - Every change is judged by the brokers in a dry run before the first one is made.
  - A declaration with fewer partitions or another replication than a topic has fails and changes nothing.
options:
  bootstrap: {description: Brokers as host:port, tried in turn, type: list, elements: str, required: true}
  topics:
    description: Each with name, partitions, replication_factor and configs.
    type: list
    elements: dict
    required: true
  declared_in: {description: File that declares them; errors name it, type: path, required: true}
  timeout: {description: Seconds until new partitions must have leaders, type: int}
"""


def connect(bootstrap: Sequence[str]) -> Connection:
    """Connection to the first broker that takes one."""
    problems = []
    for broker in bootstrap:
        host, _, port = broker.rpartition(":")
        try:
            return Connection(host, int(port))
        except OSError as error:
            problems.append(f"{broker}: {error}")
    raise KafkaRefusedError(f"no broker takes connections ({'; '.join(problems)}); start the units kafka first")


def found_topics(connection: Connection, cluster: Cluster, names: Sequence[str]) -> dict[str, Topic]:
    """The named topics that the cluster has, with what is set on themselves."""
    there = [name for name in names if name in cluster.topics]
    configs = connection.topic_configs(there) if there else {}
    return {
        name: Topic(name, len(cluster.topics[name]), len(cluster.topics[name][0].replicas), configs[name])
        for name in there
    }


def apply(connection: Connection, changes: Plan, dry: bool) -> None:
    """Make all changes, or have the brokers judge them."""
    for topic in changes.create:
        connection.create_topic(topic.name, topic.partitions, topic.replication_factor, topic.configs, dry)
    for name, count in changes.grow.items():
        connection.create_partitions(name, count, dry)
    for name, values in changes.alter.items():
        connection.alter_configs(name, values, dry)


def wait_for_leaders(connection: Connection, names: Sequence[str], timeout: float) -> None:
    """Return when every partition of the topics has a leader, so that a producer started next finds one."""
    deadline = time.monotonic() + timeout
    while True:
        topics = connection.cluster().topics
        missing = [name for name in names if name not in topics or any(p.leader < 0 for p in topics[name].values())]
        if not missing:
            return
        if time.monotonic() > deadline:
            raise KafkaRefusedError(
                f"no leader after {timeout} s: {', '.join(missing)}; look at the journal of the brokers"
            )
        time.sleep(0.2)


def main() -> None:
    """Compare, have the change judged, make it, wait for leaders."""
    module = AnsibleModule(
        argument_spec={
            "bootstrap": {"type": "list", "elements": "str", "required": True},
            "topics": {"type": "list", "elements": "dict", "required": True},
            "declared_in": {"type": "path", "required": True},
            "timeout": {"type": "int", "default": 30},
        },
        supports_check_mode=True,
    )
    declared_in = module.params["declared_in"]
    try:
        declared = declared_topics(module.params["topics"])
        names = [topic.name for topic in declared]
        with connect(module.params["bootstrap"]) as connection:
            changes = plan(declared, found_topics(connection, connection.cluster(), names))
            apply(connection, changes, dry=True)
            if not module.check_mode:
                apply(connection, changes, dry=False)
                wait_for_leaders(connection, names, module.params["timeout"])
    except TopicRefusedError as error:
        module.fail_json(msg=f"{declared_in}: {error}")
    except (KafkaRefusedError, OSError) as error:
        if module.check_mode:  # on fresh hosts no broker runs yet
            module.exit_json(changed=True, changes=[str(error)])
        module.fail_json(msg=f"{declared_in}: {error}")
    lines = changes.descriptions()
    module.exit_json(
        changed=bool(lines), changes=lines, diff={"before": "", "after": "".join(f"{line}\n" for line in lines)}
    )


if __name__ == "__main__":
    main()
