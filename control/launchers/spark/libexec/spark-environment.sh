# shellcheck shell=bash
# Sourced by the launchers in bin/: what Spark's own scripts would have to be told on every call.
SPARK_HOME=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
export SPARK_HOME
export SPARK_CONF_DIR=${SPARK_CONF_DIR:-/etc/spark}
export HADOOP_CONF_DIR=${HADOOP_CONF_DIR:-/etc/hadoop}
# The Hadoop client inside Spark fails on JDK 24 and later, and `java` on the PATH may be one of those.
export JAVA_HOME=${JAVA_HOME:-/usr/lib/jvm/java-21-openjdk-amd64}
export PYSPARK_PYTHON=${PYSPARK_PYTHON:-python3}
# Short-circuit reads and compression in drivers on this host.
[[ ! -d /opt/hadoop/lib/native ]] || export LD_LIBRARY_PATH=/opt/hadoop/lib/native${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
