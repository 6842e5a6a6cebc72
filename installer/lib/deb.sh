# deb.sh   the agent's packages, one for each kind of processor that SQLite and JNA have native parts for. LoongArch and MIPS
# are not among them: SQLite's Java binding carries none, so no log can be kept there.
. "$here/lib/package.sh"

jar=$top/agent/target/waybill-guard-agent.jar
python3 "$here/lib/papers.py" "$jar" waybill-guard "$work/papers" "$version"
for arch in ${WG_ARCHS:-amd64 arm64}; do
  tree=$work/agent-$arch
  program=$tree/usr/lib/waybill-guard
  mkdir -p "$program" "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/share/doc/waybill-guard" "$tree/lib/systemd/system" \
    "$tree/etc/waybill-guard"
  python3 "$here/lib/slim.py" "$jar" "$program/waybill-guard-agent.jar" linux-$arch "$version"
  echo "$version" >"$program/version"
  install -m 0644 "$here/linux/jvm.options" "$program/jvm.options"
  for script in enrol make-archive roll-back run-java update; do install -m 0755 "$here/linux/agent/$script" "$program/$script"; done
  install -m 0755 "$here/linux/agent/waybill-guard" "$tree/usr/bin/waybill-guard"
  # Whose packages may replace this one on HQ's word; without it none may.
  [ -z "${WG_RELEASE_VKEY:-}" ] || install -m 0644 "$WG_RELEASE_VKEY" "$program/release.vkey"
  for unit in waybill-guard.service waybill-guard-enrol.service waybill-guard-update.path waybill-guard-update.service; do
    install -m 0644 "$here/linux/agent/$unit" "$tree/lib/systemd/system/$unit"
  done
  cp -R "$work/papers/." "$tree/"
  install -m 0644 "$top/config/agent.yaml" "$tree/usr/share/doc/waybill-guard/agent.yaml.example"
  install -m 0644 "$here/linux/agent/enrol.env.example" "$tree/usr/share/doc/waybill-guard/enrol.env.example"
  install -m 0644 "$here/linux/agent/copyright" "$tree/usr/share/doc/waybill-guard/copyright"
  gzip -9nc "$top/CHANGELOG.md" >"$tree/usr/share/doc/waybill-guard/CHANGELOG.md.gz"
  sed "s,@VERSION@,$version,;s,@ARCH@,$arch," "$here/linux/agent/control" >"$tree/DEBIAN/control"
  for script in preinst postinst prerm postrm; do filled "$here/linux/agent/$script" "$tree/DEBIAN/$script" 0755; done
  deb "$tree" "$out/waybill-guard_${version}_$arch.deb"
  python3 "$here/lib/sbom.py" "$top/agent/target/bom.json" "$out/waybill-guard_${version}_$arch.deb" "$version"
done
