#!/usr/bin/env python3
"""ending.py RUN_DIR     an agent that is told to end in the middle of a storm of new programs: each that was there before is in the log, or the log says that not all was looked at

On this host, as root, without a guest: 20,000 new programs a second in a folder of root's home, which is removed again. At most 2 minutes.
"""
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402
import sensors  # noqa: E402

# More than any log takes, so that some wait in the kernel's queue.
RATE, BEFORE, SECONDS = 20_000, 10_000, 8


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    home, desk = os.path.join(folder, "home"), os.path.join(os.path.expanduser("~"), "wgending-%d" % os.getpid())
    os.makedirs(os.path.join(home, "config"))
    os.makedirs(desk)
    checks, storm = lab.Checks(), threading.Thread(target=lambda: sensors.storm(folder, desk, RATE, SECONDS, "/bin/true"))
    agent = lab.Server(["java", "@" + sensors.JVM_OPTIONS, "-jar", lab.AGENT_JAR, "run", "--home", home], folder, "agent")
    try:
        agent.ready(120)
        storm.start()
        place = os.path.join(desk, "storm-%d" % RATE)
        lab.wait_for("a storm", lambda: os.path.isdir(place) and len(os.listdir(place)) >= BEFORE, 20, 0.05)
        there = {os.path.join(place, name) for name in os.listdir(place)}
        began = time.monotonic()
        status = agent.stop(seconds=60)
        took = time.monotonic() - began
        storm.join()
        checks.that("the agent ends when it is told to", status in (0, 143), "exit %s after %.1f s" % (status, took))
        listed = lab.run(["java", "-jar", lab.AGENT_JAR, "evidence", "list", "--json", "--limit", "10000000", "--home", home], 300)
        records = listed.lines()
        told = {r["event"].get("file", {}).get("path") for r in records if r["type"] == "program.new"}
        # Blind for want of a folder to watch is the sensor of images.
        said = [r["summary"] for r in records if r["type"] == "log.gap" or (r["type"] == "sensor.blind" and r["event"]["unmapped"]["sensor"] == "program")]
        missing = there - told
        print("%d programs were there, %d of them are not in the log; it says: %s" % (len(there), len(missing), said or "nothing"), flush=True)
        checks.that("each program is in the log, or the log says that not all is", not missing or bool(said), len(missing))
        checks.that("its last record is that it ended", records[-1]["type"] == "log.stop", records[-1]["type"])
        verdict = lab.run(["java", "-jar", lab.AGENT_JAR, "evidence", "verify", "--home", home], 120)
        checks.that("the log holds", verdict.status == 0, verdict.said())
    except lab.Broken as e:
        checks.that("the case runs to its end", False, e)
    finally:
        agent.stop()
        if storm.is_alive():
            storm.join()
        shutil.rmtree(desk)
    return checks.status()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
