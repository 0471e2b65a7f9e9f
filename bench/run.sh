#!/usr/bin/env bash
# run.sh PEER WORKLOAD PATH SECONDS [VARIANT]: one run in a JVM of its own, one JSON line on standard output.
#   PEER      sluice, loop (the same work by hand on two threads), spark, flink, jet, storm, kstreams (Kafka Streams; W7 only)
#   WORKLOAD  W1 grep, W2 word count, W3 sliding word count with top 10, W4 keyed state, W5 batch floor, W6 start to first result,
#             W7 grep of a topic from its beginning to its end, W8 rows written into a table (sluice, loop)
#   PATH      mem, socket (not storm); sluice also text, socket-text, W2 received (a receiver, Strings), cluster (three JVMs, warm up for 20 s)
#             and page (as mem, with 50 viewers of its page),
#             W6 archive (with a class-data archive) and memory (the most that is resident with a heap of 64 MB); loop also text; W5 (sluice, spark; loop: one): one, two stages; W5 of sluice also 64tasks, 1000tasks on 100 nodes in one
#             process, and latency of lines at 50,000 a second; W7 kafka: a broker of one node, with 24 million lines in two partitions; W8 jdbc: a PostgreSQL
#   VARIANT   flink W3: sliding (its own sliding windows, without the panes of a second)
# The line generator of the socket path, the broker and the database run in JVMs of their own. JOPTS: more JVM options (-Dwarm=SECONDS -Dinterval=MILLIS).
# The status is 0 only if all results were there and right; a line with "error" says what was not.
set -u
cd "$(dirname "$0")"
if [ $# -lt 4 ]; then sed -n '2,13s/^# \?//p' "$0" >&2; exit 2; fi
peer=$1 workload=$2 path=$3 seconds=$4
opens=
case $peer in
  sluice) main=bench.Sluice dir=sluice ;;
  loop) main=bench.Loop dir=peers/loop ;;
  spark) main=bench.Spark dir=peers/spark ;;
  flink) main=bench.Flink dir=peers/flink ;;
  jet) main=bench.Jet dir=peers/jet ;;
  storm) main=bench.Storm dir=peers/storm ;;
  kstreams) main=bench.KStreams dir=peers/kstreams ;;
  *) echo "no such peer: $peer; peers are sluice, loop, spark, flink, jet, storm, kstreams" >&2; exit 2 ;;
esac
case $peer:$workload:$path in
  kstreams:W7:kafka | sluice:W7:kafka | loop:W7:kafka | spark:W7:kafka | sluice:W8:jdbc | loop:W8:jdbc) ;;
  kstreams:*) echo "kstreams has W7 on the path kafka only" >&2; exit 2 ;;
  *:W[1-4]:mem | *:W6:mem | sluice:W[123]:socket-text) ;;
  sluice:W[123]:socket | loop:W[123]:socket | spark:W[123]:socket | flink:W[123]:socket | jet:W[123]:socket) ;;
  sluice:W[123]:text | loop:W[123]:text | loop:W5:one | sluice:W2:received | sluice:W2:cluster | sluice:W2:page | sluice:W6:archive | sluice:W6:memory | sluice:W5:one | sluice:W5:latency | sluice:W5:two | sluice:W5:64tasks | sluice:W5:1000tasks | spark:W5:one | spark:W5:two) ;;
  *) echo "$peer does not have $workload on the path $path" >&2; exit 2 ;;
esac
case $peer in
  spark | flink | jet)
    for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
        java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
      opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
    done
    opens="$opens --add-opens=java.management/sun.management=ALL-UNNAMED"
    opens="$opens --add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED" ;;
esac
jar=$dir/target/bench.jar
if [ ! -f $jar ]; then echo "$jar is missing; run build.sh first" >&2; exit 2; fi
java=${JAVA:-java}
tmp=$(mktemp -d)
generator= run=
end() { # only what was started here
  [ -z "$run" ] || { kill -KILL $run && wait $run; } 2>/dev/null
  [ -z "$generator" ] || { kill $generator && wait $generator; } 2>/dev/null
  rm -rf "$tmp"
}
trap end EXIT
trap 'exit 143' TERM INT
serve() { # starts what the workload reads from or writes to, and waits until it is there
  $java -Xmx512m "$@" >"$tmp/generator" 2>&1 & generator=$!
  until grep -q serving "$tmp/generator"; do
    if ! kill -0 $generator 2>/dev/null; then cat "$tmp/generator" >&2; exit 1; fi
    sleep 0.1
  done
}
case $path in
  socket*) serve -cp shared/target/bench.jar bench.Generator ;;
  kafka) serve -cp "kafka/target/bench.jar:kafka/target/lib/*" bench.KafkaBroker target/kafka ;;
  jdbc) serve -Djava.io.tmpdir="$tmp" -cp "postgres/target/bench.jar:postgres/target/lib/*" bench.Postgres ;;
esac
# Memory that the kernel has not given yet costs more on a virtual machine than the work that is measured.
heap="-Xms4g -Xmx4g -XX:+AlwaysPreTouch"
case $workload:$path in
  W6:memory) heap=-Xmx64m ;;
  W6:archive)
    archive=target/sluice.jsa
    [ -f $archive ] || { mkdir -p target && $java -cp "$jar:$dir/target/lib/*" io.sluice.cli.Main archive $archive >&2; } || exit 1
    heap="-Xms4g -Xmx4g -Xshare:on -XX:SharedArchiveFile=$archive" ;;
  W6:*) heap="-Xms4g -Xmx4g" ;;
esac
$java $heap -XX:+UseG1GC $opens -Djava.io.tmpdir="$tmp" -Djava.net.preferIPv4Stack=true -Dlaunch=$(date +%s%3N) \
  ${JOPTS:-} -cp "$jar:$dir/target/lib/*" $main "$workload" "$path" "$seconds" ${5:-} >"$tmp/out" 2>"$tmp/err" & run=$!
wait $run
status=$?
run=
if ! grep '^{' "$tmp/out"; then
  echo "{\"peer\":\"$peer\",\"workload\":\"$workload\",\"path\":\"$path\",\"error\":\"no result; the JVM ended with status $status\"}"
  [ $status -ne 0 ] || status=1
fi
[ $status -eq 0 ] || tail -n ${ERROR_LINES:-20} "$tmp/err" >&2
exit $status
