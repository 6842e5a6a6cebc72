#!/bin/sh
# run.sh [--quick] [--settle SECONDS] [RUN_DIR]   what the agent costs: one table and RUN_DIR/bench.json (default: target/bench beside the checkout's poms,
# so that a real disk is measured). At most 15 minutes; --quick: 3. No network. Root (fanotify); java, javac, python3, and of auditd, fatrace,
# inotify-tools, rsyslog, openssh-server, gcc what can be had: what is missing is skipped aloud. Needs the jars (mvn -B -DskipTests package).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
for jar in "$top/agent/target/waybill-guard-agent.jar" "$top/hq/target/waybill-guard-hq.jar"; do
  [ -f "$jar" ] || { echo "run.sh: no $jar; run 'mvn -B -DskipTests package' first" >&2; exit 3; }
done
words= out=$top/target/bench
while [ $# -gt 0 ]; do
  case $1 in
    --quick) words="$words --quick" ;;
    --settle) words="$words --settle $2"; shift ;;
    -*) echo "run.sh: unknown option $1; run.sh [--quick] [--settle SECONDS] [RUN_DIR]" >&2; exit 2 ;;
    *) out=$1 ;;
  esac
  shift
done
# systemd gives an installed agent tracefs; where there is none, it gets one that only this run sees. Without it connections are polled.
exec unshare --mount sh -c '
  grep -q " /sys/kernel/tracing tracefs " /proc/mounts || mount -t tracefs tracefs /sys/kernel/tracing ||
    echo "================ SKIPPED tracefs: it may not be mounted here, so connections are looked at each 250 ms"
  exec python3 "$@"' sh "$here/footprint.py" "$out" $words
