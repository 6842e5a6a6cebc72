#!/usr/bin/env python3
"""visit.py RUN_DIR     an agent as it is shipped, and a visitor who leaves a job in cron: looked over before, started anew in the middle, looked over after, a slip that verifies

On this host, as root, without a guest. The job is a file in /etc/cron.d that holds nothing but a line for a moment that never comes; it is removed again. At most 2 minutes.
"""
import datetime
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402
from trust import Desk  # noqa: E402

JOB = "/etc/cron.d/waybill-guard-visit-test"
VISIT = 40


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    checks, desk = lab.Checks(), Desk(folder, "desk").made()
    try:
        desk.start()
        until = time.time() + VISIT
        said = desk.cli("visitor", "expect", "合作方 王", "--until", datetime.datetime.fromtimestamp(until).astimezone().isoformat(timespec="seconds"))
        checks.that("a visit is announced", said.status == 0, said.said())
        slip = lambda *words: desk.cli("visitor", "slip", "--json", *words).json()  # noqa: E731
        lab.wait_for("the look before", lambda: slip().get("before"), VISIT)
        with open(JOB, "w") as f:
            f.write("0 0 30 2 * root /bin/true\n")
        desk.stop()
        desk.start()
        lab.wait_for("the look after", lambda: slip().get("after"), VISIT + 60)
        late = time.time() - until
        after = slip()["after"]
        print(after["summary"], flush=True)
        found = [c for c in after["event"]["unmapped"]["changes"] if JOB in c.get("where", "")]
        checks.that("what the visitor left starts by itself and is told", [c["change"] for c in found] == ["appeared"], found)
        checks.that("it is held against the look from before the new start", after["event"]["unmapped"]["compared"] == "yes", after)
        print("looked over %.1f s after the end" % late, flush=True)
        bundle = os.path.join(folder, "slip")
        written = desk.cli("visitor", "slip", "-o", bundle, "--lang", "zh")
        checks.that("the slip says it in Chinese and is written", written.status == 0 and "新出现自启动" in written.out and JOB in written.out, written.said())
        verdict = desk.cli("evidence", "verify", bundle, "--json").json() if written.status == 0 else {}
        checks.that("anybody can verify it", verdict.get("holds") is True, verdict)
    except lab.Broken as e:
        checks.that("the cases run to their end", False, e)
    finally:
        if os.path.exists(JOB):
            os.remove(JOB)
        desk.stop()
    return checks.status()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
