"""What the pipeline's DAGs share: defaults of every task, and how a job of the package `gridlake` runs on YARN."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset

JOBS = "/opt/gridlake-jobs"
START = datetime(2026, 1, 1, tzinfo=UTC)

# Jobs are idempotent, so every task may be repeated; what still fails after that needs a person.
DEFAULT_ARGS: dict[str, Any] = {
    "owner": "dataops",
    "retries": 3,
    "retry_delay": timedelta(seconds=20),
    "execution_timeout": timedelta(hours=2),
}

RAW = Asset("gridlake://lake/raw")
CURATED = Asset("gridlake://lake/curated")
MARTS = Asset("gridlake://lake/marts")
SETTLED = Asset("gridlake://lake/settlement")


def named(request: Any) -> Any:
    """Name the pipeline's user in a request to the ResourceManager, whose ACLs let nobody else end an application.

    The provider only logs a refused kill, and the application would run on beside its retry.
    """
    # As spark-submit learns it.
    request.prepare_url(request.url, {"user.name": os.environ["HADOOP_USER_NAME"]})
    return request


class SparkJob(SparkSubmitOperator):  # type: ignore[misc]  # Airflow is not installed where types are checked
    """One job of the package, in YARN cluster mode.

    The submitting JVM ends once YARN has the application; the ResourceManager's REST API is asked from then on, so a
    worker that dies leaves the application running and the retry finds it again instead of starting a second one.
    """

    def __init__(self, *, job: str, options: Sequence[str] = (), **arguments: Any) -> None:
        """``job`` and ``options`` are what the launcher is called with; the run id is Airflow's."""
        super().__init__(
            conn_id="spark_yarn",
            application=f"{JOBS}/gridlake/launcher.py",
            py_files=f"{JOBS}/gridlake.zip",
            name=f"gridlake-{job}",
            application_args=[job, "--run-id", "{{ run_id }}", *options],
            deploy_mode="cluster",
            yarn_track_via_rm_api=True,
            yarn_rm_auth=named,
            durable=True,
            **arguments,
        )

    def poll_until_complete(self, external_id: Any, context: Any) -> None:
        """Poll, knowing the application's id also after a reconnect.

        Provider 6.3.4 learns the id only from the output of spark-submit, so that a task which had reconnected could be
        killed without its application. May go when the provider sets it itself.
        """
        self._backend.hook._yarn_application_id = str(external_id)
        super().poll_until_complete(external_id, context)
