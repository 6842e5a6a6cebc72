# package.sh   read by the parts that make a .deb: how a folder becomes one.
# TREE/DEBIAN holds control without Installed-Size; what lies in TREE lands in the root of the machine.

deb() { # deb TREE FILE
  tree=$1 file=$2
  size=$(find "$tree" -path "$tree/DEBIAN" -prune -o -type f -printf '%s\n' | awk '{ k += int(($1 + 1023) / 1024) } END { print k }')
  sed -i "/^Depends:/i Installed-Size: $size" "$tree/DEBIAN/control"
  (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -print | LC_ALL=C sort | sed 's,^\./,,' | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
  find "$tree" -type d -exec chmod 0755 {} +
  find "$tree" -print0 | xargs -0 touch -h -d "@$SOURCE_DATE_EPOCH"
  # One thread: several cut the stream elsewhere, depending on the machine.
  dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$tree" "$file" >/dev/null
}

filled() { # filled FROM TO MODE: with @VERSION@ filled in
  sed "s,@VERSION@,$version,g" "$1" >"$2"
  chmod "$3" "$2"
}
