# windows-tree.sh   read by the parts for Windows: lays what both install into $tree, once. WG_WINDOWS_JRE names a zip that holds
# a Java runtime, WG_WINDOWS_JRE_SHA256 its hash; without, Maven fetches the one of windows/runtime. WG_SIGN_CERT and
# WG_SIGN_KEY (PEM files) name a certificate for code and its key: then osslsigncode signs what is made.
need() { # need COMMAND PACKAGE
  command -v "$1" >/dev/null || {
    echo "build.sh: $1 is missing; on Debian: apt install $2" >&2
    exit 3
  }
}
need jlink openjdk-17-jdk-headless
need jimage openjdk-17-jdk-headless
if [ -n "${WG_SIGN_CERT:-}" ]; then
  need osslsigncode osslsigncode
  : "${WG_SIGN_KEY:?WG_SIGN_CERT is given without WG_SIGN_KEY}"
fi
given() { sed -n "s/^$1=//p" "$here/windows/runtime"; }
tree=$work/windows
if [ ! -d "$tree" ]; then
  zip=${WG_WINDOWS_JRE:-} sha256=${WG_WINDOWS_JRE_SHA256:-}
  if [ -z "$zip" ]; then
    sha256=$(given sha256)
    # From a folder without a pom: the project's own build is not read.
    mkdir -p "$work/fetched"
    (cd "$work/fetched" && "$mvn" -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-Dartifact=$(given artifact)" "-DoutputDirectory=$work/fetched")
    zip=$(ls "$work/fetched"/*.zip)
  fi
  [ -n "$sha256" ] || {
    echo "build.sh: WG_WINDOWS_JRE is given without WG_WINDOWS_JRE_SHA256" >&2
    exit 2
  }
  mkdir "$tree"
  # The cut runtime is kept for the next build from the same zip by the same rules.
  cut=$out/runtime-$(cat "$here/lib/runtime.py" "$here/windows/runtime" | sha256sum | cut -c1-8)$(echo "$sha256" | cut -c1-8)
  if [ ! -f "$cut/name" ]; then
    rm -rf "$out"/runtime-*
    mkdir "$cut"
    python3 "$here/lib/runtime.py" "$zip" "$sha256" "$cut/jre" >"$work/runtime-name"
    mv "$work/runtime-name" "$cut/name"
  fi
  cp -R "$cut/jre" "$tree/jre"
  cp "$cut/name" "$work/runtime-name"
  python3 "$here/lib/slim.py" "$top/agent/target/waybill-guard-agent.jar" "$tree/waybill-guard-agent.jar" windows-amd64 "$version"
  # The same options as on Linux; where the archive of classes lies is known at the installation only.
  grep -v -e SharedArchiveFile "$here/linux/jvm.options" >"$tree/jvm.options"
  [ -z "$java_option" ] || echo "$java_option" >>"$tree/jvm.options"
  for each in waybill-guard setup-msi; do sed "s/\r*\$/\r/" "$here/windows/$each.cmd" >"$tree/$each.cmd"; done
  install -m 0644 "$here/linux/agent/copyright" "$tree/copyright.txt"
  # Whose packages may replace this one on HQ's word; without it none may.
  [ -z "${WG_RELEASE_VKEY:-}" ] || install -m 0644 "$WG_RELEASE_VKEY" "$tree/release.vkey"
  install -m 0644 "$top/config/agent.yaml" "$tree/agent.yaml.example"
  find "$tree" -print0 | xargs -0 touch -h -d "@$SOURCE_DATE_EPOCH"
fi
runtime=$(cat "$work/runtime-name")
# Windows knows versions of three numbers only.
number=$(echo "$version.0.0" | sed 's/[^0-9.].*//; s/^\([0-9]*\.[0-9]*\.[0-9]*\).*/\1/')

signed() { # signed FILE
  [ -z "${WG_SIGN_CERT:-}" ] || WG_SIGN_TIME=$SOURCE_DATE_EPOCH sh "$here/lib/sign.sh" "$1"
}
