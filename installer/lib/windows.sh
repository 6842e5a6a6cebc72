# windows.sh   the agent's setup program for Windows (NSIS, 64 bit), with a Java runtime of its own.
. "$here/lib/windows-tree.sh"
need makensis nsis
python3 "$here/lib/files.py" "$tree" "$work/files.nsh"
python3 "$here/lib/picture.py" "$work/picture.bmp"
# NSIS keeps the time of every file that it takes in.
touch -d "@$SOURCE_DATE_EPOCH" "$work/picture.bmp"
setup=$out/WaybillGuard-Setup-$version.exe
set --
[ $quick = 0 ] || set -- -DQUICK
if [ -n "${WG_SIGN_CERT:-}" ]; then
  export WG_SIGN_TIME="$SOURCE_DATE_EPOCH"
  set -- "$@" "-DSIGN=sh $here/lib/sign.sh"
fi
makensis -V2 -NOCD -WX "$@" "-DVERSION=$version" "-DNUMBER=$number" "-DFILES=$work/files.nsh" "-DOUT=$setup" "-DPICTURE=$work/picture.bmp" "-DKIB=$(du -sk --apparent-size "$tree" | cut -f1)" "$here/windows/setup.nsi"
signed "$setup"
[ $quick = 1 ] || python3 "$here/lib/sbom.py" "$top/agent/target/bom.json" "$setup" "$version" "$runtime=GPL-2.0-only"
