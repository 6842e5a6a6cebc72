#!/bin/sh
# load.sh [--postgresql] [N] [OUT.json]   N simulated workstations (default 200) against one real HQ: enrolment, reports, heartbeats, a sweep; 5 % send again what HQ
# had before, 1 % grow two histories, HQ is killed twice. Then HQ's ingest of a backlog beside plain batched inserts of the same bytes into the same database.
# In the end every record is read back from HQ's store and held against what was cosigned; exit 0 only when every promise was kept.
# Needs hq/target/waybill-guard-hq.jar (mvn -B -DskipTests package) and a JDK. WG_LOAD_DIR: an empty or absent folder on a real disk (default beside the jar).
# WG_LOAD_JAVA: options of the generator's JVM: -Dload.threads=32, -Dload.records=4 (each visit), -Dload.backlogs=6, -Dload.segments=6, -Dload.segment.records=1000,
# -Dload.patience.minutes=30 (for each step of all of them).
# WG_LOAD_HQ_JAVA: those of HQ's (default -Xmx2g -XX:G1HeapRegionSize=8m, the latter as its package has it).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
database=sqlite
if [ "${1:-}" = --postgresql ]; then
  database=postgresql
  shift
fi
jar=${WG_HQ_JAR:-$top/hq/target/waybill-guard-hq.jar}
[ -f "$jar" ] || { echo "load.sh: no $jar; run 'mvn -B -DskipTests package' first" >&2; exit 3; }
work=${WG_LOAD_DIR:-$top/hq/target/load}
rm -rf "$work"
mkdir -p "$work/classes"
# HQ's jar has all but the PostgreSQL that the tests start.
if [ -z "${WG_CLASSPATH:-}" ]; then
  mvn=mvn
  command -v mvn >/dev/null || mvn=$top/mvnw
  (cd "$top" && "$mvn" -B -q -pl hq -am test-compile dependency:build-classpath -Dmdep.outputFile="$work/classpath" -Dmdep.includeGroupIds=io.zonky.test,io.zonky.test.postgres,org.apache.commons,commons-io,commons-codec,org.tukaani) >&2
  WG_CLASSPATH=$(cat "$work/classpath")
fi
cp=$jar:$WG_CLASSPATH
javac -nowarn -proc:none --release 17 -d "$work/classes" -cp "$cp" "$here"/java/io/waybillguard/bench/*.java
echo "load: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown), processors: $(getconf _NPROCESSORS_ONLN)"
# A request that HQ's end cut off is counted, and made again by the workstation alone.
# shellcheck disable=SC2086
java -Dsun.net.http.retryPost=false -Dload.hq.java="${WG_LOAD_HQ_JAVA:--Xmx2g -XX:G1HeapRegionSize=8m}" ${WG_LOAD_JAVA:-} -cp "$work/classes:$cp" io.waybillguard.bench.Load "$work" "$jar" "$database" "${1:-200}" "${2:-$top/hq/target/load.json}"
