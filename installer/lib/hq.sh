# hq.sh   HQ's package: for every machine with a Java, since servers differ and its jar holds what each needs.
. "$here/lib/package.sh"

jar=$top/hq/target/waybill-guard-hq.jar
tree=$work/hq
program=$tree/usr/lib/waybill-guard-hq
mkdir -p "$program" "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/share/doc/waybill-guard-hq" "$tree/lib/systemd/system" \
  "$tree/etc/default"
python3 "$here/lib/papers.py" "$jar" waybill-guard-hq "$tree" "$version"
install -m 0644 "$jar" "$program/waybill-guard-hq.jar"
install -m 0755 "$here/linux/agent/run-java" "$program/run-java"
install -m 0644 "$here/linux/hq/jvm.options" "$program/jvm.options"
install -m 0755 "$here/linux/hq/waybill-guard-hq" "$tree/usr/bin/waybill-guard-hq"
install -m 0644 "$here/linux/hq/waybill-guard-hq.service" "$tree/lib/systemd/system/waybill-guard-hq.service"
install -m 0644 "$here/linux/hq/default" "$tree/etc/default/waybill-guard-hq"
install -m 0644 "$here/linux/agent/copyright" "$tree/usr/share/doc/waybill-guard-hq/copyright"
install -m 0644 "$here/linux/hq/Dockerfile" "$tree/usr/share/doc/waybill-guard-hq/Dockerfile"
gzip -9nc "$top/CHANGELOG.md" >"$tree/usr/share/doc/waybill-guard-hq/CHANGELOG.md.gz"
echo /etc/default/waybill-guard-hq >"$tree/DEBIAN/conffiles"
filled "$here/linux/hq/control" "$tree/DEBIAN/control" 0644
for script in preinst postinst prerm postrm; do filled "$here/linux/hq/$script" "$tree/DEBIAN/$script" 0755; done
deb "$tree" "$out/waybill-guard-hq_${version}_all.deb"
list hq "$out/waybill-guard-hq_${version}_all.deb"
