#!/usr/bin/env bash
# run.sh PEER WORKLOAD PATH SECONDS: one run in a JVM of its own, one JSON line on standard output.
#   PEER      sluice, loop (the same work by hand on two threads)
#   WORKLOAD  W1 grep, W2 word count, W3 sliding word count with top 10, W4 keyed state, W5 batch floor, W6 start to first result
#   PATH      mem, text, socket, socket-text; for W5: one, two (stages)
# The line generator of the socket path runs in a JVM of its own. JOPTS: more JVM options (-Dwarm=SECONDS -Dinterval=MILLIS).
set -eu
cd "$(dirname "$0")"
case $1 in
  sluice) main=bench.Sluice ;;
  loop) main=bench.Loop ;;
  *) echo "no such peer: $1; peers are sluice, loop" >&2; exit 2 ;;
esac
shift
java=${JAVA:-java}
classpath=target/bench.jar:target/lib/*
generator=
if [ "${2#socket}" != "$2" ]; then
  $java -Xmx512m -cp "$classpath" bench.Generator 2>/dev/null & generator=$!
  trap 'kill $generator 2>/dev/null && wait $generator 2>/dev/null || true' EXIT
  sleep 3
fi
$java -Xms4g -Xmx4g -XX:+UseG1GC -Dlaunch=$(date +%s%3N) ${JOPTS:-} -cp "$classpath" $main "$@"
