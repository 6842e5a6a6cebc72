#!/usr/bin/env python3
"""sweep.py RUN_DIR     HQ and three agents as they are shipped: a sweep, one desk away until later, and the report

A file is planted; a sweep for its path is published at HQ's command line. Two desks find it while the third is away; it
runs the sweep when it is back. Each desk's own log has the command, the hunt and the result, and holds; the report proves
itself. On this host, without a guest and without root. At most 3 minutes.
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


class Sweep:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.folder, self.checks, self.hq, self.desks = folder, lab.Checks(), ShortHq(folder), []
        self.hq.life = "90d"

    def at_hq(self, *words, status=0):
        command = lab.JVM + ["-jar", lab.HQ_JAR] + list(words) + ["--lang", "en"]
        command += [] if words[1] == "verify" else ["--data", self.hq.data]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode != status:
            raise lab.Broken("%s: %s %s" % (" ".join(words), done.returncode, done.stderr))
        return done

    def results(self):
        return json.loads(self.at_hq("sweep", "results", self.id, "--json").stdout)

    def run(self):
        began = time.time()
        try:
            self.hq.start()
            for name in ("one", "two", "away"):
                desk = Desk(self.folder, name).made()
                self.desks.append(desk)
                desk.enroll(self.hq, self.hq.token())
                desk.start()
                desk.id = desk.status()["workstation"]
            for desk in self.desks:
                lab.wait_for("the first report", lambda: self.hq.workstation(desk.id)["witnessed_size"], 40)
            self.desks[2].stop()
            self.swept()
        except lab.Broken as e:
            self.checks.that("the cases run to their end", False, e)
        finally:
            for desk in self.desks:
                desk.stop()
            self.hq.stop()
        print("took %.0f s" % (time.time() - began), flush=True)
        return self.checks.status()

    def swept(self):
        check = self.checks.that
        planted = os.path.join(self.folder, "planted", ".x", "upload-agent")
        os.makedirs(os.path.dirname(planted))
        with open(planted, "w", encoding="utf-8") as f:
            f.write("nothing that runs\n")
        bad = self.write("bad.yaml", "title: t\npath: upload-agent\n")
        refused = self.at_hq("sweep", "publish", bad, status=2).stderr
        check("a bad file is refused with its line", "bad.yaml:2" in refused and "whole path" in refused, refused)

        file = self.write("sweep.yaml", "title: 上传程序\npath: ['%s/planted/**/upload-*']\nspread: 0s\nexpires: 1d\n" % self.folder)
        self.id = json.loads(self.at_hq("sweep", "publish", file, "--json").stdout)["id"]
        lab.wait_for("the answers of two", lambda: self.results()["answered"] == 2, 60)
        lab.wait_for("their findings", lambda: len(self.results()["findings"]) == 2, 20)
        now = self.results()
        check("two have answered and one is silent", (now["asked"], now["answered"], now["silent"]) == (3, 2, 1), now)
        check("the sweep goes on", now["state"] == "running", now)
        found = {(f["workstation"], f["what"], f["path"]) for f in now["findings"]}
        check("both found the file", found == {(d.id, "path", planted) for d in self.desks[:2]}, now)

        self.desks[2].start()
        lab.wait_for("the third answer", lambda: self.results()["state"] == "done", 60)
        lab.wait_for("its finding", lambda: len(self.results()["findings"]) == 3, 20)
        check("who was away runs it when it is back", self.results()["silent"] == 0, self.results())

        for desk in self.desks:
            types = [r["type"] for r in desk.cli("evidence", "list", "--json", "--limit", "0").lines()]
            at = [t for t in types if t in ("hq.cmd", "hunt.start", "hunt.end", "hq.result")]
            check("%s: command, hunt and result are in its own log, once" % desk.id,
                  at == ["hq.cmd", "hunt.start", "hunt.end", "hq.result"], types)
            verify = desk.cli("evidence", "verify")
            check("%s: its log holds" % desk.id, verify.status == 0, verify.said())

        report = os.path.join(self.folder, "report.json")
        said = self.at_hq("sweep", "report", self.id, "-o", report).stderr
        key = said.split("--key ")[1].strip()
        check("the report holds", "holds" in self.at_hq("sweep", "verify", report, "--key", key).stdout)
        with open(report, encoding="utf-8") as f:
            text = f.read()
        self.write("report.json", text.replace('"found": 3', '"found": 0'))
        self.at_hq("sweep", "verify", report, "--key", key, status=1)
        check("a changed report does not", True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    sys.exit(Sweep(os.path.abspath(sys.argv[1])).run())
