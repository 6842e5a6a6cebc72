#!/bin/sh
# twice.sh [PART...]   makes the installers from two clean clones of the last commit, in folders of other names and at other
# times of day, and compares them byte for byte. Some minutes: Maven runs twice. Exit 0 only when all are equal.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/target/twice
rm -rf "$out"
mkdir -p "$out"
passed=0 failed=0
for each in one "the other"; do
  git clone -q "$top" "$out/$each"
  sh "$out/$each/installer/build.sh" "$@" >"$out/$each.log" 2>&1 || {
    tail -n 20 "$out/$each.log"
    echo "FAIL $each clone does not build; all of it is in $out/$each.log"
    exit 1
  }
done
for file in "$out/one/installer/target"/*; do
  [ -f "$file" ] || continue
  name=${file##*/}
  if cmp "$file" "$out/the other/installer/target/$name"; then
    passed=$((passed + 1))
    echo "PASS $name is the same twice: $(wc -c <"$file") bytes"
  else
    failed=$((failed + 1))
    echo "FAIL $name differs"
  fi
done
rm -rf "$out/one" "$out/the other"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
