"""Commit to the metastore and take it back: ``verify_hive_metastore.py host port scratch-location``."""

import struct
import sys
import time
import uuid

from gridlake_health.hive_metastore import BOOLEAN, STRUCT, called, databases, string_field


def main() -> None:
    """Create a database, see it, drop it, see it gone; print one line with the figure."""
    host, port, scratch = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    name = f"verify_{uuid.uuid4().hex}"
    database = string_field(1, name) + string_field(3, f"{scratch}/{name}") + b"\0"
    started = time.monotonic()
    with called(host, port, "create_database", struct.pack("!bh", STRUCT, 1) + database):
        pass
    created = name in databases(host, port)
    delete_data = struct.pack("!bhb", BOOLEAN, 2, True)
    with called(host, port, "drop_database", string_field(1, name) + delete_data):
        pass
    dropped = name not in databases(host, port)
    if not (created and dropped):
        raise SystemExit(f"hive-metastore: {name} created: {created}, dropped: {dropped}; the journal says why")
    print(f"hive-metastore: 2 commits, seen by other connections, {time.monotonic() - started:.2f} s")


if __name__ == "__main__":
    main()
