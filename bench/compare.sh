#!/usr/bin/env bash
# compare.sh [--quick] [WORKLOAD:PATH[:INTERVAL] ...]: Sluice, the loop, Spark, Flink, Jet, Storm and Kafka Streams in turn, round after round, on the
# same data; prints a table of medians in Markdown. Every line of every run goes to target/compare-DATE.jsonl; no run is left out.
#   --quick   3 rounds instead of 5, shorter runs, and only W2 and W4 in memory, one W5 and W6: about 15 minutes on 2 idle cores
# INTERVAL is the batch interval of W5 in milliseconds. ROUNDS, SECONDS_EACH, WARM: other rounds, measured and warm-up seconds (the
# cluster warms up for 20 s more: it has three JVMs on the same cores); PEERS: other peers. The status is 0 only if every run was right.
set -eu
cd "$(dirname "$0")"
rounds=5 seconds=6 warm=8
cells="W1:mem W2:mem W3:mem W4:mem W1:text W2:text W3:text W1:socket W2:socket W3:socket W1:socket-text W2:socket-text W3:socket-text
  W2:received W2:cluster W2:page W5:one:5 W5:one:20 W5:two:10 W5:two:50 W5:64tasks:10 W5:1000tasks:100 W5:latency:20 W6:mem W6:archive W6:memory W7:kafka:200 W8:jdbc"
if [ "${1:-}" = --quick ]; then
  shift
  rounds=3 seconds=4 warm=5
  cells="W2:mem W4:mem W5:two:50 W6:mem"
fi
rounds=${ROUNDS:-$rounds} seconds=${SECONDS_EACH:-$seconds} warm=${WARM:-$warm}
[ $# -eq 0 ] || cells=$*
mkdir -p target
lines=target/compare-$(date +%Y%m%d-%H%M%S).jsonl
: >"$lines"

has() { # whether the peer has this workload
  case $1:$2:$3 in
    kstreams:W7:kafka) ;;
    kstreams:*) return 1 ;;
    loop:*:kafka | spark:*:kafka | loop:*:jdbc) ;;
    sluice:* | *:mem | loop:*:text | loop:*:socket | spark:*:socket | flink:*:socket | jet:*:socket) ;;
    loop:W5:one | spark:W5:one | spark:W5:two) ;;
    *) return 1 ;;
  esac
}

started=$SECONDS
for cell in $cells; do
  IFS=: read -r workload path interval <<<"$cell"
  for round in $(seq "$rounds"); do
    for peer in ${PEERS:-sluice loop spark flink jet storm kstreams}; do
      has "$peer" "$workload" "$path" || continue
      echo "$cell, round $round of $rounds: $peer" >&2
      more=0
      [ "$path" != cluster ] || more=20
      line=$(JOPTS="-Dwarm=$((warm + more)) -Dinterval=${interval:-1000} ${JOPTS:-}" ERROR_LINES=3 \
        timeout -k 5 $((warm + more + seconds + 180)) ./run.sh "$peer" "$workload" "$path" "$seconds") || true
      [ -n "$line" ] || line="{\"peer\":\"$peer\",\"workload\":\"$workload\",\"error\":\"it did not end in time\"}"
      echo "{\"cell\":\"$cell\",${line#\{}" >>"$lines"
    done
  done
done
echo "$rounds rounds of $seconds s after $warm s, $((SECONDS - started)) s in all, $(nproc) cores; every line is in bench/$lines"
echo
${JAVA:-java} Table.java "$lines"
