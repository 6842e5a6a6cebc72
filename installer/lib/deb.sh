# deb.sh   the agent's packages, one for each kind of processor that SQLite and JNA have native parts for. LoongArch and MIPS
# are not among them: SQLite's Java binding carries none, so no log can be kept there.
. "$here/lib/package.sh"
. "$here/lib/linux-tree.sh"

for arch in ${WG_ARCHS:-amd64 arm64}; do
  tree=$work/deb-$arch
  file=$out/waybill-guard_${version}_$arch.deb
  laid "$arch" "$tree"
  # Where Debian's policy has units until every release has /lib in /usr.
  mkdir -p "$tree/lib/systemd" "$tree/DEBIAN"
  mv "$tree/usr/lib/systemd/system" "$tree/lib/systemd/system"
  rmdir "$tree/usr/lib/systemd"
  sed "s,@VERSION@,$version,;s,@ARCH@,$arch," "$here/linux/agent/control" >"$tree/DEBIAN/control"
  for script in preinst postinst prerm postrm; do filled "$here/linux/agent/$script" "$tree/DEBIAN/$script" 0755; done
  deb "$tree" "$file"
  list agent "$file"
done
