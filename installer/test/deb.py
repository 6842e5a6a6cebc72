#!/usr/bin/env python3
"""deb.py OUT

What goes wrong around the agent's .deb, done by dpkg itself in a copy of this machine that is thrown away (an overlay in namespaces of its
own), against HQ on this host: no room, a folder with Chinese and spaces, a token that HQ never made, HQ that cannot be reached, a package
that is installed already, dpkg killed while it unpacks, what is in /run lost between unpacking and configuring, as in a power cut. Of each:
what is said, the exit code, the state afterwards. Root on Debian; needs the jars of "mvn package"; makes the packages from them. No systemd
runs there: what it does with the service is shown in the guest (agent/src/it/guest).
One line a check; exit 0 only when every check passed.
"""
import os
import re
import shutil
import sys

import rpm
from rpm import lab

FOLDER = "/root/面单 安装 包"
ENROL = "/etc/waybill-guard/enrol.env"
PROGRAM = "/usr/lib/waybill-guard"
KEPT = "/var/lib/waybill-guard-previous"
DATA = rpm.DATA


def build(version, folder):
    """The package of a version, in this folder."""
    env = dict(os.environ, WG_ARCHS="amd64")
    made = lab.run(["sh", rpm.BUILD, "--skip-maven", "--quick", "--as-version", version, "deb"], 240, env=env)
    path = os.path.join(rpm.TARGET, "waybill-guard_%s_amd64.deb" % version)
    if made.status != 0:
        raise lab.Broken("no package was made: " + made.said())
    return shutil.move(path, os.path.join(folder, "%s.deb" % version))


class Deb:
    def __init__(self, out):
        self.out, self.checks, self.hq, self.root = out, lab.Checks(), lab.Hq(out), None
        self.now = re.search(r"<version>(.*)</version>", lab.read(os.path.join(lab.CHECKOUT, "pom.xml")))[1]
        self.next, self.last, self.newest = (self.now + ".%d" % n for n in (1, 2, 3))

    def run(self):
        try:
            debs = [build(version, self.out) for version in (self.now, self.next, self.last, self.newest)]
            self.hq.start()
            self.root = rpm.Root(self.out)
            self.sh("mkdir -p '%s' && cp %s '%s/'" % (FOLDER, " ".join("'%s'" % deb for deb in debs), FOLDER))
            self.no_room()
            self.bad_token()
            self.no_network()
            self.full()
            self.killed()
            self.power_cut()
            self.power_cut_and_again()
        except lab.Broken as e:
            self.checks.that("the scenario runs to its end", False, e)
        finally:
            if self.root:
                self.root.close()
            self.hq.stop()
        return self.checks.status()

    # --- what is needed ------------------------------------------------------------------------

    def sh(self, line, timeout=240):
        return self.root.sh("export WG_ARCHIVE_SECONDS=0; " + line, timeout)

    def dpkg(self, version):
        ended = self.sh("dpkg -i '%s/%s.deb'" % (FOLDER, version))
        return ended.status, ended.out + ended.err

    def enrol(self, hq, token):
        # Not by a file of this machine: what changes there while the overlay is over it may not be seen in it.
        self.sh("mkdir -p /etc/waybill-guard && printf 'WG_HQ=%s\nWG_TOKEN=%s\nWG_CA_SHA256=%s\n' >{}".format(ENROL) % (hq, token, self.hq.facts["ca_sha256"]))

    def state(self):
        return self.sh("dpkg-query -W -f '${Version} ${Status}' waybill-guard").out.strip()

    def records(self):
        return self.sh("waybill-guard evidence list --json").lines()

    def sound(self, what, version, before):
        """Afterwards: that version is there, every record is, and the log holds. Returns what installers did since."""
        records = self.records()
        said, held = self.sh("waybill-guard --version").out.strip(), self.sh("waybill-guard evidence verify --json").out
        self.checks.that("%s: version %s, no record is lost, the log holds" % (what, version), said.endswith(version) and records[: len(before)] == before and '"holds":true' in held, "%s; %d records before, %d now" % (said, len(before), len(records)))
        return [(r["event"]["status_detail"], r["event"].get("unmapped")) for r in records[len(before) :] if r["type"] == "agent.install"]

    # --- steps ---------------------------------------------------------------------------------

    def no_room(self):
        self.sh("mkdir -p %s && mount -t tmpfs -o size=8m tmpfs %s" % (DATA, DATA))
        status, said = self.dpkg(self.now)
        wanted = "Not enough room on the disk: 8 MB are free where %s is, 64 MB are needed; nothing was changed. Free some space, then install again." % DATA
        self.checks.that("no room for the evidence: refused, with both figures and what to do", status == 1 and wanted in said, "exit %s; %s" % (status, said[-500:]))
        left = self.sh("ls -d /usr/bin/waybill-guard %s /lib/systemd/system/waybill-guard* %s/* 2>/dev/null" % (PROGRAM, DATA)).out
        self.checks.that("and nothing of it is there", left == "", left)
        chinese = self.sh("LANG=zh_CN.UTF-8 dpkg -i '%s/%s.deb'" % (FOLDER, self.now))
        self.checks.that("in Chinese too", "还剩 8 MB，需要 64 MB，什么都没有改。请腾出空间，再安装一次。" in chinese.out + chinese.err, chinese.said())
        self.sh("umount " + DATA)

    def bad_token(self):
        token = self.hq.token()
        # Its other half says which HQ made it.
        self.enrol(self.hq.facts["agent"], "wg" + token[2:10][::-1] + token[10:])
        status, said = self.dpkg(self.now)
        what_to_do = "Not enrolled (see the line before), but it records. Correct %s and run %s/enrol." % (ENROL, PROGRAM)
        self.checks.that("a token that HQ never made: installed, from a folder with Chinese and spaces, and it says why it is not enrolled and what to do", status == 0 and what_to_do in said and "never made this token" in said, "exit %s; %s" % (status, said[-500:]))
        self.checks.that("the file with the token waits to be corrected, for root alone", self.sh("stat -c '%%a %%U' %s" % ENROL).out.strip() == "600 root")
        self.checks.that("HQ knows of nobody", self.hq.workstation() is None, self.hq.workstation())
        acts = self.sound("after it", self.now, [])
        self.checks.that("the log begins with the installation", [act for act, _ in acts] == ["installed"], acts)

    def no_network(self):
        before = self.records()
        self.enrol("https://127.0.0.1:1", self.hq.token())
        status, said = self.dpkg(self.now)
        self.checks.that("the same version again, HQ cannot be reached: installed, and it says that it goes on trying", status == 0 and "HQ cannot be reached yet; it is tried again every minute until this PC is enrolled." in said, "exit %s; %s" % (status, said[-500:]))
        acts = self.sound("after it", self.now, before)
        self.checks.that("and it is a record", [act for act, _ in acts] == ["reinstalled"], acts)
        again = self.sh(PROGRAM + "/enrol")
        self.checks.that("what systemd runs each minute ends with 3, and names the HQ", again.status == 3 and "127.0.0.1:1" in again.err, again.said())
        self.sh("sed -i 's,^WG_HQ=.*,WG_HQ=%s,' %s" % (self.hq.facts["agent"], ENROL))
        again = self.sh(PROGRAM + "/enrol")
        self.checks.that("when HQ can be reached it enrols, and the token is gone", again.status == 0 and self.hq.workstation() is not None and self.sh("test ! -e " + ENROL).status == 0, again.said())

    def full(self):
        before = self.records()
        # What the copy of this machine is written to has 1 GB; room for some records is left.
        self.sh("set -- $(stat -f -c '%f %S' /); fallocate -l $(($1 * $2 - 6000000)) /filler")
        status, said = self.dpkg(self.next)
        self.checks.that("a full disk: the upgrade is refused before anything is changed", status == 1 and "Not enough room on the disk" in said and self.state() == self.now + " install ok installed" and self.sh("ls -d %s* 2>/dev/null" % KEPT).out == "", "exit %s; %s; %s" % (status, self.state(), said[-500:]))
        self.sh("rm /filler")
        self.sound("after it", self.now, before)

    def killed(self):
        before = self.records()
        met = self.sh("dpkg -i '%s/%s.deb' & pid=$!; until [ -e %s/waybill-guard-agent.jar.dpkg-new ]; do kill -0 $pid || exit 9; done; kill -9 $pid" % (FOLDER, self.next, PROGRAM))
        audit = self.sh("dpkg --audit").out
        self.checks.that("dpkg killed while it unpacks: it says that the package has to be installed again", met.status == 0 and self.state() == self.now + " install reinstreq half-installed" and "reinstall" in audit, "%s; %s; %s" % (met.status, self.state(), audit))
        self.sound("until then", self.now, before)
        status, said = self.dpkg(self.next)
        self.checks.that("installing it again mends that", status == 0 and self.state() == self.next + " install ok installed", said[-300:])
        acts = self.sound("after it", self.next, before)
        self.checks.that("and the log tells of one upgrade, with both versions", [act for act, _ in acts] == ["upgraded"] and acts[0][1] == {"from": self.now, "to": self.next}, acts)
        self.checks.that("no copy of the version before is left", self.sh("test ! -e " + KEPT).status == 0)

    def power_cut(self):
        before = self.records()
        self.sh("dpkg --unpack '%s/%s.deb'; mount -t tmpfs tmpfs /run" % (FOLDER, self.last))
        self.sound("the power cut between unpacking and configuring", self.last, before)
        ended = self.sh("dpkg --configure -a")
        self.checks.that("dpkg --configure -a ends it", ended.status == 0 and self.state() == self.last + " install ok installed", ended.said())
        acts = self.sound("after it", self.last, before)
        self.checks.that("and the log tells of an upgrade, with both versions", [act for act, _ in acts] == ["upgraded"] and acts[0][1] == {"from": self.next, "to": self.last}, acts)
        self.checks.that("no copy of the version before is left", self.sh("test ! -e " + KEPT).status == 0)

    def power_cut_and_again(self):
        before = self.records()
        self.sh("dpkg --unpack '%s/%s.deb'; mount -t tmpfs tmpfs /run" % (FOLDER, self.newest))
        status, said = self.dpkg(self.newest)
        self.checks.that("the same, and the package is installed again", status == 0 and self.state() == self.newest + " install ok installed", said[-300:])
        acts = self.sound("after it", self.newest, before)
        self.checks.that("the log tells of an upgrade all the same, with both versions", [act for act, _ in acts] == ["upgraded"] and acts[0][1] == {"from": self.last, "to": self.newest}, acts)
        self.checks.that("no copy of the version before is left", self.sh("test ! -e " + KEPT).status == 0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    sys.exit(Deb(os.path.abspath(sys.argv[1])).run())
