#!/usr/bin/env python3
"""policy.py RUN_DIR     HQ and four agents as they are shipped: a policy by halves, then by all, one desk away, killed, and the way back

A bad policy is refused before it is signed. A good one goes to half of the desks, then to all; the one that was away has it when it is
back; one is killed (-9) around the moment it takes it, and has it afterwards, once. A program in a hidden place is a finding before the
policy names its hash and none after, without a restart (as root; else skipped aloud). Then back to the first. Each desk's log holds.
On this host, without a guest. Some 2 minutes.
"""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402
from trust import Desk, ShortHq  # noqa: E402


class Policy:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.folder, self.checks, self.hq, self.desks = folder, lab.Checks(), ShortHq(folder), []
        self.hq.life = "90d"

    def at_hq(self, *words, status=0):
        command = lab.JVM + ["-jar", lab.HQ_JAR, "policy"] + list(words) + ["--lang", "en", "--data", self.hq.data]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode != status:
            raise lab.Broken("policy %s: %s %s" % (" ".join(words), done.returncode, done.stderr))
        return done

    def version(self, number):
        all_of_them = json.loads(self.at_hq("list", "--json").stdout)["policies"]
        return next(each for each in all_of_them if each["version"] == number)

    def running(self, number, want, seconds=60):
        lab.wait_for("%d desks with version %d" % (want, number), lambda: self.version(number)["running"] == want, seconds, 1)

    def shows(self, desk, number):
        """What a desk's own status says of its policy, once it is of this version: its status file may be some seconds old."""
        def shown():
            policy = desk.status()["policy"]
            return policy if policy["version"] == number else None
        return lab.wait_for("version %d in the status of %s" % (number, desk.name), shown, 20, 1)

    def write(self, text):
        path = os.path.join(self.folder, "policy.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def publish(self, text, *more):
        return json.loads(self.at_hq("publish", self.write(text), "--json", *more).stdout)

    def run(self):
        began = time.time()
        try:
            self.hq.start()
            for name in ("one", "two", "killed", "away"):
                desk = Desk(self.folder, name).made()
                self.desks.append(desk)
                desk.enroll(self.hq, self.hq.token())
                desk.start()
                desk.id = desk.status()["workstation"]
            self.desks[3].stop()
            self.published()
        except lab.Broken as e:
            self.checks.that("the cases run to their end", False, e)
        finally:
            for desk in self.desks:
                desk.stop()
            self.hq.stop()
        print("took %.0f s" % (time.time() - began), flush=True)
        return self.checks.status()

    def plant(self, number):
        folder = os.path.join(self.folder, ".hidden")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "tool-%d" % number)
        with open("/bin/sleep", "rb") as f:
            content = f.read() + b"%d" % number
        with open(path, "wb") as f:
            f.write(content)
        os.chmod(path, 0o755)
        # Run, since the agents' own native parts fill the hour's count of programs that merely appear in /tmp.
        subprocess.run([path, "1"], check=True, timeout=20)
        return path, hashlib.sha256(content).hexdigest()

    def records(self, desk, kind):
        return desk.cli("evidence", "list", "--json", "--limit", "0", "--kind", kind).lines()

    def told(self, path):
        return [r for r in self.records(self.desks[0], "finding.new") if path in json.dumps(r)]

    def seen(self, path):
        return [r for r in self.records(self.desks[0], "program.new") if path in json.dumps(r)]

    def published(self):
        check = self.checks.that
        refused = self.at_hq("publish", self.write("rules: {usb: {know: []}}\n"), status=2).stderr
        check("a bad policy is refused before it is signed", "policy.yaml:1" in refused, refused)

        live = [s for s in self.desks[0].status()["sensors"] if s["name"] == "program" and s["state"] == "live"]
        first, _ = self.plant(1)
        if live:
            lab.wait_for("the finding about a hidden program", lambda: self.told(first), 30)
        else:
            print("  skipped: new programs cannot be watched here; as root they can", flush=True)
        second_sha = hashlib.sha256(open("/bin/sleep", "rb").read() + b"2").hexdigest()

        first_version = self.publish("title: first\nrules: {usb: {known: [first]}}\n")
        check("it is version 1 and for all", (first_version["version"], first_version["meant"]) == (1, 4), first_version)
        self.running(1, 3)
        check("who is away is behind", self.version(1)["behind"] == [self.desks[3].id], self.version(1))

        text = "title: second\nrules: {programs: {allowed: ['sha256:%s']}}\n" % second_sha
        half = self.publish(text, "--percent", "50")
        meant = half["meant"]
        here = meant - (self.desks[3].id in half["behind"])
        self.running(2, here)
        check("half is some", 0 <= meant <= 4 and self.version(2)["percent"] == 50, half)

        # Killed between the heartbeat that brings it and the next, wherever that falls.
        self.at_hq("widen", "2", "--percent", "100")
        killed = self.desks[2]
        killed.server.stop(signal.SIGKILL)
        killed.start()
        self.running(2, 3)
        check("all that are here go by it", len(self.version(2)["behind"]) == 1, self.version(2))
        changes = [r["event"]["unmapped"].get("version") for r in self.records(killed, "policy.change")]
        check("the killed one tells of each version once", changes == [1, 2], changes)
        results = [r["event"]["unmapped"]["outcome"] for r in self.records(killed, "hq.result")]
        check("and nothing of it was interrupted", set(results) == {"done"}, results)
        shown = self.shows(killed, 2)
        check("its own status says so", shown["title"] == "second", shown)

        if live:
            second, _ = self.plant(2)
            lab.wait_for("the record of the second program", lambda: self.seen(second), 30)
            third, _ = self.plant(3)
            lab.wait_for("the finding about a third", lambda: self.told(third), 30)
            check("a program that the policy names is no finding, without a restart", not self.told(second), self.told(second))

        self.desks[3].start()
        self.running(2, 4)
        away = [r["event"]["unmapped"].get("version") for r in self.records(self.desks[3], "policy.change")]
        check("who was away takes the newest and no other", away in ([2], [1, 2]) and away[-1] == 2, away)

        back = json.loads(self.at_hq("rollback", "1", "--json").stdout)
        check("the way back is a new version", (back["version"], back["again"]) == (3, 1), back)
        self.running(3, 4)
        shown = self.shows(self.desks[0], 3)
        check("the desk shows it", shown["title"] == "first", shown)
        for desk in self.desks:
            verify = desk.cli("evidence", "verify")
            check("%s: its log holds" % desk.id, verify.status == 0, verify.said())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    sys.exit(Policy(os.path.abspath(sys.argv[1])).run())
