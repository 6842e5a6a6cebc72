# package.sh   read by the parts for Linux: how a folder becomes a .deb, and what they share.
# TREE/DEBIAN holds control without Installed-Size; what lies in TREE lands in the root of the machine.

deb() { # deb TREE FILE
  tree=$1 file=$2
  size=$(find "$tree" -path "$tree/DEBIAN" -prune -o -type f -printf '%s\n' | awk '{ k += int(($1 + 1023) / 1024) } END { print k }')
  sed -i "/^Depends:/i Installed-Size: $size" "$tree/DEBIAN/control"
  (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -print | LC_ALL=C sort | sed 's,^\./,,' | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
  same_time "$tree"
  # One thread: several cut the stream elsewhere, depending on the machine.
  dpkg-deb --root-owner-group --threads-max=1 -Zxz -z$([ $quick = 1 ] && echo 0 || echo 6) --build "$tree" "$file" >/dev/null
}

same_time() { # same_time TREE: of the last commit, and folders that all may look into
  find "$1" -type d -exec chmod 0755 {} +
  find "$1" -print0 | xargs -0 touch -h -d "@$SOURCE_DATE_EPOCH"
}

filled() { # filled FROM TO MODE: with @VERSION@ filled in
  sed "s,@VERSION@,$version,g" "$1" >"$2"
  chmod "$3" "$2"
}

list() { # list MODULE FILE: what is inside, unless it is made quickly
  [ $quick = 1 ] || python3 "$here/lib/sbom.py" "$top/$1/target/bom.json" "$2" "$version"
}
