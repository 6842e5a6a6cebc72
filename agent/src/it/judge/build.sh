#!/bin/sh
# build.sh OUT [test]   builds OUT/judge and OUT/mutate; with "test" runs the self tests first. No network.
# Needs Debian's golang-go, golang-golang-x-mod-dev and golang-golang-x-text-dev.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: build.sh OUT [test]}"
out=$(cd "$1" && pwd)
shared=/usr/share/gocode
for need in mod/sumdb/note mod/sumdb/tlog text/unicode/norm; do
  [ -d "$shared/src/golang.org/x/$need" ] || {
    echo "build.sh: no $shared/src/golang.org/x/$need; apt-get install golang-go golang-golang-x-mod-dev golang-golang-x-text-dev" >&2
    exit 3
  }
done
mkdir -p "$out/gopath/src/waybillguard"
ln -sfn "$here" "$out/gopath/src/waybillguard/judge"
export GO111MODULE=off GOFLAGS= GOPATH="$out/gopath:$shared"
cd "$out/gopath/src/waybillguard/judge"
bad=$(gofmt -l .); [ -z "$bad" ] || { echo "build.sh: gofmt these: $bad" >&2; exit 1; }
packages="waybillguard/judge waybillguard/judge/cmd waybillguard/judge/golden waybillguard/judge/mutate"
go vet $packages
[ "${2:-}" != test ] || go test -count=1 -v $packages
go build -trimpath -o "$out/judge" waybillguard/judge/cmd
go build -trimpath -o "$out/mutate" waybillguard/judge/mutate
