# windows.sh   the agent's setup program for Windows (NSIS, 64 bit), with a Java runtime of its own. WG_WINDOWS_JRE names a zip
# that holds one, WG_WINDOWS_JRE_SHA256 its hash; without, Maven fetches the one of windows/runtime. WG_SIGN_CERT and
# WG_SIGN_KEY (PEM files) name a certificate for code and its key: then osslsigncode signs what is made.
for needed in makensis jlink jimage; do
  command -v $needed >/dev/null || {
    echo "build.sh: $needed is missing; on Debian: apt install nsis openjdk-17-jdk-headless" >&2
    exit 3
  }
done
jar=$top/agent/target/waybill-guard-agent.jar
given() { sed -n "s/^$1=//p" "$here/windows/runtime"; }
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
tree=$work/windows
mkdir -p "$tree"
runtime=$(python3 "$here/lib/runtime.py" "$zip" "$sha256" "$tree/jre")
python3 "$here/lib/slim.py" "$jar" "$tree/waybill-guard-agent.jar" windows-amd64 "$version"
# The same options as on Linux; where the archive of classes lies is known at the installation only.
grep -v -e SharedArchiveFile "$here/linux/jvm.options" >"$tree/jvm.options"
sed "s/\r*\$/\r/" "$here/windows/waybill-guard.cmd" >"$tree/waybill-guard.cmd"
install -m 0644 "$here/linux/agent/copyright" "$tree/copyright.txt"
install -m 0644 "$top/config/agent.yaml" "$tree/agent.yaml.example"
find "$tree" -print0 | xargs -0 touch -h -d "@$SOURCE_DATE_EPOCH"
python3 "$here/lib/files.py" "$tree" "$work/files.nsh"
setup=$out/WaybillGuard-Setup-$version.exe
makensis -V2 -NOCD -WX "-DVERSION=$version" "-DFILES=$work/files.nsh" "-DOUT=$setup" "-DKIB=$(du -sk --apparent-size "$tree" | cut -f1)" "$here/windows/setup.nsi"
if [ -n "${WG_SIGN_CERT:-}" ]; then
  osslsigncode sign -certs "$WG_SIGN_CERT" -key "${WG_SIGN_KEY:?WG_SIGN_CERT is given without WG_SIGN_KEY}" -h sha256 \
    -n "Waybill Guard" -time "$SOURCE_DATE_EPOCH" -in "$setup" -out "$setup.signed" >/dev/null
  mv "$setup.signed" "$setup"
fi
python3 "$here/lib/sbom.py" "$top/agent/target/bom.json" "$setup" "$version" "$runtime=GPL-2.0-only"
