"""msi.py TREE VERSION NUMBER PACKAGE

Makes the package for Windows Installer by wixl: the files of TREE, and the agent's own steps around them, which wixl has no
words for and msibuild adds. Every identity in it comes from what it names, and its times are SOURCE_DATE_EPOCH, so that two
builds are the same. A version that Windows Installer knows has three numbers; VERSION is what the folder is called and what
the agent says of itself, NUMBER those three.
"""
import os
import struct
import subprocess
import sys
import tempfile
import uuid
from xml.sax.saxutils import quoteattr

# Names this product among all others, for ever.
FAMILY = uuid.uuid5(uuid.NAMESPACE_DNS, "waybill-guard.msi")
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="%(product)s" Name="Waybill Guard" Language="1033" Version="%(number)s" Manufacturer="Waybill Guard" UpgradeCode="%(family)s">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine" Description="Waybill Guard %(version)s" Comments="HQ= TOKEN= CA= SCAN=" Manufacturer="Waybill Guard"/>
    <Media Id="1" Cabinet="files.cab" EmbedCab="yes"/>
    <Property Id="ARPNOMODIFY" Value="1"/>
    <Property Id="SETUPPROGRAM">
      <RegistrySearch Id="SetupProgram" Root="HKLM" Key="Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\WaybillGuard" Name="DisplayVersion" Type="raw" Win64="yes"/>
    </Property>
    <Condition Message="Waybill Guard [SETUPPROGRAM] was installed by its setup program; use that to upgrade, or remove it first (the evidence stays). Nothing was changed.">Installed OR NOT SETUPPROGRAM</Condition>
    <Upgrade Id="%(family)s">
      <UpgradeVersion Minimum="0.0.0" Maximum="%(number)s" IncludeMinimum="yes" IncludeMaximum="no" Property="OLDERFOUND"/>
      <UpgradeVersion Minimum="%(number)s" IncludeMinimum="no" OnlyDetect="yes" Property="NEWERFOUND"/>
    </Upgrade>
    <Condition Message="A newer Waybill Guard is on this PC, which cannot be replaced by the older %(version)s; nothing was changed, and it goes on watching. To use the older one, uninstall first (the evidence stays).">Installed OR NOT NEWERFOUND</Condition>
    <InstallExecuteSequence>
      <RemoveExistingProducts After="InstallFinalize"/>
    </InstallExecuteSequence>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder" Name="PFiles">
        <Directory Id="INSTALLFOLDER" Name="WaybillGuard">
          <Directory Id="VERSIONFOLDER" Name="%(version)s">
"""
TAIL = """          </Directory>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="All" Level="1">
%(refs)s
    </Feature>
  </Product>
</Wix>
"""
# cmd takes any name of a folder and hands it on by the environment; Java's launcher would lose what the system's code page
# lacks. The outermost quotation marks are cmd's.
CALL = '"[System64Folder]cmd.exe" /c ""[VERSIONFOLDER]setup-msi.cmd" %s"'


def name_of(*parts):
    return "{%s}" % str(uuid.uuid5(FAMILY, "/".join(parts))).upper()


def identifier(kind, path):
    return kind + uuid.uuid5(FAMILY, path).hex[:16]


def tables(version):
    """What wixl cannot say: types of custom actions are msidbCustomActionTypeExe + Directory (34), InScript (1024),
    NoImpersonate (2048), HideTarget (8192)."""
    root = identifier("c", ".")
    yield "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('Apply', 11298, 'VERSIONFOLDER', '%s')" % (CALL % 'apply "[HQ]" "[TOKEN]" "[CA]" "[SCAN]"')
    yield "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('Remove', 11298, 'VERSIONFOLDER', '%s')" % (CALL % 'remove "[CODE]"')
    for action, condition, sequence in (
        # Before RemoveFiles and behind InstallFiles; another version that takes over runs by then.
        ("Remove", 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE', 1510),
        ("Apply", "(NOT Installed OR REINSTALL) AND NOT REMOVE", 6590),
    ):
        yield "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES ('%s', '%s', %d)" % (action, condition, sequence)
    # Made at the installation, so unknown to Windows Installer.
    for name in ("agent.jsa", "agent.jsa.new"):
        yield "INSERT INTO `RemoveFile` (`FileKey`, `Component_`, `FileName`, `DirProperty`, `InstallMode`) VALUES ('%s', '%s', '%s', 'VERSIONFOLDER', 2)" % (identifier("r", name), root, name)
    # The folder of all versions goes with the last of them.
    yield "INSERT INTO `RemoveFile` (`FileKey`, `Component_`, `DirProperty`, `InstallMode`) VALUES ('%s', '%s', 'INSTALLFOLDER', 2)" % (identifier("r", ".."), root)
    # Given on the command line and used as the system; the token stays out of logs.
    yield "UPDATE `Property` SET `Value` = 'OLDERFOUND;NEWERFOUND;HQ;TOKEN;CA;SCAN;CODE' WHERE `Property` = 'SecureCustomProperties'"
    yield "INSERT INTO `Property` (`Property`, `Value`) VALUES ('MsiHiddenProperties', 'TOKEN;CODE')"


def at_time(package, seconds):
    """Puts the two times of the summary (MS-OLEPS: properties 12 and 13, VT_FILETIME) to the time that is wanted."""
    with open(package, "rb") as f:
        data = bytearray(f.read())
    at = data.find(bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9"))
    if at < 0:
        sys.exit("msi.py: %s has no summary" % package)
    start = at - 28
    (section,) = struct.unpack_from("<I", data, at + 16)
    (count,) = struct.unpack_from("<I", data, start + section + 4)
    wanted, changed = struct.pack("<Q", (seconds + 11644473600) * 10_000_000), 0
    for each in range(count):
        name, offset = struct.unpack_from("<II", data, start + section + 8 + 8 * each)
        where = start + section + offset
        if name in (12, 13) and struct.unpack_from("<I", data, where)[0] == 64:
            data[where + 4 : where + 12] = wanted
            changed += 1
    if changed != 2:
        sys.exit("msi.py: %s has %d times in its summary, not 2" % (package, changed))
    with open(package, "wb") as f:
        f.write(data)


def made(*command, cwd):
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if ended.returncode:
        sys.exit("msi.py: %s: %s" % (command[0], (ended.stderr + ended.stdout)[-800:]))


def main(tree, version, number, package):
    with tempfile.TemporaryDirectory() as work:
        wxs, new = os.path.join(work, "package.wxs"), os.path.join(work, "package.msi")
        source(tree, version, number, wxs)
        # Files are named relative to the tree.
        made("wixl", "-a", "x64", "-o", new, wxs, cwd=tree)
        for query in tables(version):
            made("msibuild", new, "-q", query, cwd=work)
        made("msibuild", new, "-s", "Waybill Guard " + version, "Waybill Guard", "x64;1033", name_of("package", version), cwd=work)
        at_time(new, int(os.environ["SOURCE_DATE_EPOCH"]))
        os.replace(new, package)


def source(tree, version, number, wxs):
    refs = []

    def folder(path, depth):
        pad, inside = "  " * depth, os.path.relpath(path, tree)
        names = sorted(os.listdir(path))
        files = [n for n in names if os.path.isfile(os.path.join(path, n))]
        lines = []
        if files:
            component = identifier("c", inside)
            refs.append('      <ComponentRef Id="%s"/>' % component)
            lines.append('%s<Component Id="%s" Guid="%s" Win64="yes">' % (pad, component, name_of(version, inside)))
            for n in files:
                lines.append('%s  <File Id="%s" Name=%s Source=%s/>' % (pad, identifier("f", inside + "/" + n), quoteattr(n), quoteattr(os.path.relpath(os.path.join(path, n), tree))))
            if inside == ".":
                lines.append('%s  <RegistryValue Root="HKLM" Key="Software\\WaybillGuard\\Msi" Name="%s" Value="[VERSIONFOLDER]" Type="string"/>' % (pad, version))
            lines.append("%s</Component>" % pad)
        for n in names:
            if n not in files:
                where = os.path.join(path, n)
                lines.append('%s<Directory Id="%s" Name=%s>' % (pad, identifier("d", os.path.relpath(where, tree)), quoteattr(n)))
                lines += folder(where, depth + 1) + ["%s</Directory>" % pad]
        return lines

    body = folder(tree, 6)
    words = {
        "product": name_of("product", version),
        "family": "{%s}" % str(FAMILY).upper(),
        "version": version,
        "number": number,
        "refs": "\n".join(refs),
    }
    with open(wxs, "w", encoding="utf-8") as f:
        f.write(HEAD % words + "\n".join(body) + "\n" + TAIL % words)


if __name__ == "__main__":
    main(*sys.argv[1:])
