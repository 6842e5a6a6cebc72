# rpm.sh   the agent's packages for desks with rpm (openEuler, Kylin Server, Anolis): what the .deb holds, and the .deb's four scripts, each
# behind rpm-shim, which gives it the arguments that dpkg would. Names of processors are the .deb's.
. "$here/lib/package.sh"
. "$here/lib/linux-tree.sh"

command -v rpmbuild >/dev/null || {
  echo "build.sh: SKIPPED rpm: no .rpm is made, because rpmbuild is missing; on Debian: apt install rpm" >&2
  exit 0
}

# rpmbuild's own shell lines break at a space in a folder's name, so it works elsewhere, and none of that is in the package.
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT

scriptlet() { # scriptlet STEP SCRIPT: as it stands in a spec, where % begins a macro
  echo "%$1"
  sed "s,@STEP@,$1,g" "$here/linux/agent/rpm-shim" | sed 's/%/%%/g'
  sed "1d;s,@VERSION@,$version,g;s/%/%%/g" "$here/linux/agent/$2"
}

for arch in ${WG_ARCHS:-amd64 arm64}; do
  case $arch in amd64) processor=x86_64 ;; arm64) processor=aarch64 ;; *) processor=$arch ;; esac
  tree=$elsewhere/$arch
  file=$out/waybill-guard-$version-1.$processor.rpm
  laid "$arch" "$tree"
  # Where rpm's compression would be long, and nobody keeps the file, it is short.
  [ $quick = 1 ] && payload=w0.xzdio || payload=w6.xzdio
  {
    filled "$here/linux/agent/waybill-guard.spec" "$work/spec" 0644
    cat "$work/spec"
    scriptlet pre preinst
    scriptlet posttrans postinst
    scriptlet preun prerm
    scriptlet postun postrm
    echo "%files"
    echo "%defattr(-,root,root,0755)"
    echo "%dir /usr/lib/waybill-guard"
    echo "%dir /usr/share/doc/waybill-guard"
    echo "%dir /etc/waybill-guard"
    (cd "$tree" && find . -type f | LC_ALL=C sort | sed 's,^\.,,')
  } >"$elsewhere/$arch.spec"
  rm -f "$file"
  # No settings of whoever builds, no name of the machine, no time but the last commit's; nothing done to what was laid down.
  HOME=$elsewhere rpmbuild -bb --quiet --target "$processor-linux" --define "_topdir $elsewhere" --define "_dbpath $elsewhere/db" \
    --define "laid_tree $tree" --define "_rpmdir $elsewhere" --define "_build_name_fmt waybill-guard-$version-1.$processor.rpm" \
    --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
    --define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_build_id_links none' --define "_binary_payload $payload" \
    "$elsewhere/$arch.spec" >"$work/rpmbuild.out" 2>&1 || {
    cat "$work/rpmbuild.out" >&2
    exit 1
  }
  mv "$elsewhere/${file##*/}" "$file"
  list agent "$file"
done
