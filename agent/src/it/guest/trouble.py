#!/usr/bin/env python3
"""trouble.py RUN_DIR [STEP...]

What goes wrong around the installed agent that only a real systemd and a disk of its own can show, in the rig's guest, against HQ on this
host. STEPs, by default all, in this order:

room        no room for a newer version on the disk
again       the version that runs, installed again, from a folder with Chinese and spaces
hung        the process is stopped by a signal: systemd's watchdog ends it and starts it anew
frozen      its control group is frozen, so that it answers nothing, while a newer version is installed
memory      the kernel kills it at its own limit; then the machine has none left, and who took it is killed instead
writing     the power is cut from outside while records are being written
unpacking   the power is cut while dpkg lays files beside the old ones
exchanging  ... while it puts them in the place of the old ones
configuring ... when the old version has ended and the new one does not run yet
enrolling   a PC that nothing was on: a token that HQ never made; then a good one, and HQ cannot be reached for a while

Of each: the agent runs afterwards, no record is lost that was there or that HQ had witnessed, and the log holds. A power cut here is the end
of the machine at once, with all that is in its memory; what its disk was given before is on it (a disk with a cache of its own that lies is
not shown). The rig's own disk has no journal, which no desk's is without, so the guest is given a copy with one. Needs the jars of "mvn
package" and tune2fs; makes the packages from them. env: RIG, WG_RIG_CACHE or RIG_CACHE. One line a check; exit 0
only when every check passed.
"""
import json
import os
import re
import shutil
import sys
import time

import lab
import packages

PROGRAM = "/usr/lib/waybill-guard"
FOLDER = "/root/面单 安装 包"
ENROL = "/etc/waybill-guard/enrol.env"
KEPT = "/var/lib/waybill-guard-previous"
LAID = PROGRAM + "/waybill-guard-agent.jar.dpkg-new"
# Small programs, all different, as fast as they come: each is to be looked at and written down.
STORM = "mkdir -p /home/courier/storm; for i in $(seq 4000); do { head -c 64 /bin/true; echo $i; } >/home/courier/storm/p$i; done; touch /root/storm.over"


class Trouble(packages.Packages):
    STEPS = ("room", "again", "hung", "frozen", "memory", "writing", "unpacking", "exchanging", "configuring", "enrolling")

    def run(self, steps):
        try:
            return super().run(steps)
        finally:
            shutil.rmtree(os.path.join(self.folder, "rig"), ignore_errors=True)

    # --- what is needed ------------------------------------------------------------------------

    def build(self):
        made = lab.run(["sh", packages.BUILD, "--skip-maven", "--quick", "deb"], 240, env=dict(os.environ, WG_ARCHS="amd64"))
        found = re.search(r"(waybill-guard_(\S+)_amd64\.deb)$", made.out, re.M)
        if made.status != 0 or not found:
            raise lab.Broken("no package was made: " + made.said())
        self.now, first = found[2], os.path.join(packages.TARGET, found[1])
        self.newer = ["%s.%d" % (self.now, n) for n in range(1, 5)]
        self.debs = {self.now: first, **{version: self.as_version(first, version) for version in self.newer}}
        lab.CACHE = self.with_journal()

    def with_journal(self):
        """The rig's guest, on a disk whose file system outlives a power cut."""
        own = os.path.join(self.folder, "rig")
        shutil.rmtree(own, ignore_errors=True)
        os.makedirs(own)
        for name in os.listdir(lab.CACHE):
            if name != "root.img":
                os.symlink(os.path.join(lab.CACHE, name), os.path.join(own, name))
        disk = os.path.join(own, "root.img")
        for words in (["cp", "--sparse=always", os.path.join(lab.CACHE, "root.img"), disk], ["tune2fs", "-O", "has_journal", disk]):
            done = lab.run(words, 120)
            if done.status != 0:
                raise lab.Broken("no disk with a journal: " + done.said())
        return own

    def begin(self):
        super().begin()
        # What is in the share is the host's, and away for a moment when the guest's power is cut.
        self.sh("cp /share/*.deb /root/ && mkdir '%s' && ln /root/*.deb '%s/'" % (FOLDER, FOLDER), 120)
        self.install()

    def install(self):
        self.enrol(self.hq.token())
        self.settings()
        status, said, took = self.dpkg("-i /root/%s.deb" % self.now)
        self.checks.that("installed and enrolled", status == 0 and "Enrolled" in said and self.active(), "%.0f s; %s" % (took, said[-400:]))
        self.workstation = lab.wait_for("HQ to see it", self.hq.workstation, 60, 2)["id"]
        self.known = self.desks()
        lab.wait_for("HQ to witness its records", self.witnessed, 90, 2)

    def settings(self):
        # HQ has what is routine soon, too, and heads often: what it has witnessed is what must not be lost.
        self.sh("printf 'report:\\n  every: 10s\\n  heartbeat: 10s\\nevidence:\\n  checkpoint_every: 1s\\n' >/etc/waybill-guard/agent.yaml")

    def desks(self):
        """What HQ calls the PCs that it knows."""
        return {each["id"] for each in self.hq.on_data("workstations", "--json").json()["workstations"]}

    def witnessed(self):
        return self.hq.workstation(self.workstation).get("witnessed_size") or 0

    def records(self):
        self.sh("waybill-guard evidence list --limit 0 --json >/share/records 2>/share/records.err", 120)
        return [json.loads(line) for line in lab.read(os.path.join(self.guest.share, "records")).splitlines()]

    def state(self):
        return self.sh("dpkg-query -W -f '${Version} ${Status}' waybill-guard").out.strip()

    def sound(self, what, versions, before, at_least=0):
        """Afterwards: one of the versions runs and sees, every record is there, HQ's too, and the log holds. Returns the records since."""
        lab.wait_for("the agent", lambda: self.active() and self.property("StatusText").startswith("ready"), 120, 2)
        records, version = self.records(), self.version().split()[-1]
        held = self.sh("waybill-guard evidence verify --json", 180).out
        there = records[: len(before)] == before and len(records) >= at_least
        figures = "%s; %d records before, %d witnessed by HQ, %d now; %s" % (version, len(before), at_least, len(records), held[:120])
        self.checks.that("%s: it runs, no record is lost, the log holds" % what, version in versions and there and '"holds":true' in held, figures)
        return records[len(before) :]

    def told(self, what, since):
        """The log says that the run before did not end in order, and from when to when nobody watched."""
        starts = [i for i, r in enumerate(since) if r["type"] == "log.start"]
        last = since[starts[-1]] if starts else None
        self.checks.that("%s: the log says that it did not end in order" % what, last is not None and last["event"]["status_detail"] == "unclean", self.tail(since))

    def on(self, what):
        """HQ goes on witnessing the same log: what the desk has now follows from what HQ knows."""
        size = len(self.records())
        lab.wait_for("HQ to witness %s" % what, lambda: self.witnessed() >= size, 120, 2)
        self.checks.that("%s: HQ goes on with the same log" % what, self.desks() == self.known, "%d of its records witnessed; PCs: %s" % (self.witnessed(), self.desks()))

    def boot(self):
        return self.sh("cat /proc/sys/kernel/random/boot_id", 5).out

    def power_cut(self, how):
        """Ends the machine at once by how(), and waits until it has started again."""
        boot = self.boot()
        with self.guest.rig.Qmp(self.guest.run_dir) as channel:
            # The rig's guest ends at a reboot unless it is told to do it.
            channel.cmd("set-action", reboot="reset")
        how()

        def back():
            now = self.boot()
            if now == boot and self.sh("test -e /root/missed", 5).status == 0:
                raise lab.Broken("the moment did not come before the upgrade was over")
            return now not in ("", boot)

        lab.wait_for("the guest to come back", back, 240, 3)

    # --- steps ---------------------------------------------------------------------------------

    def room(self):
        before, pid, version = self.records(), self.property("MainPID"), self.newer[0]
        self.sh("set -- $(stat -f -c '%a %S' /); fallocate -l $(($1 * $2 - 30000000)) /filler")
        status, said, _ = self.dpkg("-i /root/%s.deb" % version)
        self.sh("rm /filler")
        refused = re.search(r"Not enough room on the disk: \d+ MB are free where \S+ is, 64 MB are needed; nothing was changed", said)
        self.checks.that("room: refused with both figures", status == 1 and refused is not None, "exit %s; %s" % (status, said[-500:]))
        untouched = self.property("MainPID") == pid and self.state() == self.now + " install ok installed" and self.sh("test ! -e " + KEPT).status == 0
        self.checks.that("room: the agent that runs was not touched, and nothing is left of it", untouched, self.state())
        self.sound("room", [self.now], before)

    def again(self):
        before, pid = self.records(), self.property("MainPID")
        status, said, took = self.dpkg("-i '%s/%s.deb'" % (FOLDER, self.now))
        over = "Recorded: version %s was installed over the log of an earlier installation." % self.now
        self.checks.that("again: taken, and it says what was there", status == 0 and over in said and self.property("MainPID") != pid, "exit %s, %.0f s; %s" % (status, took, said[-400:]))
        since = self.sound("again", [self.now], before)
        self.checks.that("again: one record of it", [r["event"]["status_detail"] for r in since if r["type"] == "agent.install"] == ["reinstalled"], self.tail(since))

    def hung(self):
        before, pid, began = self.records(), self.property("MainPID"), time.time()
        self.sh("kill -STOP " + pid)
        lab.wait_for("systemd to start it anew", lambda: self.active() and self.property("MainPID") not in (pid, "0"), 300, 3)
        took = time.time() - began
        journal = self.sh("journalctl -u waybill-guard -o short-monotonic --no-pager _PID=1 | sed -n '/Watchdog timeout/,$p'").out
        at_once = "Watchdog timeout" in journal and "status=9/KILL" in journal and "timed out" not in journal
        self.checks.that("hung: systemd's watchdog ends it at once and starts it anew", at_once, "%.0f s; %s" % (took, journal))
        self.checks.that("hung: its memory, with its keys, is written nowhere", self.property("LimitCORE") == "0" and self.property("LimitCORESoft") == "0", self.sh("cat /proc/sys/kernel/core_pattern").out)
        self.told("hung", self.sound("hung", [self.now], before))
        self.on("hung")

    def frozen(self):
        before, pid, version = self.records(), self.property("MainPID"), self.newer.pop(0)
        self.sh("echo 1 >/sys/fs/cgroup/system.slice/waybill-guard.service/cgroup.freeze")
        status, said, took = self.dpkg("-i /root/%s.deb" % version, 400)
        self.checks.that("frozen: the upgrade goes through", status == 0 and self.property("MainPID") != pid, "exit %s, %.0f s; %s" % (status, took, said[-300:]))
        self.now = version
        since = self.sound("frozen", [version], before)
        tail = self.tail(since)
        at = tail.index("agent.install upgraded") if "agent.install upgraded" in tail else 0
        # Seen with systemd 252: it is ended in order, so that even this one still has its last word.
        self.checks.that("frozen: the log tells of the upgrade, once, and how the one before ended", tail.count("agent.install upgraded") == 1 and tail[at - 1] == "log.stop upgrade" and tail[at + 1].startswith("log.start"), tail)

    def memory(self):
        before, pid = self.records(), self.property("MainPID")
        self.sh("systemctl set-property --runtime waybill-guard MemoryMax=16M")
        lab.wait_for("the kernel to kill it", lambda: self.sh("journalctl -u waybill-guard -o cat --no-pager | grep -q \"result 'oom-kill'\"").status == 0, 120, 2)
        self.sh("systemctl set-property --runtime waybill-guard MemoryMax=256M")
        self.told("memory", self.sound("memory", [self.now], before))
        self.checks.that("memory: by systemd, without a hand", self.property("MainPID") not in (pid, "0"), "restarts: " + self.property("NRestarts"))
        before, pid = self.records(), self.property("MainPID")
        # A line without an end is kept in memory until there is none; by itself, since systemd ends the whole unit of who is killed so.
        self.sh("systemd-run -q --wait --unit greedy tail /dev/zero", 200)
        killed = self.sh("dmesg | grep 'Out of memory: Killed' | tail -n 3").out
        self.checks.that("memory: when the machine has none left, who took it is killed, not the agent", "(tail)" in killed and self.active() and self.property("MainPID") == pid, killed[-300:])
        self.sound("memory of the machine", [self.now], before)

    def writing(self):
        before, known = self.records(), []
        self.guest.spawn(STORM)
        lab.wait_for("some of what is written to be witnessed", lambda: self.witnessed() > len(before), 120, 1)

        def pull():
            known.append(self.witnessed())
            with self.guest.rig.Qmp(self.guest.run_dir) as channel:
                channel.cmd("system_reset")

        self.power_cut(pull)
        cut_short = self.sh("test ! -e /root/storm.over").status == 0
        since = self.sound("writing", [self.now], before, known[0])
        self.checks.that("writing: it was in the midst of it", cut_short and len(since) > 1, "%d new records" % len(since))
        self.told("writing", since)
        self.on("writing")

    def cut(self, version, moment, written=False):
        """Begins an upgrade and cuts the power as soon as the moment is there, which is looked for without a pause. What was written until then
        is on the disk where that is wanted; else a journal is seconds behind."""
        begin = "export LANG=en_US.UTF-8 WG_ARCHIVE_SECONDS=0; dpkg -i /root/%s.deb >/root/dpkg.out 2>&1 & pid=$!" % version
        until = "until %s; do kill -0 $pid || { touch /root/missed; exit 1; }; done"
        disk = "kill -STOP $pid; sync; " if written else ""
        words = "rm -f /root/missed; sync; %s; %s; %secho b >/proc/sysrq-trigger" % (begin, "; ".join(until % each for each in moment), disk)
        self.power_cut(lambda: self.guest.spawn(words))

    def mended(self, what, words, version, before, was):
        status, said, took = self.dpkg(words)
        self.checks.that("%s: dpkg %s mends it" % (what, words.split()[0]), status == 0 and self.state() == version + " install ok installed", "exit %s, %.0f s; %s" % (status, took, said[-300:]))
        since = self.sound("%s, mended" % what, [version], before)
        done = [r["event"].get("unmapped", {}) for r in since if r["type"] == "agent.install"]
        self.checks.that("%s: the log tells of one upgrade, with both versions" % what, len(done) == 1 and {"from": was, "to": version}.items() <= done[0].items(), "%s; %s" % (self.tail(since), done))
        self.checks.that("%s: no copy of the version before is left" % what, self.sh("test ! -e " + KEPT).status == 0)
        self.now = version

    def unpacking(self):
        before, version, was = self.records(), self.newer.pop(0), self.now
        self.cut(version, ["[ -e %s ]" % LAID])
        since = self.sound("unpacking", [was], before)
        self.told("unpacking", since)
        self.checks.that("unpacking: dpkg says that it has to be installed again", "reinstall" in self.sh("dpkg --audit").out, self.state())
        self.mended("unpacking", "-i /root/%s.deb" % version, version, before, was)

    def exchanging(self):
        before, version, was = self.records(), self.newer.pop(0), self.now
        self.cut(version, ["[ -e %s ]" % LAID, "[ ! -e %s ]" % LAID], written=True)
        self.told("exchanging", self.sound("exchanging", [was, version], before))
        left = self.sh("ls %s/*.dpkg-new %s/*.dpkg-tmp 2>/dev/null | wc -l" % (PROGRAM, PROGRAM)).out.strip()
        self.checks.that("exchanging: dpkg knows that it is not done", not self.state().endswith(" ok installed"), "%s; %s files between old and new" % (self.state(), left))
        self.mended("exchanging", "-i /root/%s.deb" % version, version, before, was)

    def configuring(self):
        before, version, was = self.records(), self.newer.pop(0), self.now
        self.cut(version, ["! systemctl is-active -q waybill-guard"])
        self.sound("configuring", [version], before)
        self.checks.that("configuring: dpkg knows that it is not done", self.state() in (version + " install ok unpacked", version + " install ok half-configured"), self.state())
        self.mended("configuring", "--configure -a", version, before, was)
        self.on("configuring")

    def enrolling(self):
        check = self.checks.that
        self.dpkg("-P waybill-guard")
        self.sh("rm -rf %s; mkdir -p /etc/waybill-guard" % packages.DATA)
        self.settings()
        token = self.hq.token()
        # Its other half says which HQ made it.
        self.enrol("wg" + token[2:10][::-1] + token[10:])
        status, said, _ = self.dpkg("-i '%s/%s.deb'" % (FOLDER, self.now))
        to_do = "Not enrolled (see the line before), but it records. Correct %s and run %s/enrol." % (ENROL, PROGRAM)
        check("a token that HQ never made: why it is not enrolled, and what to do", status == 0 and "never made this token" in said and to_do in said, "exit %s; %s" % (status, said[-500:]))
        check("it records, HQ knows of nobody, the file waits for root alone", self.active() and self.desks() == self.known and self.sh("stat -c '%%a %%U' %s" % ENROL).out.strip() == "600 root")
        self.sh("systemctl start waybill-guard-enrol")  # as the next start of the machine does
        check("and nobody tries it over and over", self.unit("ActiveState NRestarts") == ["failed", "0"], self.unit("ActiveState NRestarts"))

        before = self.records()
        self.guest.tunnels.pop().stop()
        lab.wait_for("the end of the way to HQ", lambda: self.sh("ss -ltn | grep -q 127.0.0.1:18443").status == 1, 60, 1)
        self.enrol(token)
        status, said, _ = self.dpkg("-i '%s/%s.deb'" % (FOLDER, self.now))
        check("HQ cannot be reached: installed, and it says that it goes on trying", status == 0 and "HQ cannot be reached yet; it is tried again every minute until this PC is enrolled." in said, "exit %s; %s" % (status, said[-500:]))
        lab.wait_for("systemd to wait for the next try", lambda: self.unit("SubState") == ["auto-restart"], 60, 2)
        check("meanwhile it records", self.active() and self.desks() == self.known, self.property("StatusText"))
        self.guest.tunnel(self.hq.port)
        new = lab.wait_for("the enrolment", lambda: self.desks() - self.known, 90, 2)
        lab.wait_for("the end of the unit", lambda: self.unit("ActiveState") == ["inactive"], 60, 2)
        check("when it can be reached again systemd enrols the PC, and the token is gone", len(new) == 1 and self.sh("test ! -e " + ENROL).status == 0, new)
        self.workstation, self.known = *new, self.known | new
        self.sound("enrolling", [self.now], before)
        self.on("enrolling")

    def unit(self, names):
        """Properties of the unit that enrols."""
        return [self.sh("systemctl show -P %s waybill-guard-enrol" % name).out.strip() for name in names.split()]


if __name__ == "__main__":
    packages.main(Trouble, __doc__)
