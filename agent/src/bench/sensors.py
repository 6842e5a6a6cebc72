#!/usr/bin/env python3
"""sensors.py RUN_DIR [--n N] [--jar JAR]     a copied program -> its record, beside inotifywait and fatrace for the same acts in the same run

As root. N (default 100) ELF files, each of its own content, are copied one by one into a folder of root's home: first with nothing else going on,
then while another process makes 1,000 file events a second. After that 60 s of rest give what each of the three costs.
What is measured: from just before the close of the copy, by this script's clock, to metadata.logged_time of its record, which is in whole
milliseconds and is the time written into the record, before its commit to disk (evidence.commit_wait, 50 ms by default, may come on top). That each
record is kept is seen afterwards, by "evidence list". The other two: when this script has read their line.
Only the program sensor. Nothing is asserted about time. Prints a table; JSON to RUN_DIR/sensors.json. Exit 1 when a record is missing.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it", "guest"))
import lab  # noqa: E402

LOAD = r'''
import os, sys, time
at, due = os.path.join(sys.argv[1], "noise"), time.monotonic()
open(at, "w").close()
while True:
    with open(at, "a") as f:  # an open, a write and a close: three events
        f.write("x")
    due += 0.003
    time.sleep(max(0, due - time.monotonic()))
'''
TICK = os.sysconf("SC_CLK_TCK")


class Watcher:
    """A program that writes a line for each event; when a name was first seen in one is kept."""

    def __init__(self, command):
        self.seen, self.name = {}, command[0]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            now = time.time()
            for word in line.split():
                name = os.path.basename(word)
                if name.startswith("act-"):
                    self.seen.setdefault(name, now)


def spent(pid):
    """CPU seconds, context switches, threads, RSS and PSS in KiB."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    switches = 0
    for task in os.listdir("/proc/%d/task" % pid):
        for line in lab.read("/proc/%d/task/%s/status" % (pid, task)).splitlines():
            if "ctxt_switches" in line:
                switches += int(line.split()[1])
    sizes = dict(line.split(":", 1) for line in lab.read("/proc/%d/smaps_rollup" % pid).splitlines()[1:])
    kib = lambda key: int(sizes[key].split()[0])
    return (int(fields[11]) + int(fields[12])) / TICK, switches, int(fields[17]), kib("Rss"), kib("Pss")


def acts(phase, n, folder, program):
    began = {}
    for i in range(n):
        name = "act-%s-%d" % (phase, i)
        with open(os.path.join(folder, name), "wb") as f:
            f.write(program + name.encode())
            f.flush()
            os.fchmod(f.fileno(), 0o755)
            began[name] = time.time()
        time.sleep(0.05)
    return began


def delays(began, seen):
    ms = sorted(1000 * (seen[name] - at) for name, at in began.items() if name in seen)
    if len(ms) < 2:
        return {"n": len(ms), "missing": len(began) - len(ms)}
    p99 = ms[min(len(ms) - 1, -(-99 * len(ms) // 100) - 1)]
    return {"n": len(ms), "missing": len(began) - len(ms), "median_ms": round(statistics.median(ms), 1), "p99_ms": round(p99, 1)}


def measure(folder, n, jar, desk):
    home = os.path.join(folder, "home")
    os.makedirs(home)
    with open("/bin/true", "rb") as f:
        program = f.read()
    agent = lab.Server(["java", "-jar", jar, "run", "--home", home], folder, "agent")
    others, load, began, loads = [], None, {}, {}
    try:
        agent.ready(120)
        time.sleep(5)  # the first look at what is here already
        for name, command in (("inotifywait", ["inotifywait", "-m", "-q", "-e", "close_write", desk]), ("fatrace", ["fatrace", "-f", "W"])):
            if shutil.which(name):
                others.append(Watcher(command))
            else:
                print("================ SKIPPED %s: not here (apt-get install inotify-tools fatrace)" % name, flush=True)
        time.sleep(1)
        for phase in ("idle", "load"):
            if phase == "load":
                load = subprocess.Popen([sys.executable, "-c", LOAD, desk])
                time.sleep(1)
            loads[phase] = os.getloadavg()[0]
            began[phase] = acts(phase, n, desk, program)
        load.terminate()
        load.wait(10)
        time.sleep(3)
        pids = [("agent", agent.process.pid)] + [(w.name, w.process.pid) for w in others]
        before, at = {name: spent(pid) for name, pid in pids}, time.monotonic()
        time.sleep(60)
        seconds = time.monotonic() - at
        cost = {}
        for name, pid in pids:
            a, b = before[name], spent(pid)
            cost[name] = {"cpu_s_per_hour": round((b[0] - a[0]) * 3600 / seconds, 1), "switches_per_s": round((b[1] - a[1]) / seconds, 1)}
            cost[name].update(threads=b[2], rss_kib=b[3], pss_kib=b[4])
    finally:
        if load and load.poll() is None:
            load.terminate()
        for each in others:
            each.process.terminate()
            each.process.wait(10)
        agent.stop()
    listed = lab.run(["java", "-jar", jar, "evidence", "list", "--json", "--limit", "1000000", "--home", home]).lines()
    logged, lost = {}, [r["summary"] for r in listed if r["type"] in ("log.gap", "sensor.blind")]
    for r in listed:
        name = r["event"].get("file", {}).get("name", "")
        if r["type"] == "program.new" and name.startswith("act-"):
            logged.setdefault(name, r["event"]["metadata"]["logged_time"] / 1000)
    table = {phase: {"agent": delays(began[phase], logged), **{w.name: delays(began[phase], w.seen) for w in others}} for phase in began}
    return {"load_average": loads, "program": table, "rest_60_s": cost, "gaps": lost, "records": len(listed), "processors": os.cpu_count(), "kernel": os.uname().release}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("run_dir")
    options.add_argument("--n", type=int, default=100)
    options.add_argument("--jar", default=lab.AGENT_JAR)
    given = options.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("sensors.py needs root, for fanotify")
    folder = os.path.abspath(given.run_dir)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    desk = os.path.join(os.path.expanduser("~"), "wgbench-%d" % os.getpid())
    os.makedirs(desk)
    try:
        found = measure(folder, given.n, os.path.abspath(given.jar), desk)
    finally:
        shutil.rmtree(desk)
    with open(os.path.join(folder, "sensors.json"), "w") as f:
        json.dump(found, f, indent=1)
    for phase, row in found["program"].items():
        for name, figures in row.items():
            base = row.get("fatrace", {}).get("median_ms")
            ratio = " = %.1f x fatrace" % (figures["median_ms"] / base) if base and "median_ms" in figures else ""
            print("%s, load average %.1f: %-12s %s%s" % (phase, found["load_average"][phase], name, figures, ratio))
    for name, figures in found["rest_60_s"].items():
        print("rest: %-12s %s" % (name, figures))
    print("gaps: %s" % found["gaps"])
    sys.exit(1 if any(row["agent"]["missing"] for row in found["program"].values()) else 0)


main()
