# linux-tree.sh   read by the agent's parts for Linux: how what each of their packages holds comes into a folder.

laid() { # laid ARCH TREE: the agent for this kind of processor, units under usr/lib/systemd/system
  arch=$1 tree=$2
  jar=$top/agent/target/waybill-guard-agent.jar
  program=$tree/usr/lib/waybill-guard
  if [ $quick = 0 ] && [ ! -d "$work/papers" ]; then
    python3 "$here/lib/papers.py" "$jar" waybill-guard "$work/papers" "$version"
  fi
  mkdir -p "$program" "$tree/usr/bin" "$tree/usr/share/doc/waybill-guard" "$tree/usr/lib/systemd/system" "$tree/etc/waybill-guard"
  python3 "$here/lib/slim.py" "$jar" "$program/waybill-guard-agent.jar" linux-"$arch" "$version"
  echo "$version" >"$program/version"
  install -m 0644 "$here/linux/jvm.options" "$program/jvm.options"
  [ -z "$java_option" ] || echo "$java_option" >>"$program/jvm.options"
  for script in enrol make-archive roll-back run-java update; do install -m 0755 "$here/linux/agent/$script" "$program/$script"; done
  install -m 0755 "$here/linux/agent/waybill-guard" "$tree/usr/bin/waybill-guard"
  # Whose packages may replace this one on HQ's word; without it none may.
  [ -z "${WG_RELEASE_VKEY:-}" ] || install -m 0644 "$WG_RELEASE_VKEY" "$program/release.vkey"
  for unit in waybill-guard.service waybill-guard-enrol.service waybill-guard-update.path waybill-guard-update.service; do
    install -m 0644 "$here/linux/agent/$unit" "$tree/usr/lib/systemd/system/$unit"
  done
  [ $quick = 1 ] || cp -R "$work/papers/." "$tree/"
  install -m 0644 "$top/config/agent.yaml" "$tree/usr/share/doc/waybill-guard/agent.yaml.example"
  install -m 0644 "$here/linux/agent/enrol.env.example" "$tree/usr/share/doc/waybill-guard/enrol.env.example"
  install -m 0644 "$here/linux/agent/copyright" "$tree/usr/share/doc/waybill-guard/copyright"
  gzip -9nc "$top/CHANGELOG.md" >"$tree/usr/share/doc/waybill-guard/CHANGELOG.md.gz"
  same_time "$tree"
}
