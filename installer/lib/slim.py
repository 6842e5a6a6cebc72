"""slim.py JAR NEW KEEP VERSION

Copies a jar without the native libraries of other machines, every entry in its old place and at the time
SOURCE_DATE_EPOCH, with VERSION in the two places that say it. KEEP is linux-amd64, linux-arm64 or windows-amd64.
"""
import os
import re
import sys
import time
import zipfile

NATIVES = {
    "linux-amd64": ("com/sun/jna/linux-x86-64/", "org/sqlite/native/Linux/x86_64/"),
    "linux-arm64": ("com/sun/jna/linux-aarch64/", "org/sqlite/native/Linux/aarch64/"),
    "windows-amd64": ("com/sun/jna/win32-x86-64/", "org/sqlite/native/Windows/x86_64/"),
}
NATIVE = re.compile(r"com/sun/jna/[a-z0-9]+-[a-z0-9-]+/|org/sqlite/native/.")
FOLDER = re.compile(r".*/")


def main(jar, new, keep, version):
    kept, found = NATIVES[keep], set()
    when = time.gmtime(max(int(os.environ["SOURCE_DATE_EPOCH"]), 315532800))[:6]
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(new, "w") as into:
        for entry in old.infolist():
            name = entry.filename
            if NATIVE.match(name):
                if not name.startswith(kept):
                    continue
                found.update(k for k in kept if name.startswith(k))
            content = old.read(name)
            if name == "waybill-guard/version.properties":
                content = b"version=%s\n" % version.encode()
            elif name == "META-INF/MANIFEST.MF":
                content = re.sub(rb"(?m)^(Implementation-Version: ).*?(\r?)$", lambda m: m[1] + version.encode() + m[2], content)
            written = zipfile.ZipInfo(name, when)
            written.create_system, written.external_attr = 3, entry.external_attr
            written.compress_type = zipfile.ZIP_STORED if name.endswith("/") else zipfile.ZIP_DEFLATED
            into.writestr(written, content, compresslevel=9)
    if found != set(kept):
        sys.exit("%s has no native parts for %s: %s" % (jar, keep, ", ".join(sorted(set(kept) - found))))


if __name__ == "__main__":
    main(*sys.argv[1:])
