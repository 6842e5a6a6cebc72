#!/usr/bin/env python3
"""counts.py RUN_DIR [--jar JAR]     what one record costs, in counts that do not depend on how fast or busy the machine is

As root. The agent as installed (its options of Java, all sensors) sees new programs, one after the other, each once the record of the one before is durable.
Counted for each: system calls that force or write (strace), bytes of Java objects that the pipeline makes, and those whose business it is not (jcmd; the sensors see what others do, too), bytes
of disk. And of the whole: classes loaded, size of the jar, threads, open files. Each has a limit somewhat above what it was when the limit was set; whoever goes beyond it has a reason and raises the limit, or has
a fault. Prints a table; JSON to RUN_DIR/counts.json. Exit 0 only when every count is within its limit."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time

import sensors

lab = sensors.lab
ACTS = 200

# What each was on 29 November 2026 stands in docs/performance.md.
LIMITS = {
    "jar_bytes": 12_000_000,
    "classes_loaded": 4_800,
    "threads": 40,
    "open_files": 80,
    "forces_per_record": 1.2,
    "writes_per_record": 28.0,
    "pipeline_bytes_per_record": 50_000,
    "onlookers_bytes_per_record": 500,
    "disk_bytes_per_record": 1_100,
}
# Whom a new program is no news to: none of them looks into the log for it.
ONLOOKERS = ("dispose", "notify", "visits")
FORCES = ("fsync", "fdatasync", "msync", "sync_file_range")
WRITES = ("write", "pwrite64", "writev", "pwritev", "ftruncate", "rename", "unlink", "openat")


class Desk:
    """An agent, and programs that come one by one."""

    def __init__(self, folder, jar):
        self.folder, self.jar = folder, jar
        self.home, self.desk = os.path.join(folder, "home"), os.path.join(os.path.expanduser("~"), "wgcounts-%d" % os.getpid())
        os.makedirs(os.path.join(self.home, "config"))
        os.makedirs(self.desk)
        scan = os.path.join(folder, "scan")
        os.makedirs(scan)
        with open(os.path.join(self.home, "config", "agent.yaml"), "w") as f:
            f.write("sensors:\n  image:\n    folders: [%s]\n" % scan)
        self.agent = lab.Server(["java", "@" + sensors.JVM_OPTIONS, "-XX:+UsePerfData", "-jar", jar, "run", "--home", self.home], folder, "agent")
        self.made = 0

    def program(self, durable):
        """One more program; returns when its record can be read by others."""
        with open("/bin/true", "rb") as f:
            elf = f.read()
        self.made += 1
        size, path = durable.size, os.path.join(self.desk, "act-%d" % self.made)
        with open(path, "wb") as f:
            f.write(elf + path.encode())
            os.fchmod(f.fileno(), 0o755)
        lab.wait_for("the record of " + path, lambda: durable.size > size, 15, 0.002)

    def pid(self):
        return self.agent.process.pid

    def allocated(self):
        """Bytes of objects that each thread has made so far."""
        said = subprocess.run(["jcmd", str(self.pid()), "Thread.print", "-e"], capture_output=True, text=True, check=True).stdout
        units = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
        found = re.findall(r'^"([^"]+)".* allocated=([0-9.]+)([BKMG])', said, re.M)
        # Who answers jcmd makes objects for the answer.
        return {name: float(number) * units[unit] for name, number, unit in found if name not in ("Attach Listener", "Signal Dispatcher")}

    def classes(self):
        said = subprocess.run(["jstat", "-class", str(self.pid())], capture_output=True, text=True, check=True).stdout
        return int(said.splitlines()[1].split()[0])

    def records(self):
        said = subprocess.run(["java", "-jar", self.jar, "evidence", "list", "--home", self.home, "--json", "--limit", "100000"], capture_output=True, text=True, check=True).stdout
        return [json.loads(line) for line in said.splitlines()]

    def end(self):
        self.agent.stop()
        shutil.rmtree(self.desk)


def traced(desk, durable):
    """System calls while ACTS programs came, by name."""
    to = os.path.join(desk.folder, "strace")
    with subprocess.Popen(["strace", "-f", "-c", "-o", to, "-p", str(desk.pid())], stderr=subprocess.PIPE, text=True) as strace:
        strace.stderr.readline()  # attached
        for _ in range(ACTS):
            desk.program(durable)
        strace.terminate()
    rows = [line.split() for line in lab.read(to).splitlines()]
    return {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != "total"}


def measure(desk):
    print(desk.agent.ready(120), flush=True)
    time.sleep(15)  # the first look at what is here already
    durable = sensors.Durable(desk.home)
    try:
        for _ in range(50):
            desk.program(durable)
        before, at, size = desk.allocated(), sensors.stored(desk.home)[0], durable.size
        for _ in range(ACTS):
            desk.program(durable)
        stored, records = sensors.stored(desk.home)[0] - at, durable.size - size
        threads = {name: round((made - before.get(name, 0)) / records) for name, made in desk.allocated().items()}
        first = durable.size
        calls = traced(desk, durable)
        seen = durable.size - first
    finally:
        durable.end()
    told = sum(1 for r in desk.records() if r["type"] == "program.new" and desk.desk in json.dumps(r["event"], ensure_ascii=False))
    return {
        "jar_bytes": os.path.getsize(desk.jar),
        "classes_loaded": desk.classes(),
        "threads": len(os.listdir("/proc/%d/task" % desk.pid())),
        "open_files": len(os.listdir("/proc/%d/fd" % desk.pid())),
        "forces_per_record": round(sum(calls.get(name, 0) for name in FORCES) / seen, 2),
        "writes_per_record": round(sum(calls.get(name, 0) for name in WRITES) / seen, 2),
        "pipeline_bytes_per_record": threads["pipeline"],
        "onlookers_bytes_per_record": sum(threads[name] for name in ONLOOKERS),
        "disk_bytes_per_record": round(stored / records),
    }, {"allocated_by": dict(sorted(threads.items(), key=lambda thread: -thread[1])), "programs": desk.made, "told": told, "records": durable.size, "calls": dict(sorted(calls.items(), key=lambda call: -call[1]))}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("run_dir")
    options.add_argument("--jar", default=lab.AGENT_JAR)
    given = options.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("counts.py needs root, for fanotify")
    missing = [name for name in ("strace", "jcmd", "jstat") if not shutil.which(name)]
    if missing:
        raise SystemExit("counts.py: no %s here (apt-get install strace openjdk-17-jdk-headless)" % ", ".join(missing))
    folder = os.path.abspath(given.run_dir)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    desk = Desk(folder, os.path.abspath(given.jar))
    try:
        counts, more = measure(desk)
    finally:
        desk.end()
    checks = lab.Checks()
    for name, count in counts.items():
        checks.that("%s within its limit" % name, count <= LIMITS[name], "%s of at most %s" % (count, LIMITS[name]))
    checks.that("each program has its record", more["told"] == more["programs"], "%d programs, %d told" % (more["programs"], more["told"]))
    print("bytes of objects for each record: %s" % dict(list(more["allocated_by"].items())[:8]))
    print("most frequent system calls of %d acts: %s" % (ACTS, dict(list(more["calls"].items())[:12])))
    with open(os.path.join(folder, "counts.json"), "w") as f:
        json.dump({"counts": counts, "limits": LIMITS, **more}, f, indent=1)
    sys.exit(checks.status())


if __name__ == "__main__":
    main()
