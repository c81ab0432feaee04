"""The little of WebHDFS that landing files need: read, create, delete; any NameNode of a list may be the active one."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

import requests

from headend.errors import DeliveryError

_TIMEOUT_S = (10, 60)  # connect, read
_STANDBY = "StandbyException"


@dataclass(frozen=True)
class WebHdfsLanding:
    """The landing directory in HDFS."""

    namenodes: tuple[str, ...]
    """Addresses such as http://master1.gridlake.test:9870."""
    root: str
    user: str
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None if there is none."""
        response = self._ask("GET", path, {"op": "OPEN"}, redirect=True)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return self._checked(response, path).content

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file and the folders above it."""
        # The NameNode answers where the bytes have to go; sending them along with the question would send them twice.
        place = self._ask("PUT", path, {"op": "CREATE", "overwrite": "true"}, redirect=False)
        if place.status_code != HTTPStatus.TEMPORARY_REDIRECT:
            raise self._refused(place, path)
        try:
            stored = self.session.put(place.headers["Location"], data=content, timeout=_TIMEOUT_S)
        except requests.RequestException as error:
            raise DeliveryError(
                f"the DataNode for {path} does not answer: {error}", "check HDFS with `make verify`"
            ) from error
        self._checked(stored, path)

    def delete(self, path: str) -> None:
        """Remove a file if it is there."""
        self._checked(self._ask("DELETE", path, {"op": "DELETE"}, redirect=False), path)

    def _ask(self, method: str, path: str, query: dict[str, str], *, redirect: bool) -> requests.Response:
        failures = []
        for namenode in self.namenodes:
            try:
                response = self.session.request(
                    method,
                    f"{namenode}/webhdfs/v1{self.root}/{path}",
                    params={**query, "user.name": self.user},
                    allow_redirects=redirect,
                    timeout=_TIMEOUT_S,
                )
            except requests.RequestException as error:
                failures.append(f"{namenode}: {error}")
                continue
            if _STANDBY not in response.text[:2000] or response.status_code != HTTPStatus.FORBIDDEN:
                return response
            failures.append(f"{namenode}: standby")
        raise DeliveryError(
            f"no active NameNode: {'; '.join(failures)}", "check HDFS with `make verify`, and --webhdfs"
        )

    def _checked(self, response: requests.Response, path: str) -> requests.Response:
        if not response.ok:
            raise self._refused(response, path)
        return response

    def _refused(self, response: requests.Response, path: str) -> DeliveryError:
        return DeliveryError(
            f"HDFS refused {self.root}/{path} for user {self.user}: HTTP {response.status_code} {response.text[:300]}",
            "check the owner and quota of the landing directory (`hdfs dfs -ls`), and --user",
        )
