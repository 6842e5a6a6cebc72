#!/usr/bin/env python3
"""trust.py RUN_DIR     an agent and HQ as they are shipped, while somebody copies the agent's folder, puts a copy back, starts it twice, and HQ takes its word away

Runs on this host, without a guest and without root: HQ with certificates of short life, and agents with homes of their own. At most 3 minutes.
"""
import os
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402

QUICK = "report:\n  every: 10s\n  heartbeat: 10s\n  backoff_max: 5s\nevidence:\n  checkpoint_every: 1s\n"


class ShortHq(lab.Hq):
    """HQ that wants to be heard every 2 seconds, with certificates that live for 45."""

    life = "45s"

    @property
    def words(self):
        return ["--heartbeat", "2s", "--certificate-life", self.life]


class Desk:
    """An agent with a home of its own."""

    def __init__(self, folder, name):
        self.folder, self.name, self.home = folder, name, os.path.join(folder, name)
        self.starts, self.server = 0, None

    def made(self):
        os.makedirs(os.path.join(self.home, "config"))
        with open(os.path.join(self.home, "config", "agent.yaml"), "w") as f:
            f.write(QUICK)
        return self

    def cli(self, *words, prefix=()):
        return lab.run(list(prefix) + lab.JVM + ["-jar", lab.AGENT_JAR] + list(words) + ["--home", self.home], 60)

    def enroll(self, hq, token):
        return self.cli("enroll", "--hq", hq.facts["agent"], "--token", token)

    def start(self, prefix=()):
        self.starts += 1
        command = list(prefix) + lab.JVM + ["-jar", lab.AGENT_JAR, "run", "--home", self.home]
        self.server = lab.Server(command, self.folder, "%s-%d" % (self.name, self.starts))
        self.server.ready()
        return self

    def stop(self):
        if self.server:
            self.server.stop()

    def status(self):
        return self.cli("status", "--json").json()

    def link(self):
        return self.status()["hq"]["state"]

    def copied(self, name):
        shutil.copytree(self.home, os.path.join(self.folder, name))
        return Desk(self.folder, name)

    def put_back(self, other):
        shutil.rmtree(self.home)
        shutil.copytree(other.home, self.home)


class Trust:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.folder, self.checks, self.hq = folder, lab.Checks(), ShortHq(folder)
        self.desks = []

    def run(self):
        began = time.time()
        try:
            self.hq.start()
            self.renewed()
            self.rolled_back()
            self.cloned()
            self.revoked()
        except lab.Broken as e:
            self.checks.that("the cases run to their end", False, e)
        finally:
            for desk in self.desks:
                desk.stop()
            self.hq.stop()
        print("took %.0f s" % (time.time() - began), flush=True)
        return self.checks.status()

    def desk(self, name, prefix=()):
        desk = Desk(self.folder, name).made()
        self.desks.append(desk)
        enrolled = desk.enroll(self.hq, self.hq.token())
        if enrolled.status != 0:
            raise lab.Broken("%s is not enrolled: %s" % (name, enrolled.said()))
        desk.start(prefix)
        return desk

    def held(self, desk):
        """The workstation at HQ, once it holds everything that the desk has."""
        status = desk.status()
        row = self.hq.workstation(status["workstation"])
        return row if row and row["witnessed_size"] and row["witnessed_size"] >= status["log"]["sealed_size"] > 0 else None

    def renewed(self):
        self.first = desk = self.desk("desk")
        lab.wait_for("the first report", lambda: self.held(desk), 60)
        enrolment = os.path.join(desk.home, "data", "enrolment.json")
        short, began = lab.read(enrolment), time.time()
        lab.wait_for("a renewal", lambda: lab.read(enrolment) != short, 60)
        self.checks.that("a certificate is renewed before its end", True, "after %.0f s of 45" % (time.time() - began))
        # From here on no certificate is to end while it lies in a copy.
        self.hq.stop()
        self.hq.life = "90d"
        self.hq.start()
        second = lab.read(enrolment)
        lab.wait_for("a certificate of long life", lambda: lab.read(enrolment) != second, 60)
        time.sleep(max(0, began + 50 - time.time()))
        lab.wait_for("a report under it", lambda: desk.link() == "connected", 20)
        self.checks.that("after the first one's end the renewed one is taken", True, desk.status()["hq"])

    def rolled_back(self):
        desk = self.desk("old")
        lab.wait_for("a report", lambda: self.held(desk), 60)
        desk.stop()
        copy = desk.copied("old-copy")
        for _ in range(3):
            desk.start()
            lab.wait_for("a report", lambda: self.held(desk), 60)
            desk.stop()
        old = desk.status()["workstation"]
        before = self.hq.workstation(old)
        desk.put_back(copy)
        desk.start()

        def linked():
            row = self.hq.workstation(old)
            return row if row.get("continued_by") else None

        row = lab.wait_for("a new generation", linked, 60)
        new = lab.wait_for("a report of the new log", lambda: self.held(desk), 60)
        self.checks.that("an older copy with its keys: a new log is linked", new["continues"] == old and new["id"] == row["continued_by"], new)
        self.checks.that("both stand as rolled back", row["state"] == new["state"] == "rolled_back", "%s %s" % (row["state"], new["state"]))
        self.checks.that("what HQ held of the old log is as it was", (row["root"], row["witnessed_size"]) == (before["root"], before["witnessed_size"]))
        first = [line for line in desk.cli("evidence", "list", "--json").lines() if line["seq"] == 0]
        self.checks.that("its first record says so", first and first[0]["type"] == "log.recover", first)
        aside = [n for n in os.listdir(os.path.join(desk.home, "data")) if n.startswith("set-aside-")]
        self.checks.that("the copy is set aside whole", len(aside) == 1 and os.path.exists(os.path.join(desk.home, "data", aside[0], "evidence.db")), aside)
        verified = desk.cli("evidence", "verify", "--json")
        self.checks.that("the new log holds", verified.status == 0 and verified.json()["holds"], verified.said())
        cleared = self.hq.on_data("workstation", "clear", new["id"], "--reason", "the disk was exchanged")
        self.checks.that("a person clears it", cleared.status == 0 and self.hq.workstation(new["id"])["state"] == "live", cleared.said())
        desk.stop()

    def cloned(self):
        desk = self.desk("twin")
        lab.wait_for("a report", lambda: self.held(desk), 60)
        desk.stop()
        clone = desk.copied("twin-copy")
        self.desks.append(clone)
        one = desk.status()["workstation"]
        desk.start()
        lab.wait_for("a report", lambda: self.held(desk), 60)
        clone.start()

        # Which alarm it is depends on whose heartbeat comes first: a copy that is behind looks as if it were put back.
        def seen():
            row = self.hq.workstation(one)
            return row if row["state"] in ("cloned", "forked", "rolled_back") else None

        row = lab.wait_for("an alarm about the clone", seen, 60)
        self.checks.that("one folder started twice is seen", True, row["state"])
        bad = ("restricted", "forked", "refused", "rolled_back")
        lab.wait_for("a desk's own word for it", lambda: desk.link() in bad or clone.link() in bad, 60)
        self.checks.that("one of the two says so", True, "%s, %s" % (desk.link(), clone.link()))
        for each in (desk, clone):
            each.stop()

    def revoked(self):
        desk, one = self.first, self.first.status()["workstation"]
        said = self.hq.on_data("workstation", "revoke", one, "--reason", "the PC was stolen")
        self.checks.that("revoke", said.status == 0, said.said())
        lab.wait_for("the desk to hear of it", lambda: desk.link() == "revoked", 60)
        self.checks.that("the desk says that it is revoked", True, desk.status()["hq"]["detail"])
        size = desk.status()["log"]["size"]
        desk.stop()
        again = desk.enroll(self.hq, self.hq.token("SH-0043"))
        self.checks.that("it enrols again with a new token", again.status == 0, again.said())
        # With a clock that is ten years behind: HQ's certificate is not yet valid by it.
        desk.start(["faketime", "-f", "-3650d"] if shutil.which("faketime") else [])
        # Two answers of one desk, a moment apart: its report may be held before its own status says that it is connected.
        lab.wait_for("a report", lambda: size > 0 and self.held(desk) and desk.link() == "connected", 60)
        self.checks.that("and reports again, also with a clock ten years behind", True, desk.status()["hq"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(Trust(os.path.abspath(sys.argv[1])).run())
