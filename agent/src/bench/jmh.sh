#!/bin/sh
# jmh.sh [JMH's own options]   the parts of the agent under JMH: append and commit, the rules, verify, canonical JSON. Builds them first; the second build needs no
# network. Default: 1 fork, 3 warm-ups and 5 rounds of 1 s each, some 3 minutes; JSON to target/bench/jmh.json. Logs lie below target/bench, on a real disk.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
out=$top/target/bench
mkdir -p "$out/logs"
trap 'rm -rf "$out/logs"' EXIT
if command -v mvn >/dev/null; then maven=mvn; else maven=$top/mvnw; fi
(cd "$top" && "$maven" -B -q -Pjmh -pl agent,agent/src/bench/jmh -DskipTests package)
# With the installed agent's heap and compiler: what a desk has.
java -jar "$here/jmh/target/benchmarks.jar" -f 1 -wi 3 -i 5 -w 1s -r 1s -foe true -rf json -rff "$out/jmh.json" \
  -jvmArgs "-Djava.io.tmpdir=$out/logs -XX:+UseSerialGC -Xmx48m -XX:TieredStopAtLevel=1" "$@"
echo "JSON: $out/jmh.json"
