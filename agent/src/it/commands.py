#!/usr/bin/env python3
"""commands.py RUN_DIR     HQ and an agent as they are shipped: hold, pull and erase, given at HQ's command line

What HQ commands is in the desk's own log before and after it is done; what is erased is in no file of either; the
bundles from before and after the erasure both verify. On this host, without a guest and without root. At most 2 minutes.
"""
import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402
from trust import Desk, ShortHq  # noqa: E402

PASSWORD = "correct horse battery"


class Commands:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.folder, self.checks, self.hq, self.desk = folder, lab.Checks(), ShortHq(folder), None
        self.hq.life = "90d"

    def at_hq(self, *words):
        command = lab.JVM + ["-jar", lab.HQ_JAR] + list(words) + ["--data", self.hq.data, "--lang", "en"]
        done = subprocess.run(command, input=PASSWORD + "\n", capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise lab.Broken("%s: %s %s" % (" ".join(words), done.returncode, done.stderr))
        return done.stdout.strip()

    def give(self, *words):
        return self.at_hq("command", "give", *words, "--workstation", self.id, "--reason", "case 7", "--by", "lin").split()[0]

    def state(self, command):
        for each in json.loads(self.at_hq("command", "list", "--workstation", self.id, "--json"))["commands"]:
            if each["id"] == command:
                return each["states"][0] if each["states"] else {"state": "waiting"}
        raise lab.Broken("HQ has no command %s" % command)

    def done(self, command):
        lab.wait_for("command %s" % command[:8], lambda: self.state(command)["state"] == "done", 40)
        return self.state(command)

    def run(self):
        began = time.time()
        try:
            self.hq.start()
            self.desk = Desk(self.folder, "desk").made()
            self.desk.enroll(self.hq, self.hq.token())
            self.desk.start()
            self.id = self.desk.status()["workstation"]
            for name, role in (("lin", "investigator"), ("zhao", "admin")):
                self.at_hq("user", "add", name, "--role", role)
            lab.wait_for("the first report", self.held, 40)
            self.held_and_erased()
        except lab.Broken as e:
            self.checks.that("the cases run to their end", False, e)
        finally:
            if self.desk:
                self.desk.stop()
            self.hq.stop()
        print("took %.0f s" % (time.time() - began), flush=True)
        return self.checks.status()

    def held(self):
        row = self.hq.workstation(self.id)
        return row and row["witnessed_size"] and row["witnessed_size"] >= self.desk.status()["log"]["sealed_size"] > 0

    def held_and_erased(self):
        check = self.checks.that
        hold = self.done(self.give("hold", "--records", "0-0", "--case", "HZ-7"))
        check("a hold is placed and HQ hears of it", '"placed":1' in hold["counts"], hold)
        types = self.types()
        at = [t for t in types if t in ("hq.cmd", "log.hold", "hq.result")]
        check("the desk's log has the command before and the result after", at == ["hq.cmd", "log.hold", "hq.result"], types)

        pull = self.done(self.give("pull", "--records", "0-2"))
        check("content that is asked for comes", '"sent":3' in pull["counts"], pull)
        before = os.path.join(self.folder, "before.zip")
        self.at_hq("evidence", "pull", "--workstation", self.id, "-o", before)

        erase = self.give("erase", "--records", "0-1")
        time.sleep(5)
        check("an erasure waits for a second person", self.state(erase)["state"] == "waiting", self.state(erase))
        self.at_hq("command", "approve", erase, "--by", "zhao")
        result = self.done(erase)
        check("the desk erased what is not held", '"erased":1' in result["counts"] and '"held":1' in result["counts"], result)
        lab.wait_for("the last report", self.held, 40)
        after = os.path.join(self.folder, "after.zip")
        self.at_hq("evidence", "pull", "--workstation", self.id, "-o", after)
        for bundle in (before, after):
            verified = lab.run(lab.JVM + ["-jar", lab.HQ_JAR, "evidence", "verify", bundle], 60)
            check("%s holds" % os.path.basename(bundle), verified.status == 0, verified.said()[-300:])
        names = [subprocess.run(["unzip", "-Z1", b], capture_output=True, text=True).stdout for b in (before, after)]
        check("the content of record 1 was in the first bundle and is not in the second",
              "/1.0.body" in names[0] and "/1.0.body" not in names[1], names[1][-300:])
        check("what is held is in both", all("/0.0.body" in n for n in names))
        verify = self.desk.cli("evidence", "verify")
        check("the desk's own log holds", verify.status == 0, verify.said())
        shown = self.desk.cli("evidence", "show", "1", "--lang", "en").said()
        check("the desk shows the record without its content", "erased" in shown, shown)

    def types(self):
        return [record["type"] for record in self.desk.cli("evidence", "list", "--json", "--limit", "0").lines()]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    sys.exit(Commands(os.path.abspath(sys.argv[1])).run())
