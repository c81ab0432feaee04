#!/bin/bash
# format_namenode.sh DIRECTORY[,DIRECTORY…]: make a new file system in empty directories.
# Formatted beside each directory and renamed into place, so a killed run leaves nothing that looks like state.
set -euo pipefail
IFS=, read -r -a directories <<<"$1"
scratch=()
for directory in "${directories[@]}"; do
  rm -rf "$directory.formatting"
  install -d -m 0700 -o hdfs -g hadoop "$directory.formatting"
  scratch+=("$directory.formatting")
done
joined=$(IFS=, && echo "${scratch[*]}")
runuser --user hdfs -- /opt/hadoop/bin/hdfs namenode "-Ddfs.namenode.name.dir=$joined" -format -nonInteractive
for directory in "${directories[@]}"; do
  [[ ! -e $directory ]] || rmdir "$directory" # fails for a directory that is not empty: the last guard
  mv "$directory.formatting" "$directory"
done
