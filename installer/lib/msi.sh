# msi.sh   the agent's package for Windows Installer, for group policy: the same files, steps and runtime as the setup program.
. "$here/lib/windows-tree.sh"
need wixl wixl
need msibuild msitools
package=$out/WaybillGuard-$version.msi
python3 "$here/lib/msi.py" "$tree" "$version" "$number" "$package"
signed "$package"
[ $quick = 1 ] || python3 "$here/lib/sbom.py" "$top/agent/target/bom.json" "$package" "$version" "$runtime=GPL-2.0-only"
