"""``make ui``: every web page of the platform, a tunnel line for a laptop, and where the passwords lie."""

from collections.abc import Iterator

import click

from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory

# Page, group that serves it, setting of its port, scheme, user and secret (if it asks for one).
PAGES = (
    ("Airflow: runs of the DAGs", "airflow", "airflow_http_port", "http", "admin", "airflow_admin"),
    ("HDFS NameNode: files, DataNodes", "namenode", "hdfs_namenode_http_port", "http", "", ""),
    ("YARN ResourceManager: applications, queues", "resourcemanager", "yarn_resourcemanager_http_port", "http", "", ""),
    ("Spark History Server: jobs and stages", "spark_history", "spark_history_http_port", "http", "", ""),
    ("Trino: queries", "trino_coordinator", "trino_https_port", "https", "analyst", "trino_analyst"),
)


def lines(inventory: Inventory) -> Iterator[str]:
    """Text to print, line by line."""
    tunnels = []
    for title, group, port_setting, scheme, user, secret in PAGES:
        address, port = inventory.address(group), inventory.settings[port_setting]
        tunnels.append(f"-L {port}:{address}:{port}")
        login = f"   user {user}, password in {_place(inventory, secret)}" if user else ""
        yield f"{scheme}://{address}:{port}  {title}{login}"
        if scheme == "https":
            yield f"    signed by itself: have the browser, or curl --cacert, trust {_place(inventory, 'trino.crt')}"
    yield f"From a laptop: ssh {' '.join(tunnels)} root@<this machine>, then the same pages on localhost"


def _place(inventory: Inventory, secret: str) -> str:
    """Where a secret lies, or why it does not."""
    path = inventory.lab_state / "secrets" / secret
    return str(path) if path.is_file() else f"{path} (not there: `make cluster INVENTORY={inventory.name}` writes it)"


@click.command()
@click.option("--inventory", default="lab", show_default=True, help="Inventory below ansible/inventories.")
def main(inventory: str) -> None:
    """Print the web pages of an inventory."""
    try:
        for line in lines(Inventory(inventory)):
            click.echo(line)
    except ControlError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
