#!/usr/bin/env bash
# compare.sh [--quick] [WORKLOAD:PATH ...]: Sluice, the loop, Spark, Flink, Jet and Storm in turn, round after round, on the same data;
# prints a table of medians in Markdown. All lines of all runs go to target/compare-DATE.jsonl; no run is left out.
#   --quick   3 rounds instead of 5, shorter runs, and only W2 and W4 in memory, W2 over the socket, W5 and W6: about 14 minutes
# ROUNDS, SECONDS_EACH and WARM change the number of rounds, the measured and the warm-up seconds; PEERS the peers.
set -eu
cd "$(dirname "$0")"
rounds=5 seconds=10 warm=10
cells="W1:mem W2:mem W3:mem W4:mem W1:socket W2:socket W3:socket W5:one W5:two W6:mem"
if [ "${1:-}" = --quick ]; then
  shift
  rounds=3 seconds=4 warm=5
  cells="W2:mem W4:mem W2:socket W5:two W6:mem"
fi
rounds=${ROUNDS:-$rounds} seconds=${SECONDS_EACH:-$seconds} warm=${WARM:-$warm}
[ $# -eq 0 ] || cells=$*
peers=${PEERS:-sluice loop spark flink jet storm}
mkdir -p target
lines=target/compare-$(date +%Y%m%d-%H%M%S).jsonl

runs() { # PEER WORKLOAD:PATH: whether the peer has this workload
  case $1:$2 in
    storm:*:socket | loop:W5:* | flink:W5:* | jet:W5:* | storm:W5:*) return 1 ;;
  esac
}

started=$SECONDS
for cell in $cells; do
  for round in $(seq $rounds); do
    for peer in $peers; do
      runs $peer $cell || continue
      options=-Dwarm=$warm
      case $cell in W5:one) options="$options -Dinterval=10" ;; W5:two) options="$options -Dinterval=${INTERVAL:-100}" ;; esac
      echo "$cell round $round of $rounds: $peer" >&2
      line=$(JOPTS="$options ${JOPTS:-}" ERROR_LINES=3 timeout -k 5 $((warm + seconds + 180)) \
        ./run.sh $peer ${cell%:*} ${cell#*:} $seconds) || true
      [ -n "$line" ] || line="{\"peer\":\"$peer\",\"workload\":\"${cell%:*}\",\"path\":\"${cell#*:}\",\"error\":\"it did not end in time\"}"
      echo "$line" >>$lines
    done
  done
done
echo "$rounds rounds of $seconds s after $warm s, $((SECONDS - started)) s in all; $(nproc) cores; every line is in bench/$lines"
echo
${JAVA:-java} Table.java $lines
