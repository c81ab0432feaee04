"""Airflow's pools as declared, through its public API; pools that nobody declared are left alone."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: airflow_pools
short_description: Keep Airflow's pools as declared
options:
  port: {description: Port of the API server on this host, type: int, required: true}
  user: {description: User with the right to change pools, type: str}
  password: {description: The user's password, type: str, required: true}
  pools: {description: Pools by name with slots and description, type: dict, required: true}
"""


class Api:
    """A session with the API server of this host."""

    def __init__(self, port: int, user: str, password: str) -> None:
        """Log in."""
        self.address, self.token = f"http://127.0.0.1:{port}", ""
        self.token = self.call("POST", "/auth/token", {"username": user, "password": password})["access_token"]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send one request and decode the answer."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        url = self.address + path
        request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - always http
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - always http, to this host
            decoded: dict[str, Any] = json.load(answer)
        return decoded


def wanted(name: str, declared: dict[str, Any]) -> dict[str, Any]:
    """A pool as the API speaks of it."""
    return {
        "name": name,
        "slots": int(declared["slots"]),
        "description": declared.get("description", ""),
        "include_deferred": bool(declared.get("include_deferred", False)),
    }


def main() -> None:
    """Create what is missing and correct what differs."""
    module = AnsibleModule(
        argument_spec={
            "port": {"type": "int", "required": True},
            "user": {"type": "str", "default": "admin"},
            "password": {"type": "str", "required": True, "no_log": True},
            "pools": {"type": "dict", "required": True},
        },
        supports_check_mode=True,
    )
    parameters, changed = module.params, []
    try:
        api = Api(parameters["port"], parameters["user"], parameters["password"])
        found = {pool["name"]: pool for pool in api.call("GET", "/api/v2/pools?limit=100")["pools"]}
        for name, declared in sorted(parameters["pools"].items()):
            pool = wanted(name, declared)
            if name in found and all(found[name][key] == value for key, value in pool.items()):
                continue
            changed.append(name)
            if module.check_mode:
                continue
            if name in found:
                api.call("PATCH", f"/api/v2/pools/{name}", pool)
            else:
                api.call("POST", "/api/v2/pools", pool)
    except urllib.error.HTTPError as error:
        module.fail_json(msg=f"Airflow's API answered {error.code} to {error.url}: {error.read().decode()[:500]}")
    except OSError as error:
        if module.check_mode:  # on a fresh host nothing listens yet
            module.exit_json(changed=True, pools=sorted(parameters["pools"]))
        module.fail_json(msg=f"Airflow's API server does not answer: {error}; read journalctl -u airflow-api-server")
    module.exit_json(changed=bool(changed), pools=changed)


if __name__ == "__main__":
    main()
