#!/usr/bin/env python3
"""packages.py RUN_DIR [STEP...]

The agent's Debian package in the rig's guest with systemd, against HQ on this host: silent installation with enrolment,
kill -9, reboot, an upgrade while it runs, an upgrade that does not become ready, a step back, removal with HQ's code only,
installation over the log that was left, purge. Needs the jars of "mvn package"; makes the packages from them.
env: RIG, WG_RIG_CACHE or RIG_CACHE. One line a check; exit 0 only when every check passed.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time

import lab

BUILD = os.path.join(lab.CHECKOUT, "installer", "build.sh")
TARGET = os.path.join(lab.CHECKOUT, "installer", "target")
SLIM = os.path.join(lab.CHECKOUT, "installer", "lib", "slim.py")
DATA = "/var/lib/waybill-guard"


class Packages:
    """A package in the guest, in steps, each of them a method; by default all, in this order."""

    STEPS = ("install", "killed", "reboot", "upgrade", "rolled_back", "step_back", "code_asked", "removed", "over", "purged")
    AFTERMATH = "journalctl -u waybill-guard -n 60 --no-pager; dpkg --audit"

    def __init__(self, folder):
        self.folder, self.checks = folder, lab.Checks()
        self.hq, self.guest = lab.Hq(folder), lab.Guest(folder)

    def run(self, steps):
        try:
            self.build()
            self.begin()
            for step in steps:
                print("-- " + step, flush=True)
                getattr(self, step)()
        except lab.Broken as e:
            self.checks.that("the scenario runs to its end", False, e)
            print(self.sh(self.AFTERMATH).out[-4000:])
        finally:
            self.guest.stop()
            self.hq.stop()
        return self.checks.status()

    # --- what is needed ------------------------------------------------------------------------

    def build(self):
        made = lab.run(["sh", BUILD, "--skip-maven", "deb"], 240, env=dict(os.environ, WG_ARCHS="amd64"))
        found = re.search(r"(waybill-guard_(\S+)_amd64\.deb)$", made.out, re.M)
        if made.status != 0 or not found:
            raise lab.Broken("no package was made: " + made.said())
        self.now, first = found[2], os.path.join(TARGET, found[1])
        self.checks.that("the package is made", True, "%s, %d bytes" % (found[1], os.path.getsize(first)))
        self.next, self.broken = self.now + ".1", self.now + ".2"
        self.debs = {
            self.now: first,
            self.next: self.as_version(first, self.next),
            # One whose Java does not start, as a half-tested release might be.
            self.broken: self.as_version(first, self.broken, "-XX:+NoSuchOptionAtAll"),
        }

    def as_version(self, deb, version, option=""):
        """The same program under another version."""
        tree = os.path.join(self.folder, version)
        shutil.rmtree(tree, ignore_errors=True)
        lab.run(["dpkg-deb", "-R", deb, tree])
        for part, line in (
            ("DEBIAN/control", r"(?m)^(Version: ).*$"),
            ("DEBIAN/preinst", r"(?m)^(version=).*$"),
            ("DEBIAN/postinst", r"(?m)^(version=).*$"),
            ("DEBIAN/prerm", r"(?m)^(version=).*$"),
            ("usr/lib/waybill-guard/version", r"(?m)^()\S+$"),
        ):
            path = os.path.join(tree, part)
            changed, times = re.subn(line, lambda m: m[1] + version, lab.read(path))
            if times != 1:
                raise lab.Broken("%s does not say its version once" % part)
            with open(path, "w", encoding="utf-8") as f:
                f.write(changed)
        with open(os.path.join(tree, "usr/lib/waybill-guard/jvm.options"), "a", encoding="utf-8") as f:
            f.write(option + "\n")
        jar = os.path.join(tree, "usr/lib/waybill-guard/waybill-guard-agent.jar")
        env = dict(os.environ, SOURCE_DATE_EPOCH="1800000000")
        slim = lab.run([sys.executable, SLIM, jar, jar + ".new", "linux-amd64", version], env=env)
        os.replace(jar + ".new", jar)
        made = lab.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, tree + ".deb"])
        if slim.status != 0 or made.status != 0:
            raise lab.Broken("no package of %s: %s %s" % (version, slim.said(), made.said()))
        return tree + ".deb"

    def begin(self):
        self.hq.start()
        print("guest: " + self.guest.boot(), flush=True)
        self.guest.tunnel(self.hq.port)
        for version, deb in self.debs.items():
            shutil.copyfile(deb, os.path.join(self.guest.share, "%s.deb" % version))

    def enrol(self, token, *more):
        """Leaves what a roll-out leaves for the installation."""
        lines = ["WG_HQ=https://127.0.0.1:18443", "WG_TOKEN=" + token, "WG_CA_SHA256=" + self.hq.facts["ca_sha256"], *more]
        with open(os.path.join(self.guest.share, "enrol.env"), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        self.sh("mkdir -p /etc/waybill-guard && cp /share/enrol.env /etc/waybill-guard/")

    def sh(self, command, seconds=60):
        return self.guest.sh("export LANG=en_US.UTF-8; " + command, seconds)

    def dpkg(self, words, seconds=240, first=False, code=""):
        begin = time.time()
        # Classes are laid out at the first installation only: here that takes longer than all the rest of a step, and longer than on a desk.
        quick = "WG_ARCHIVE_SECONDS=%d " % (60 * lab.PATIENCE if first else 0)
        quick += "WG_CODE='%s' " % code if code else ""
        ended = self.sh("%sdpkg %s >/share/dpkg.out 2>&1" % (quick, words), seconds)
        return ended.status, lab.read(os.path.join(self.guest.share, "dpkg.out")), time.time() - begin

    def records(self):
        self.sh("waybill-guard evidence list --json >/share/records 2>/share/records.err", 60)
        text = lab.read(os.path.join(self.guest.share, "records"))
        return [json.loads(line) for line in text.splitlines()]

    def tail(self, records):
        """Type and what it says of itself: why it stopped, how the time before ended, what was installed."""
        return ["%s %s" % (r["type"], r["event"].get("unmapped", {}).get("reason") or r["event"].get("status_detail", "")) for r in records]

    def active(self):
        return self.sh("systemctl is-active waybill-guard").out.strip() == "active"

    def property(self, name):
        return self.sh("systemctl show -P %s waybill-guard" % name).out.strip()

    def version(self):
        return self.sh("waybill-guard --version").out.strip()

    # --- steps ---------------------------------------------------------------------------------

    def install(self):
        check = self.checks.that
        self.sh("mkdir -p /srv/scan '/srv/面单 图片'")
        self.enrol(self.hq.token(), "WG_SCAN=/srv/scan, /srv/面单 图片")
        status, said, took = self.dpkg("-i /share/%s.deb" % self.now, first=True)
        check("installs and enrols without a question", status == 0 and "Enrolled" in said, "%.0f s; %s" % (took, said[-600:]))
        check("it runs, and systemd was told that it is ready", self.active() and self.property("StatusText").startswith("ready sensors="), self.property("StatusText"))
        check("every sensor is live inside the unit's limits", self.property("StatusText").endswith("blind="), self.property("StatusText"))
        check("the token is nowhere on the disk", self.sh("test ! -e /etc/waybill-guard/enrol.env && ! grep -rqs \"$(sed -n s/^WG_TOKEN=//p /share/enrol.env)\" /etc /var/lib /var/log /run").status == 0)
        check("the scan folders are settings", "面单 图片" in self.sh("waybill-guard config check >/share/c; cat /etc/waybill-guard/agent.yaml").out)
        check("evidence and keys are root's alone", self.sh("stat -c '%%a %%U' %s" % DATA).out.strip() == "700 root")
        check("classes were laid out", self.sh("stat -c %s /var/cache/waybill-guard/agent.jsa").out.strip().isdigit(), self.sh("stat -c %s /var/cache/waybill-guard/agent.jsa").out)
        mapped = self.sh("grep -c agent.jsa /proc/$(systemctl show -P MainPID waybill-guard)/maps").out.strip()
        check("and the running agent uses them", mapped.isdigit() and int(mapped) > 0, mapped)
        self.workstation = lab.wait_for("HQ to see it", lambda: self.hq.workstation(), 60, 2)
        lab.wait_for("HQ to witness its records", lambda: self.hq.workstation().get("witnessed_size"), 90, 2)
        check("HQ has witnessed its records", True, json.dumps(self.hq.workstation())[:300])
        kinds = [r["type"] for r in self.records()]
        check("the log begins with the installation", kinds[:2] == ["agent.install", "log.start"], kinds[:6])
        score = self.sh("systemd-analyze security --no-pager waybill-guard | tail -n 1").out.strip()
        figure = re.search(r": ([0-9.]+) ", score)
        check("systemd's judgement of the unit is no worse than OK", figure is not None and float(figure[1]) < 5.0, score)
        rss = self.sh("grep VmRSS /proc/$(systemctl show -P MainPID waybill-guard)/status").out
        print("memory: %s; tasks %s" % (rss.strip(), self.property("TasksCurrent")), flush=True)
        check("the watchdog of systemd watches", self.property("WatchdogUSec") == "3min", self.property("WatchdogUSec"))
        check("the manual is there", self.sh("man -w waybill-guard || test -f /usr/share/man/man1/waybill-guard.1.gz").status == 0)

    def killed(self):
        before = self.property("MainPID")
        self.sh("kill -9 %s" % before)
        lab.wait_for("the agent to come back", lambda: self.active() and self.property("MainPID") not in (before, "0"), 90, 1)
        last = lab.wait_for("the record of the new start", lambda: [r for r in self.records() if r["type"] == "log.start"][1:], 60, 2)[-1]
        self.checks.that("kill -9: systemd starts it anew, and the log says so", last["event"]["status_detail"] == "unclean", last["summary"])

    def reboot(self):
        # The rig's guest ends at a reboot unless it is told to do it.
        with self.guest.rig.Qmp(self.guest.run_dir) as channel:
            channel.cmd("set-action", reboot="reset")
        boot = self.sh("cat /proc/sys/kernel/random/boot_id").out
        self.guest.spawn("systemctl reboot")
        lab.wait_for("the guest to come back", lambda: self.sh("cat /proc/sys/kernel/random/boot_id", 5).out not in ("", boot), 120, 3)
        lab.wait_for("the agent after the reboot", self.active, 120, 2)
        tail = self.tail(self.records())
        self.checks.that("reboot: it starts by itself, and the end before was the machine's", "log.stop shutdown" in tail and tail[tail.index("log.stop shutdown") + 1] == "log.start clean", tail[-12:])

    def upgrade(self):
        check = self.checks.that
        before = self.records()
        origin = self.sh("waybill-guard status --json").out
        status, said, took = self.dpkg("-i /share/%s.deb" % self.next)
        check("upgrades while it runs", status == 0 and self.active() and self.version().endswith(self.next), "%.0f s; %s" % (took, said[-500:]))
        records = self.records()
        check("every record is still there", records[: len(before)] == before, "%d before, %d after" % (len(before), len(records)))
        tail = self.tail(records[len(before) :])
        at = tail.index("agent.install upgraded") if "agent.install upgraded" in tail else -1
        check("the log tells of it between end and start", at > 0 and tail[at - 1] == "log.stop upgrade" and tail[at + 1] == "log.start clean", tail)
        check("enrolment and log are the same", json.loads(origin)["log"]["origin"] == json.loads(self.sh("waybill-guard status --json").out)["log"]["origin"])
        check("settings are kept", "面单 图片" in self.sh("cat /etc/waybill-guard/agent.yaml").out)
        size = len(before) + at + 2  # the new start; what follows quietly is reported every five minutes
        lab.wait_for("HQ to witness the log's new start", lambda: (self.hq.workstation().get("witnessed_size") or 0) >= size, 90, 2)
        check("HQ goes on witnessing the same log", self.hq.workstation()["id"] == self.workstation["id"])

    def rolled_back(self):
        check = self.checks.that
        status, said, took = self.dpkg("-i /share/%s.deb" % self.broken, 400)
        check("an upgrade that does not start ends in failure and says what was done", status != 0 and "was rolled back, and version %s runs" % self.next in said, "%.0f s; %s" % (took, said[-900:]))
        check("the version before runs", self.active() and self.version().endswith(self.next), self.version())
        tail = self.tail(self.records())
        check("and the log tells of it", "agent.install rolled_back" in tail, tail[-6:])
        configured = self.dpkg("--configure -a")
        check("configuring again does not pretend", configured[0] != 0 and "Install a package again" in configured[1], configured[1][-400:])
        status, said, _ = self.dpkg("-i /share/%s.deb" % self.next)
        check("the package of the running version mends the state", status == 0 and self.active(), said[-500:])
        check("for dpkg too", self.sh("dpkg-query -W -f '${Version} ${Status}' waybill-guard").out.strip() == self.next + " install ok installed")

    def step_back(self):
        before = self.property("MainPID")
        status, said, _ = self.dpkg("-i /share/%s.deb" % self.now)
        self.checks.that("a step back is refused with both versions and what to do", status != 0 and "This PC has version %s, which cannot be replaced by the older %s" % (self.next, self.now) in said, said[-900:])
        self.checks.that("and the agent was not touched", self.property("MainPID") == before and self.version().endswith(self.next), self.version())

    def typed(self, *words):
        """HQ's command, by an administrator of that password."""
        command = lab.JVM + ["-jar", lab.HQ_JAR] + list(words) + ["--data", self.hq.data]
        told = subprocess.run(command, input="correct horse battery\n", capture_output=True, text=True, timeout=180)
        if told.returncode != 0:
            raise lab.Broken("%s: %s" % (" ".join(words), told.stderr.strip()))
        return told.stdout.strip()

    def refused(self, why, words, code, said_of_it):
        def recorded():
            return self.tail(self.records()).count("agent.install removal_refused")

        pid, before = self.property("MainPID"), recorded()
        status, said, _ = self.dpkg(words, code=code)
        after = recorded()
        untouched = self.active() and self.property("MainPID") == pid
        self.checks.that("%s: refused, recorded, and it goes on watching" % why, status != 0 and said_of_it in said and after == before + 1 and untouched, said[-500:])

    def code_asked(self):
        self.typed("user", "add", "wang", "--role", "admin")
        # What the command reads at each removal, without a new start.
        self.sh("printf 'removal:\\n  code_required: true\\n' >>/etc/waybill-guard/agent.yaml")
        self.refused("removal without HQ's code", "-r waybill-guard", "", "Removing it takes a code from HQ")
        self.refused("with a wrong one", "-r waybill-guard", "0000-0000-0000-0000", "The code is wrong")
        self.code = self.typed("workstation", "removal-code", self.workstation["id"], "--reason", "trial", "--by", "wang").split()[0]

    def removed(self):
        check = self.checks.that
        before = len(self.records())
        # As people type what they are told over the phone.
        self.sh("echo '%s' >/etc/waybill-guard/removal-code" % self.code.lower().replace("-", " "))
        status, said, _ = self.dpkg("-r waybill-guard")
        check("the code in the file was used and is gone", self.sh("test ! -e /etc/waybill-guard/removal-code").status == 0)
        check("removal", status == 0 and self.sh("systemctl is-active waybill-guard; test -e /usr/bin/waybill-guard").status != 0, said[-400:])
        self.sh("mkdir -p /tmp/x && dpkg-deb -x /share/%s.deb /tmp/x" % self.next)
        jar = "java -jar /tmp/x/usr/lib/waybill-guard/waybill-guard-agent.jar"
        self.sh("%s evidence list --json >/share/records" % jar)
        tail = self.tail([json.loads(l) for l in lab.read(os.path.join(self.guest.share, "records")).splitlines()][before:])
        check("its last words are in the log it leaves", tail[-2:] == ["log.stop uninstall", "agent.install removed"], tail)
        verified = self.sh("%s evidence verify --json" % jar, 120)
        check("which still holds", '"holds":true' in verified.out, verified.out[:300] or verified.said())

    def over(self):
        status, said, _ = self.dpkg("-i /share/%s.deb" % self.next)
        tail = self.tail(self.records())
        self.checks.that("installed over it: the same log goes on, and says so", status == 0 and "agent.install reinstalled" in tail, tail[-6:])
        self.checks.that("still enrolled", self.sh("waybill-guard status --json").out.count('"outlet":"SH-0042"') == 1)

    def purged(self):
        self.refused("purge by the code that was used", "-P waybill-guard", self.code, "This code was used before")
        self.sh("sed -i '/^removal:/,$d' /etc/waybill-guard/agent.yaml")
        status, said, _ = self.dpkg("-P waybill-guard")
        left = self.sh("ls /etc/waybill-guard /usr/lib/waybill-guard /var/cache/waybill-guard /var/log/waybill-guard 2>/dev/null; ls %s" % DATA)
        self.checks.that("purge leaves evidence and keys, nothing else, and says so", status == 0 and "evidence.db" in left.out and "keys" in left.out and ":" not in left.out and "stay in " + DATA in said, left.out + said[-300:])


def main(scenario, doc):
    """The command line of a scenario of packages."""
    named = sys.argv[2:] or scenario.STEPS
    if len(sys.argv) < 2 or set(named) - set(scenario.STEPS):
        sys.exit(doc)
    os.makedirs(sys.argv[1], exist_ok=True)
    sys.exit(scenario(os.path.abspath(sys.argv[1])).run(named))


if __name__ == "__main__":
    main(Packages, __doc__)
