#!/bin/sh
# Rack of each host named by address or name, one per line: what Hadoop asks for at net.topology.script.file.name.
# A host that the table does not know is in /default-rack, as Hadoop itself would have it.
for host in "$@"; do
  awk -v host="$host" '$1 == host { print $2; found = 1; exit } END { if (!found) print "/default-rack" }' /etc/hadoop/topology.table
done
