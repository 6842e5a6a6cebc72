# msi.sh   the agent's package for Windows Installer, for group policy: the same files, steps and runtime as the setup program.
. "$here/lib/windows-tree.sh"
need wixl wixl
need msibuild msitools
package=$out/WaybillGuard-$version.msi
python3 "$here/lib/msi.py" "$tree" "$version" "$number" "$package"
signed "$package"
# What group policy tells it: it has no words for a package of its own.
python3 "$here/lib/policy.py" "$here/windows/policy" "$out/WaybillGuard-policy-$version.zip"
[ $quick = 1 ] || python3 "$here/lib/sbom.py" "$top/agent/target/bom.json" "$package" "$version" "$runtime=GPL-2.0-only"
