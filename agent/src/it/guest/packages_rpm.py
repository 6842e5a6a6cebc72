#!/usr/bin/env python3
"""packages_rpm.py RUN_DIR [STEP...]

The agent's .rpm in the rig's guest with systemd, against HQ on this host: installation with enrolment, kill -9, an upgrade while it runs, a
version that does not become ready, a step back, removal with HQ's code only, installation over the log that was left. The guest is a Debian, so it gets this host's rpm, and a small package
that says for rpm what the guest has. Needs rpm, rpmbuild and the jars of "mvn package"; makes the packages from them.
env: RIG, WG_RIG_CACHE or RIG_CACHE. One line a check; exit 0 only when every check passed.
"""
import os
import re
import shutil
import sys
import time

import lab
import packages

sys.path.insert(0, os.path.join(lab.CHECKOUT, "installer", "test"))
import rpm  # noqa: E402


class RpmPackages(packages.Packages):
    STEPS = ("install", "killed", "upgrade", "rolled_back", "step_back", "code_asked", "removed", "over")

    # --- what is needed ------------------------------------------------------------------------

    def build(self):
        self.now = re.search(r"<version>(.*)</version>", lab.read(os.path.join(lab.CHECKOUT, "pom.xml")))[1]
        self.next, self.broken, self.mended = (self.now + ".%d" % n for n in (1, 2, 3))
        self.rpms = {version: rpm.build(version, self.folder) for version in (self.now, self.next, self.mended)}
        # One whose Java does not start, as a half-tested release might be.
        self.rpms[self.broken] = rpm.build(self.broken, self.folder, "--java-option", "-XX:+NoSuchOptionAtAll")

    def begin(self):
        self.debs = {}
        super().begin()
        libraries = re.findall(r"=> (/\S+)", lab.run(["ldd", "/usr/bin/rpm"]).out)
        tool = os.path.join(self.guest.share, "rpm.tar")
        # Files that the guest has stay its own.
        packed = lab.run(["tar", "-C", "/", "-chf", tool, "usr/bin/rpm", "usr/lib/rpm"] + [each.lstrip("/") for each in libraries])
        for path in list(self.rpms.values()) + [rpm.machine(self.folder)]:
            shutil.copy(path, self.guest.share)
        there = self.sh("tar -C / --skip-old-files -xf /share/rpm.tar && rpm --dbpath /var/lib/rpm -i /share/machine.rpm", 120)
        if packed.status != 0 or there.status != 0:
            raise lab.Broken("the guest has no rpm: %s %s" % (packed.said(), there.said()))

    def rpm(self, words, seconds=240, code=""):
        begin = time.time()
        code = "WG_CODE='%s' " % code if code else ""
        ended = self.sh("%sWG_ARCHIVE_SECONDS=0 rpm --dbpath /var/lib/rpm %s >/share/rpm.out 2>&1" % (code, words), seconds)
        return ended.status, lab.read(os.path.join(self.guest.share, "rpm.out")), time.time() - begin

    def file(self, version):
        return "/share/" + os.path.basename(self.rpms[version])

    # --- steps ---------------------------------------------------------------------------------

    def install(self):
        check = self.checks.that
        self.enrol(self.hq.token())
        status, said, took = self.rpm("-i " + self.file(self.now))
        check("installs and enrols without a question", status == 0 and "Enrolled" in said, "%.0f s; %s" % (took, said[-500:]))
        check("it runs, and systemd was told that it is ready", self.active() and self.property("StatusText").startswith("ready sensors="), self.property("StatusText"))
        check("it starts with the machine", self.sh("systemctl is-enabled waybill-guard").out.strip() == "enabled")
        self.workstation = lab.wait_for("HQ to see it", self.hq.workstation, 60, 2)

    def upgrade(self):
        before, pid = self.records(), self.property("MainPID")
        status, said, took = self.rpm("-U " + self.file(self.next))
        self.checks.that("upgrades while it runs", status == 0 and self.active() and self.property("MainPID") != pid and self.version().endswith(self.next), "%.0f s; %s" % (took, said[-400:]))
        records = self.records()
        tail = self.tail(records[len(before) :])
        at = tail.index("agent.install upgraded") if "agent.install upgraded" in tail else -1
        self.checks.that("every record is there, and the log tells of it between end and start", records[: len(before)] == before and at > 0 and tail[at - 1] == "log.stop upgrade" and tail[at + 1] == "log.start clean", tail)

    def rolled_back(self):
        status, said, took = self.rpm("-U " + self.file(self.broken), 400)
        self.checks.that("a version that does not start is put back, and it says so", "was rolled back, and version %s runs" % self.next in said and "scriptlet failed" in said, "exit %s, %.0f s; %s" % (status, took, said[-900:]))
        self.checks.that("the version before runs", self.active() and self.version().endswith(self.next), self.version())
        self.checks.that("and the log tells of it", "agent.install rolled_back" in self.tail(self.records()))
        status, said, _ = self.rpm("-U " + self.file(self.mended))
        self.checks.that("a newer one mends the state", status == 0 and self.active() and self.version().endswith(self.mended), said[-400:])

    def step_back(self):
        pid = self.property("MainPID")
        status, said, _ = self.rpm("-U --oldpackage " + self.file(self.now))
        self.checks.that("a step back is refused with both versions", status != 0 and "This PC has version %s, which cannot be replaced by the older %s" % (self.mended, self.now) in said and self.property("MainPID") == pid, said[-500:])

    def code_asked(self):
        self.typed("user", "add", "wang", "--role", "admin")
        self.sh("printf 'removal:\\n  code_required: true\\n' >>/etc/waybill-guard/agent.yaml")
        pid = self.property("MainPID")
        status, said, _ = self.rpm("-e waybill-guard")
        self.checks.that("erasing without HQ's code is refused, and it goes on watching", status != 0 and "Removing it takes a code from HQ" in said and self.property("MainPID") == pid, said[-400:])
        self.code = self.typed("workstation", "removal-code", self.workstation["id"], "--reason", "trial", "--by", "wang").split()[0]

    def removed(self):
        self.sh("mkdir -p /opt/x && cp /usr/lib/waybill-guard/waybill-guard-agent.jar /opt/x/")
        status, said, _ = self.rpm("-e waybill-guard", code=self.code)
        self.checks.that("erased with it", status == 0 and self.sh("systemctl is-active waybill-guard; ls /usr/bin/waybill-guard /usr/lib/systemd/system/waybill-guard*").out.split() in (["inactive"], ["unknown"]), said[-400:])
        jar = "java -jar /opt/x/waybill-guard-agent.jar"
        self.sh("%s evidence list --json >/share/records" % jar)
        tail = self.tail(lab.Ended(0, lab.read(os.path.join(self.guest.share, "records")), "").lines())
        verified = self.sh("%s evidence verify --json" % jar, 120)
        self.checks.that("the evidence is there and holds, and its last record is the removal", tail[-2:] == ["log.stop uninstall", "agent.install removed"] and '"holds":true' in verified.out, "%s; %s" % (tail[-4:], verified.out[:200] or verified.said()))

    def over(self):
        status, said, took = self.rpm("-i " + self.file(self.mended))
        tail = self.tail(self.records())
        self.checks.that("installed over it: the same log goes on, and says so", status == 0 and self.active() and "agent.install reinstalled" in tail, "%.0f s; %s; %s" % (took, tail[-6:], said[-200:]))
        self.checks.that("still enrolled", self.sh("waybill-guard status --json").out.count('"outlet":"SH-0042"') == 1)


if __name__ == "__main__":
    packages.main(RpmPackages, __doc__)
