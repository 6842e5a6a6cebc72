#!/usr/bin/env python3
"""rpm.py OUT

The agent's .rpm, installed, upgraded and erased by rpm itself: in namespaces of its own, in a copy of this machine that is an overlay over
it and is thrown away. Nothing of this machine is changed. Root; needs rpm, rpmbuild and a Java 17, and the jars of "mvn package"; makes
the packages from them. No systemd runs there, so what it does with the service is shown in the guest (agent/src/it/guest/packages_rpm.py).
One line a check; exit 0 only when every check passed.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(CHECKOUT, "agent", "src", "it", "guest"))
import lab  # noqa: E402

BUILD = os.path.join(CHECKOUT, "installer", "build.sh")
TARGET = os.path.join(CHECKOUT, "installer", "target")
DATA = "/var/lib/waybill-guard"
DB = "--dbpath /var/lib/rpm"

# A small package that says for rpm what is on this Debian machine, of which rpm has no list.
MACHINE = """Name: this-machine
Version: 1
Release: 1
Summary: what this machine has
License: none
BuildArch: noarch
Provides: /bin/sh, java-17-headless
%description
Says what this machine has.
%files
"""

ROOT = """set -e
mount --make-rprivate /
mount -t tmpfs -o size=1g tmpfs {tmp}
mkdir {tmp}/upper {tmp}/work {tmp}/root
mount -t overlay overlay -o lowerdir=/,upperdir={tmp}/upper,workdir={tmp}/work {tmp}/root
mount -t proc proc {tmp}/root/proc
mount --rbind /dev {tmp}/root/dev
mount --rbind /sys {tmp}/root/sys
mount -t tmpfs tmpfs {tmp}/root/run
echo up
exec sleep infinity
"""


def build(version, folder, *options, host=""):
    """The package of a version, in this folder; made on a machine that is called so."""
    env = dict(os.environ, WG_ARCHS="amd64")
    elsewhere = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host] if host else []
    made = lab.run(elsewhere + ["sh", BUILD, "--skip-maven", "--quick", "--as-version", version, *options, "rpm"], 240, env=env)
    path = os.path.join(TARGET, "waybill-guard-%s-1.x86_64.rpm" % version)
    if made.status != 0 or "SKIPPED" in made.err or not os.path.exists(path):
        raise lab.Broken("no package was made: " + made.said())
    kept = os.path.join(folder, os.path.basename(path))
    os.replace(path, kept)
    return kept


def machine(folder):
    """The package that says for rpm what a Debian machine has."""
    spec = os.path.join(folder, "machine.spec")
    with open(spec, "w", encoding="utf-8") as f:
        f.write(MACHINE)
    made = lab.run(["rpmbuild", "-bb", "--quiet", "--define", "_topdir " + folder, "--define", "_rpmdir " + folder, "--define", "_build_name_fmt machine.rpm", spec])
    if made.status != 0:
        raise lab.Broken("what this machine has cannot be said to rpm: " + made.said())
    return os.path.join(folder, "machine.rpm")


class Root:
    """A copy of this machine, in which programs run as root; gone when it is closed."""

    def __init__(self, out):
        self.tmp = os.path.join(out, "root")
        os.makedirs(self.tmp, exist_ok=True)
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ROOT.format(tmp=self.tmp)]
        self.holder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "up\n":
            raise lab.Broken("no copy of this machine: " + self.holder.stderr.read())
        self.inside = lab.read("/proc/%d/task/%d/children" % (self.holder.pid, self.holder.pid)).split()[0]

    def command(self, line):
        return ["nsenter", "-t", self.inside, "-m", "-p", "chroot", self.tmp + "/root", "sh", "-c", "cd /; export LANG=en_US.UTF-8; " + line]

    def sh(self, line, timeout=120):
        return lab.run(self.command(line), timeout)

    def close(self):
        self.holder.kill()
        self.holder.wait(10)


class Rpm:
    def __init__(self, out):
        self.out, self.checks = out, lab.Checks()
        self.pom = re.search(r"<version>(.*)</version>", lab.read(os.path.join(CHECKOUT, "pom.xml")))[1]
        self.next = self.pom + ".1"

    def run(self):
        root = None
        try:
            self.first, self.second = build(self.pom, self.out), build(self.next, self.out)
            self.twice()
            self.root = root = Root(self.out)
            self.depends()
            self.install()
            self.starts()
            self.upgrade()
            self.step_back()
            self.again()
            self.settings()
            self.erase()
            self.over()
        except lab.Broken as e:
            self.checks.that("the scenario runs to its end", False, e)
        finally:
            if root:
                root.close()
        return self.checks.status()

    # --- what is needed ------------------------------------------------------------------------

    def twice(self):
        def digest():
            with open(self.first, "rb") as f:
                return hashlib.sha256(f.read()).hexdigest()

        one = digest()
        build(self.pom, self.out, host="another")
        self.checks.that("made again on a machine of another name it is the same, byte for byte", digest() == one, one)

    def rpm(self, words, before="", timeout=240):
        begin = time.time()
        ended = self.root.sh("%s rpm %s %s" % (before, DB, words), timeout)
        return ended.status, ended.out + ended.err, time.time() - begin

    def records(self, command="waybill-guard"):
        return self.root.sh(command + " evidence list --json").lines()

    def acts(self, records):
        return [r["event"]["status_detail"] for r in records if r["type"] == "agent.install"]

    def installed(self):
        return self.root.sh("rpm %s -q --qf '%%{VERSION}' waybill-guard" % DB).out.strip()

    # --- steps ---------------------------------------------------------------------------------

    def depends(self):
        status, said, _ = self.rpm("-i " + self.first)
        self.checks.that("without a Java it is refused, and says which", status != 0 and "java-17-headless or java-21-headless" in said and self.root.sh("test ! -e /usr/bin/waybill-guard").status == 0, said[-300:])
        status, said, _ = self.rpm("-i " + machine(self.out))
        if status != 0:
            raise lab.Broken("what this machine has cannot be said to rpm: " + said)

    def install(self):
        check = self.checks.that
        self.root.sh("mkdir -p /srv/scan '/srv/面单 图片'")
        status, said, took = self.rpm("-i '%s'" % self.first, before="WG_SCAN='/srv/scan, /srv/面单 图片'")
        check("installs without a question", status == 0 and "Recorded: version %s was installed" % self.pom in said, "%.0f s; %s" % (took, said[-400:]))
        check("what is there is what the package says", self.root.sh("rpm %s -V waybill-guard" % DB).out == "", self.root.sh("rpm %s -V waybill-guard" % DB).out)
        units = self.root.sh("rpm %s -ql waybill-guard | grep systemd" % DB).out.split()
        check("units are where systemd of such desks looks", len(units) == 4 and all(u.startswith("/usr/lib/systemd/system/") for u in units), units)
        check("the scan folders are settings", "面单 图片" in self.root.sh("cat /etc/waybill-guard/agent.yaml").out)
        check("the log begins with the installation", self.acts(self.records()) == ["installed"], self.acts(self.records()))
        check("it says its version", self.root.sh("waybill-guard --version").out.strip().endswith(self.pom))

    def starts(self):
        server = lab.Server(self.root.command("exec waybill-guard run"), self.out, "agent")
        try:
            self.checks.that("it runs", True, server.ready())
        finally:
            server.stop()

    def upgrade(self):
        check = self.checks.that
        before = self.records()
        status, said, took = self.rpm("-U " + self.second, before="WG_ARCHIVE_SECONDS=0")
        check("upgrades", status == 0 and self.installed() == self.next and self.root.sh("waybill-guard --version").out.strip().endswith(self.next), "%.0f s; %s" % (took, said[-300:]))
        records = self.records()
        last = records[-1]["event"].get("unmapped", {})
        check("every record is still there, and the upgrade is one, with both versions", records[: len(before)] == before and self.acts(records[len(before) :]) == ["upgraded"] and json.dumps(last).count(self.pom) >= 2, last)
        check("no copy of the version before is left", self.root.sh("test ! -e /var/lib/waybill-guard-previous").status == 0)

    def step_back(self):
        status, said, _ = self.rpm("-U --oldpackage " + self.first)
        self.checks.that("a step back is refused, with both versions and what to do", status != 0 and "This PC has version %s, which cannot be replaced by the older %s" % (self.next, self.pom) in said and self.installed() == self.next, said[-400:])

    def again(self):
        status, said, _ = self.rpm("-U --replacepkgs " + self.second, before="WG_ARCHIVE_SECONDS=0")
        acts = self.acts(self.records())
        self.checks.that("the same version again: taken, and a record", status == 0 and acts[-1] == "reinstalled", "%s; %s" % (acts, said[-300:]))

    def settings(self):
        self.root.sh("cp /etc/waybill-guard/agent.yaml /etc/kept.yaml; echo 'nonsense: [' >>/etc/waybill-guard/agent.yaml")
        status, said, _ = self.rpm("-U --replacepkgs " + self.second, before="WG_ARCHIVE_SECONDS=0")
        # rpm itself ends with 0 where the last script fails; what it says is what there is.
        self.checks.that("settings that are wrong are said, with rpm's way to go on", "then run: rpm -U --replacepkgs" in said and "scriptlet failed" in said, "exit %s; %s" % (status, said[-500:]))
        self.root.sh("mv /etc/kept.yaml /etc/waybill-guard/agent.yaml")

    def erase(self):
        check = self.checks.that
        self.root.sh("cp /etc/waybill-guard/agent.yaml /etc/kept.yaml; printf 'removal:\\n  code_required: true\\n' >>/etc/waybill-guard/agent.yaml")
        status, said, _ = self.rpm("-e waybill-guard")
        check("where HQ has to give a code it is not erased without", status != 0 and self.installed() == self.next and self.root.sh("test -e /usr/bin/waybill-guard").status == 0 and self.acts(self.records())[-1] == "removal_refused", said[-400:])
        self.root.sh("mv /etc/kept.yaml /etc/waybill-guard/agent.yaml")
        self.root.sh("mkdir -p /opt/x && cp /usr/lib/waybill-guard/waybill-guard-agent.jar /opt/x/")
        status, said, _ = self.rpm("-e waybill-guard")
        check("erased", status == 0 and self.root.sh("ls /usr/bin/waybill-guard /usr/lib/waybill-guard /usr/lib/systemd/system/waybill-guard.service /var/cache/waybill-guard").out == "", said[-300:])
        acts = self.acts(self.records("java -jar /opt/x/waybill-guard-agent.jar"))
        verified = self.root.sh("java -jar /opt/x/waybill-guard-agent.jar evidence verify --json")
        check("the evidence is there and holds, and its last record is the removal", acts[-1] == "removed" and '"holds":true' in verified.out, "%s; %s" % (acts, verified.out[:200] or verified.said()))
        check("settings stay", "面单 图片" in self.root.sh("cat /etc/waybill-guard/agent.yaml").out)

    def over(self):
        status, said, _ = self.rpm("-i " + self.second, before="WG_ARCHIVE_SECONDS=0")
        acts = self.acts(self.records())
        self.checks.that("installed over it: the same log goes on, and says so", status == 0 and acts[0] == "installed" and acts[-1] == "reinstalled", "%s; %s" % (acts, said[-200:]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    sys.exit(Rpm(os.path.abspath(sys.argv[1])).run())
