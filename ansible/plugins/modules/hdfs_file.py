"""One file in HDFS that is never changed once it is there, put over WebHDFS."""

from __future__ import annotations

import http.client
import json
import os
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: hdfs_file
short_description: Put a file into HDFS once
description:
  - For files whose name tells their content, such as an archive with its digest in the name. A file of the same name
    and length is left alone; nothing is started to find out (WebHDFS, no JVM).
  - It is written under a temporary name and renamed, so a killed run leaves no half file under the real one.
options:
  source: {description: File on the host, type: path, required: true}
  path: {description: Absolute path in HDFS, type: str, required: true}
  namenodes: {description: "host:port of the NameNodes' HTTP servers", type: list, elements: str, required: true}
  user: {description: HDFS user that will own the file, type: str, required: true}
"""

TIMEOUT_SECONDS = 60


class WebHdfsError(Exception):
    """WebHDFS refused or did not answer; the message says what was asked and what came back."""


class WebHdfs:
    """The few calls that are needed, to whichever NameNode is active."""

    def __init__(self, namenodes: list[str], user: str) -> None:
        """All NameNodes, asked as ``user``."""
        self.namenodes, self.user = namenodes, user

    def call(self, method: str, path: str, operation: str, **parameters: str) -> tuple[int, dict[str, Any], str]:
        """Status, document and redirect of one call; the first NameNode that is neither down nor standby answers."""
        query = urlencode({"op": operation, "user.name": self.user, **parameters})
        seen = []
        for address in self.namenodes:
            connection = http.client.HTTPConnection(address, timeout=TIMEOUT_SECONDS)
            try:
                connection.request(method, f"/webhdfs/v1{quote(path)}?{query}")
                answer = connection.getresponse()
                text, location = answer.read(), answer.getheader("Location", "")
            except OSError as error:
                seen.append(f"{address}: {error}")
                continue
            finally:
                connection.close()
            document: dict[str, Any] = json.loads(text) if text.startswith(b"{") else {}
            if document.get("RemoteException", {}).get("exception") == "StandbyException":
                seen.append(f"{address}: standby")
                continue
            return answer.status, document, location
        raise WebHdfsError(f"no active NameNode answers ({'; '.join(seen)}); run the role hdfs first")

    def length(self, path: str) -> int | None:
        """Length of a file, or nothing where there is none."""
        status, document, _ = self.call("GET", path, "GETFILESTATUS")
        if status == http.client.NOT_FOUND:
            return None
        if status != http.client.OK:
            raise WebHdfsError(f"asking for {path} gave {status}: {document}")
        return int(document["FileStatus"]["length"])

    def put(self, source: Path, path: str) -> None:
        """Write a file whole under its final name."""
        temporary = f"{path}.{uuid.uuid4().hex}"
        status, document, location = self.call("PUT", temporary, "CREATE", overwrite="false")
        if status != http.client.TEMPORARY_REDIRECT:
            raise WebHdfsError(f"creating {temporary} gave {status}: {document}; may user {self.user} write there?")
        target = urlsplit(location)
        connection = http.client.HTTPConnection(target.netloc, timeout=TIMEOUT_SECONDS)
        with source.open("rb") as content:
            size = os.fstat(content.fileno()).st_size
            connection.request(
                "PUT", f"{target.path}?{target.query}", body=content, headers={"Content-Length": str(size)}
            )
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        connection.close()
        if answer.status != http.client.CREATED:
            raise WebHdfsError(f"writing {temporary} at {target.netloc} gave {answer.status}: {text[:300]}")
        status, document, _ = self.call("PUT", temporary, "RENAME", destination=path)
        if status != http.client.OK or not document.get("boolean"):
            raise WebHdfsError(f"renaming {temporary} to {path} gave {status}: {document}")


def main() -> None:
    """Put the file unless one of this name and length is there."""
    module = AnsibleModule(
        argument_spec={
            "source": {"type": "path", "required": True},
            "path": {"type": "str", "required": True},
            "namenodes": {"type": "list", "elements": "str", "required": True},
            "user": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    source, path = Path(module.params["source"]), module.params["path"]
    hdfs = WebHdfs(module.params["namenodes"], module.params["user"])
    try:
        wanted, found = source.stat().st_size, hdfs.length(path)
        if found is not None and found != wanted:
            module.fail_json(
                msg=f"{path} in HDFS has {found} bytes, {source} has {wanted}: two contents under one name; remove one"
            )
        if found is None and not module.check_mode:
            hdfs.put(source, path)
    except (OSError, WebHdfsError) as error:
        module.fail_json(msg=f"{source} -> {path}: {error}")
    module.exit_json(changed=found is None, path=path, bytes=wanted)


if __name__ == "__main__":
    main()
