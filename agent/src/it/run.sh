#!/bin/sh
# run.sh   the checks that need more than Maven: the independent judge's self tests, the messages of a bad start, copies
# of an agent's folder against HQ, images carried off on this host, an end in a storm, a day without harm, what a record costs in counts, the agent on the Windows runtime under
# Wine and its setup program there, and beside the first of them an HQ with its desks and the crime in the rig's guest. Leaves its files under target/it. At most 70 minutes; a quiet machine needs some 15.
# env: RIG (the rig's scripts, default ../shared/rig beside the checkout), WG_RIG_CACHE (its cache, default
# ~/.cache/waybill-guard/rig).
# A part that cannot be had on this machine is skipped with its reason; exit 0 only when nothing failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
out=$top/target/it
mkdir -p "$out"
rig=${RIG:-$top/../shared/rig}
cache=${WG_RIG_CACHE:-${RIG_CACHE:-$HOME/.cache/waybill-guard/rig}}
began=$(date +%s)
failed= skipped=

skip() { skipped="$skipped $1"; echo "================ SKIPPED $1: $2"; }
part() { # part NAME SECONDS COMMAND...
  name=$1 limit=$2 at=$(date +%s)
  shift 2
  echo "================ $name"
  if timeout -k 30 "$limit" "$@"; then echo "---------------- $name ok, $(($(date +%s) - at)) s"; else failed="$failed $name"; echo "---------------- $name FAILED, $(($(date +%s) - at)) s"; fi
}
copies_itself() { # whether a program can run in a copy of this machine that is thrown away
  unshare --mount sh -c 'mount --make-rprivate / && mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root \
    && mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root' 2>/dev/null
}
left() { echo $((4200 - $(date +%s) + began)); }

judge=$out/judge
if ! command -v go >/dev/null || [ ! -d /usr/share/gocode/src/golang.org/x/mod ] || [ ! -d /usr/share/gocode/src/golang.org/x/text ]; then
  skip judge "needs golang-go, golang-golang-x-mod-dev and golang-golang-x-text-dev (apt-get install them)"
  judge=
else
  part judge 400 "$here/judge/build.sh" "$judge" test
  part vectors 120 python3 "$here/vectors.py" "$judge/judge"
fi

agent=$top/agent/target/waybill-guard-agent.jar hq=$top/hq/target/waybill-guard-hq.jar
root() { [ "$(id -u)" = 0 ]; }

# Lanes: parts that look at nothing but their own folders go beside each other; what they say comes when they have ended.
lanes=
lane() { # lane NAME COMMAND: a function of parts, in its own shell
  ( failed=; "$2"; [ -z "$failed" ] ) >"$out/$1.log" 2>&1 &
  lanes="$lanes $1:$!"
}
lanes_ended() { # before the parts that watch this host: what the lanes do is work on this host, too
  for each in $lanes; do
    wait "${each#*:}" || failed="$failed ${each%%:*}"
    cat "$out/${each%%:*}.log"
  done
  lanes=
}
guest() { # the crime, in a machine of its own that mostly waits
  if "$rig/build-guest.sh" "$cache" >"$out/build-guest.log" 2>&1; then
    WG_RIG_CACHE=$cache RIG=$rig part crime "$(left)" python3 "$here/guest/crime.py" "$out/crime" ${judge:+"$judge"}
  else
    echo "the guest cannot be built; last lines of $out/build-guest.log:"
    tail -n 5 "$out/build-guest.log"
    failed="$failed build-guest"
  fi
}
desks() { # an HQ and its agents, each in a folder of its own; they mostly wait, too
  part trust 900 python3 "$here/trust.py" "$out/trust"
  part sweep 900 python3 "$here/sweep.py" "$out/sweep"
  part policy 900 python3 "$here/policy.py" "$out/policy"
  part commands 900 python3 "$here/commands.py" "$out/commands"
}

if [ ! -f "$agent" ] || [ ! -f "$hq" ]; then
  # Not a skip: without the jars nothing of the product was looked at.
  echo "no $agent or $hq: run 'mvn -B -DskipTests package' first"
  failed="$failed jars"
else
  part container 60 python3 "$top/installer/test/container.py"
  if ! root || ! grep -q '^VERSION_ID="12"' /etc/os-release || ! grep -q '^ID=debian' /etc/os-release; then
    skip crime "the guest needs root on Debian 12"
  elif [ ! -f "$rig/build-guest.sh" ]; then
    skip crime "no rig at $rig; set RIG"
  else
    lane guest guest
  fi
  lane desks desks
  if ! command -v wine >/dev/null || ! command -v unzip >/dev/null || ! command -v localedef >/dev/null; then
    skip windows "needs wine, unzip and localedef (apt-get install wine wine64 unzip libc-bin locales)"
  else
    part windows 1500 python3 "$here/wine/windows.py" "$out/windows"
    if ! command -v makensis >/dev/null; then
      skip setup "needs makensis (apt-get install nsis)"
    else
      WG_WINE_BOX=$out/windows/box part setup 600 python3 "$top/installer/test/windows.py" "$out/setup" short
    fi
  fi

  lanes_ended
  if ! root; then
    skip visit "needs root, to put a job into /etc/cron.d"
    skip failures "needs root, to run the agent as another user"
    skip ending "needs root, for fanotify"
    skip upload "needs root, for fanotify, netlink and a network namespace"
    skip benign "needs root, for fanotify, a network namespace and dpkg"
    skip sessions "needs root, for network namespaces"
    skip sessions_traced "needs root, for network namespaces and tracefs"
    skip disposal "needs root, for network namespaces"
    skip counts "needs root, for fanotify"
    skip notice "needs root, for network namespaces and another account"
    skip rpm "needs root, for a copy of this machine in namespaces"
    skip deb "needs root, for a copy of this machine in namespaces"
    skip sign_on "needs root, for network namespaces and another account"
  else
    part visit 180 python3 "$here/visit.py" "$out/visit"
    part failures 600 python3 "$here/failures.py" "$out/failures"
    if ! command -v cc >/dev/null; then
      skip ending "needs a C compiler (apt-get install gcc libc6-dev)"
    else
      part ending 200 python3 "$here/ending.py" "$out/ending"
    fi
    if ! command -v ip >/dev/null || ! command -v curl >/dev/null || ! command -v openssl >/dev/null; then
      skip upload "needs ip, curl and openssl (apt-get install iproute2 curl openssl)"
      skip benign "needs ip, curl and openssl (apt-get install iproute2 curl openssl)"
    else
      part upload 500 python3 "$here/upload.py" "$out/upload"
      if ! command -v dpkg-deb >/dev/null; then
        skip benign "needs dpkg-deb (apt-get install dpkg)"
      else
        part benign 500 python3 "$here/benign.py" "$out/benign"
      fi
    fi
    part sessions 500 python3 "$here/sessions.py" "$out/sessions"
    # A desk has tracefs, which systemd mounts: there the kernel says who comes.
    if unshare --mount mount -t tracefs tracefs /sys/kernel/tracing; then
      part sessions_traced 500 unshare --mount sh -c 'mount -t tracefs tracefs /sys/kernel/tracing && exec python3 "$@"' sh "$here/sessions.py" "$out/sessions_traced"
    else
      skip sessions_traced "tracefs may not be mounted here"
    fi
    part disposal 300 python3 "$here/disposal.py" "$out/disposal"
    if ! command -v strace >/dev/null || ! command -v jcmd >/dev/null; then
      skip counts "needs strace and a JDK (apt-get install strace openjdk-17-jdk-headless)"
    else
      part counts 300 python3 "$top/agent/src/bench/counts.py" "$out/counts"
    fi
    part notice 500 python3 "$here/notice.py" "$out/notice"
    if ! copies_itself; then
      skip rpm "no overlay over / can be mounted here"
      skip deb "no overlay over / can be mounted here"
    elif ! command -v rpmbuild >/dev/null; then
      skip rpm "needs rpm and rpmbuild (apt-get install rpm)"
    else
      part rpm 900 python3 "$top/installer/test/rpm.py" "$out/rpm"
    fi
    if ! command -v dpkg >/dev/null; then
      skip deb "needs dpkg"
    elif copies_itself; then
      part deb 900 python3 "$top/installer/test/deb.py" "$out/deb"
    fi
    if ! command -v chromium >/dev/null; then
      skip sign_on "needs chromium (apt-get install chromium)"
    else
      part sign_on 200 python3 "$here/sign_on.py" "$out/sign_on"
    fi
  fi
fi
echo "================ $(($(date +%s) - began)) s; failed:${failed:- none}; skipped:${skipped:- none}"
[ -z "$failed" ]
