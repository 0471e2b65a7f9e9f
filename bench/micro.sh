#!/usr/bin/env bash
# micro.sh [REGEX [JMH OPTION ...]]: the inner parts of Sluice by themselves, with JMH, in nanoseconds a record.
set -eu
cd "$(dirname "$0")"
exec ${JAVA:-java} -cp "micro/target/bench.jar:micro/target/lib/*" org.openjdk.jmh.Main "${@:-.}"
