#!/bin/sh
# build.sh [--skip-maven] [--as-version V] [--java-option O] [--quick] [PART...]   makes the installers into installer/target:
# PARTs are deb (agent, amd64 and arm64), rpm (the same; skipped aloud where there is no rpmbuild), hq (.deb), windows (setup program; needs
# nsis too) and msi (package for Windows Installer; needs wixl and msitools too), by default the first three. Needs Maven or the wrapper,
# a JDK 17, python3 and dpkg-deb; the CycloneDX plug-in for Maven comes from the repository at the first run. Two builds of one commit are to be byte-identical
# (installer/test/twice.sh compares): every time in them is that of the last commit, or SOURCE_DATE_EPOCH.
# WG_RELEASE_VKEY names the public half of a release key (waybill-guard-hq update key), which goes into the agent's packages: desks
# that were installed from them take updates from HQ that are signed with its private half, and no others.
# --skip-maven takes the jars that are in agent/target and hq/target. For trying out upgrades: --as-version is the same program
# under another version, --java-option gives its Java one more option, --quick packs without much effort and makes no manual and no list of
# what is inside.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
out=$here/target
maven=1 version= java_option= quick=0
while [ $# -gt 0 ]; do
  case $1 in
  --skip-maven) maven=0 ;;
  --quick) quick=1 ;;
  --java-option) java_option=${2:?--java-option needs an option} && shift ;;
  --as-version) version=${2:?--as-version needs a version} && shift ;;
  -*)
    echo "build.sh: unknown option $1; see its first lines" >&2
    exit 2
    ;;
  *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || set -- deb rpm hq
for part; do
  case $part in deb | rpm | hq | windows | msi) true ;; *) false ;; esac || {
    echo "build.sh: there is no part $part; there are deb, rpm, hq, windows and msi" >&2
    exit 2
  }
done
for needed in python3 dpkg-deb java; do
  command -v $needed >/dev/null || {
    echo "build.sh: $needed is missing; on Debian: apt install python3 dpkg openjdk-17-jdk-headless" >&2
    exit 3
  }
done

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct)}
TZ=UTC LC_ALL=C.UTF-8
export SOURCE_DATE_EPOCH TZ LC_ALL
umask 022

if command -v mvn >/dev/null; then mvn=mvn; else mvn=$top/mvnw; fi
cyclonedx=$(sed -n 's,.*<cyclonedx.version>\(.*\)</cyclonedx.version>.*,\1,p' "$top/pom.xml")
if [ $maven = 1 ]; then
  (cd "$top" && "$mvn" -B -q -DskipTests package "org.cyclonedx:cyclonedx-maven-plugin:$cyclonedx:makeBom")
fi
# The parent's version is the first one in the pom.
pom=$(sed -n '/<version>/{s,.*<version>\(.*\)</version>.*,\1,p;q}' "$top/pom.xml")
version=${version:-$pom}

mkdir -p "$out"
work=$out/work
rm -rf "$work"
mkdir "$work"
export top here out work version java_option quick mvn
for part; do
  sh -eu "$here/lib/$part.sh"
done
rm -rf "$work"
(cd "$out" && find . -maxdepth 1 -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d '\n' sha256sum | sed 's, \./, ,' >SHA256SUMS && find . -name "*$version*" ! -name '*.json' -printf '%f\n' | LC_ALL=C sort | xargs -d '\n' ls -l --)
