"""Text of a hardened systemd unit, the same hardening for every daemon of the platform."""

from __future__ import annotations

from typing import Any

UNIT_OPTIONS: dict[str, dict[str, Any]] = {
    "description": {"type": "str", "required": True},
    "user": {"type": "str", "required": True},
    "group": {"type": "str", "required": True},
    "exec_start": {"type": "str", "required": True},
    "exec_start_pre": {"type": "list", "elements": "str", "default": []},
    "environment": {"type": "dict", "default": {}},
    "environment_file": {"type": "path", "default": None},
    "working_directory": {"type": "path", "default": "/"},
    "memory_max_mb": {"type": "int", "required": True},
    "read_write_paths": {"type": "list", "elements": "path", "default": []},
    "runtime_directory": {"type": "str", "default": None},
    "after": {"type": "list", "elements": "str", "default": []},
    "type": {"type": "str", "default": "simple"},
    "stop_timeout_seconds": {"type": "int", "default": 60},
    "success_exit_status": {"type": "list", "elements": "str", "default": ["143"]},
    "restart_prevent_exit_status": {"type": "list", "elements": "str", "default": []},
    "limit_nofile": {"type": "int", "default": 16384},
    "kill_mode": {"type": "str", "default": "control-group"},
    "private_tmp": {"type": "bool", "default": True},
}

# MemoryDenyWriteExecute is absent on purpose: it kills every JVM (just-in-time code).
HARDENING = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
ProtectClock=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
UMask=0027"""


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _record_fingerprint(wanted: str, running: str) -> str:
    return f"ExecStartPre=+/usr/bin/install -D -m 0644 {wanted} {running}"


def drop_in_text(wanted: str, running: str, memory_max_mb: int | None) -> str:
    """Text of the drop-in that gives a packaged unit what our own units have: memory limit, restart, fingerprint."""
    lines = ["[Unit]", "After=network-online.target", "StartLimitIntervalSec=0", "", "[Service]"]
    lines += [_record_fingerprint(wanted, running), "Restart=always", "RestartSec=2"]
    if memory_max_mb:
        lines.append(f"MemoryMax={memory_max_mb}M")
    return "\n".join([*lines, ""])


def unit_text(unit: dict[str, Any], wanted: str, running: str) -> str:
    """Text of a whole unit.

    ``wanted`` and ``running`` are the paths of the fingerprint files: at every start, by whomever, the wanted
    fingerprint becomes the running one, so a comparison of the two tells whether the daemon is stale.
    """
    lines = ["[Unit]", f"Description={unit['description']}"]
    lines += [f"After={' '.join(['network-online.target', *unit['after']])}", "StartLimitIntervalSec=0"]
    lines += ["", "[Service]", f"Type={unit['type']}", f"User={unit['user']}", f"Group={unit['group']}"]
    lines += [f"WorkingDirectory={unit['working_directory']}"]
    lines += [f"Environment={_quoted(f'{key}={value}')}" for key, value in sorted(unit["environment"].items())]
    if unit["environment_file"]:
        lines.append(f"EnvironmentFile={unit['environment_file']}")
    if unit["runtime_directory"]:
        lines += [f"RuntimeDirectory={unit['runtime_directory']}", "RuntimeDirectoryMode=0755"]
    lines.append(_record_fingerprint(wanted, running))
    lines += [f"ExecStartPre={command}" for command in unit["exec_start_pre"]]
    lines += [f"ExecStart={unit['exec_start']}", "Restart=always", "RestartSec=2"]
    if unit["restart_prevent_exit_status"]:
        lines.append(f"RestartPreventExitStatus={' '.join(unit['restart_prevent_exit_status'])}")
    lines += [f"TimeoutStopSec={unit['stop_timeout_seconds']}", f"KillMode={unit['kill_mode']}"]
    lines += [f"SuccessExitStatus={' '.join(unit['success_exit_status'])}", f"MemoryMax={unit['memory_max_mb']}M"]
    lines += [f"LimitNOFILE={unit['limit_nofile']}", f"PrivateTmp={'yes' if unit['private_tmp'] else 'no'}"]
    if unit["read_write_paths"]:
        lines.append(f"ReadWritePaths={' '.join(unit['read_write_paths'])}")
    lines += [HARDENING, "", "[Install]", "WantedBy=multi-user.target", ""]
    return "\n".join(lines)
