#!/bin/sh
# run.sh [OUT.json]   what the evidence log costs: durable appends a second beside plain sqlite-jdbc with the same bytes and
# PRAGMAs in the same run, checking a large log beside sha256sum over the same bytes, and the time of a start on it.
# Needs agent/target/waybill-guard-agent.jar (mvn -B -DskipTests package), or WG_CLASSPATH; a JDK, sha256sum, 3 GB in WG_BENCH_DIR
# (default: a folder beside the jar, so that a real disk is measured). WG_BENCH_LEAVES (default 1000000).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here/../../.." && pwd)/agent/target
cp=${WG_CLASSPATH:-$target/waybill-guard-agent.jar}
case $cp in *:*) ;; *) [ -f "$cp" ] || { echo "run.sh: no $cp; run 'mvn -B -DskipTests package' first" >&2; exit 3; } ;; esac
work=${WG_BENCH_DIR:-$target/bench}
rm -rf "$work"
mkdir -p "$work/classes"
trap 'rm -rf "$work"' EXIT
javac -nowarn -proc:none --release 17 -d "$work/classes" -cp "$cp" "$here"/java/io/waybillguard/bench/*.java
echo "load: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown), processors: $(getconf _NPROCESSORS_ONLN)"
java -cp "$work/classes:$cp" io.waybillguard.bench.LogBench "$work" "${WG_BENCH_LEAVES:-1000000}" "${1:-$target/bench.json}"
