"""runtime.py ZIP SHA256 TREE

Makes TREE a Java runtime for Windows out of any zip that holds one, with what the agent and its notice window need and
nothing else: modules by jlink, native parts by the list below. The JDK that runs jlink must be of the same Java version.
Prints the runtime's own name and version.
"""
import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

# jdeps --print-module-deps of the agent's jar, and what it asks for by name only: curves for TLS, Windows' own keys, the
# character sets and words of Chinese.
MODULES = (
    "java.base java.desktop java.logging java.management java.naming java.net.http java.sql jdk.charsets jdk.crypto.ec "
    "jdk.crypto.mscapi jdk.httpserver jdk.localedata jdk.net jdk.unsupported jdk.zipfs"
).split()
LOCALES = "en,zh"
# Native parts: the virtual machine, java.base, java.desktop (without sound and splash screen), java.management, jdk.net,
# jdk.crypto.mscapi; the C runtime for Windows 7, which has none.
KEPT = [
    r"bin/(java|javaw)\.exe",
    r"bin/(java|jimage|jli|net|nio|verify|zip|extnet|prefs|sunmscapi|management|management_ext)\.dll",
    r"bin/(awt|fontmanager|freetype|javajpeg|jawt|lcms|mlib_image)\.dll",
    r"bin/(api-ms-win-.*|ucrtbase|vcruntime140|vcruntime140_1|msvcp140)\.dll",
    r"bin/server/jvm\.dll",
    r"conf/.*",
    r"lib/(jvm\.cfg|classlist|tzdb\.dat|tzmappings|fontconfig\.bfc|psfontj2d\.properties|security/.*)",
    r"legal/(MODULE)/.*",
    r"NOTICE|release",
]
# What cannot be missing, whatever a runtime's maker left out.
NEEDED = "bin/java.exe bin/server/jvm.dll lib/modules lib/jvm.cfg lib/security/cacerts".split()


def fail(why):
    sys.exit("runtime.py: " + why)


def unpacked(archive, wanted, into):
    with open(archive, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    if digest != wanted.lower():
        fail("%s has the SHA-256 %s, and not %s. Take the right file, or name its hash with WG_WINDOWS_JRE_SHA256." % (archive, digest, wanted))
    with zipfile.ZipFile(archive) as z:
        roots = sorted(n[: -len("bin/java.exe")] for n in z.namelist() if n.endswith("bin/java.exe"))
        if len(roots) != 1:
            fail("%s holds %d programs bin/java.exe; one is needed" % (archive, len(roots)))
        for name in z.namelist():
            if name.startswith(roots[0]) and not name.endswith("/"):
                inside = name[len(roots[0]) :]
                if ".." in inside.split("/"):
                    fail("%s names %s, which is outside" % (archive, name))
                path = os.path.join(into, inside)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as f:
                    f.write(z.read(name))


def release(jre):
    with open(os.path.join(jre, "release"), encoding="utf-8") as f:
        facts = dict(re.findall(r'^(\w+)="(.*)"$', f.read(), re.M))
    if facts.get("OS_NAME") != "Windows" or facts.get("OS_ARCH") != "x86_64":
        fail("it is for %s %s, and not for Windows x86_64" % (facts.get("OS_NAME"), facts.get("OS_ARCH")))
    return facts


def run(*command):
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        fail("%s: %s" % (" ".join(command[:2]), (ended.stderr + ended.stdout)[-800:]))
    return ended.stdout


def module(folder, into):
    """A module as jlink reads it (JEP 261, JMOD files: a header and a zip). Two things are taken out that belong to the
    image that it came from: the hashes of the modules beside it (their attribute gets another name, and unknown ones are
    passed over), and the tables of that image's modules."""
    with open(into, "wb") as f:
        f.write(b"JM\x01\x00")
        with zipfile.ZipFile(f, "w") as z:
            for parent, folders, files in os.walk(folder):
                folders.sort()
                for name in sorted(files):
                    if re.fullmatch(r"SystemModules\$.*\.class", name):
                        continue
                    path = os.path.join(parent, name)
                    with open(path, "rb") as content:
                        data = content.read()
                    if name == "module-info.class":
                        length = struct.pack(">H", len("ModuleHashes"))
                        data = data.replace(b"\x01" + length + b"ModuleHashes", b"\x01" + length + b"ModuleHashes"[:-1] + b"_")
                    z.writestr(zipfile.ZipInfo("classes/" + os.path.relpath(path, folder)), data)


def main(archive, sha256, tree):
    with tempfile.TemporaryDirectory() as work:
        jre = os.path.join(work, "jre")
        unpacked(archive, sha256, jre)
        facts = release(jre)
        mine = re.match(r"\d+", run("jlink", "--version"))[0]
        if facts["JAVA_VERSION"].split(".")[0] != mine:
            fail("it is Java %s and jlink is of a JDK %s; both must be of one version" % (facts["JAVA_VERSION"], mine))
        run("jimage", "extract", "--dir", os.path.join(work, "modules"), os.path.join(jre, "lib", "modules"))
        os.mkdir(os.path.join(work, "jmods"))
        for each in sorted(os.listdir(os.path.join(work, "modules"))):
            module(os.path.join(work, "modules", each), os.path.join(work, "jmods", each + ".jmod"))
        linked = os.path.join(work, "linked")
        # generate-jli-classes: the image has them already.
        run("jlink", "--module-path", os.path.join(work, "jmods"), "--add-modules", ",".join(MODULES), "--include-locales", LOCALES,
            "--disable-plugin", "generate-jli-classes", "--output", linked)
        with open(os.path.join(linked, "release"), encoding="utf-8") as f:
            kept = re.search(r'MODULES="(.*)"', f.read())[1].split()
        patterns = [re.compile(p.replace("MODULE", "|".join(map(re.escape, kept)))) for p in KEPT]
        shutil.rmtree(tree, ignore_errors=True)
        for parent, _, files in os.walk(jre):
            for name in files:
                inside = os.path.relpath(os.path.join(parent, name), jre)
                if any(p.fullmatch(inside) for p in patterns):
                    os.makedirs(os.path.dirname(os.path.join(tree, inside)), exist_ok=True)
                    shutil.copyfile(os.path.join(parent, name), os.path.join(tree, inside))
        shutil.copyfile(os.path.join(linked, "lib", "modules"), os.path.join(tree, "lib", "modules"))
        missing = [n for n in NEEDED if not os.path.isfile(os.path.join(tree, n))]
        if missing:
            fail("it lacks " + ", ".join(missing))
        path = os.path.join(tree, "release")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub(r'MODULES=".*"', 'MODULES="%s"' % " ".join(kept), text))
        print("%s=%s" % (facts.get("IMPLEMENTOR", "java").replace(" ", "-"), facts.get("JAVA_RUNTIME_VERSION", facts["JAVA_VERSION"])))


if __name__ == "__main__":
    main(*sys.argv[1:])
