#!/usr/bin/env python3
"""soak.py RUN_DIR [--minutes 120] [--processes 5000] [--jar JAR]     does the agent still hold after days what it held after an hour?

As root. Compressed days, one after the other, until the time is over: new programs from the desk, images read, bytes sent, a unit that starts itself, logins by SSH, 5,000
processes that live for a moment and 10,000 files written, all under names of their own; then everything is taken away again. After each day a full collection, and what is held
then: heap, native memory (NMT), resident set, open files, threads. The first third warms up; of what is left the last half must hold as much as the first, give or take its own
noise (three median deviations) and the floor of each figure. Two hours with the defaults put some million processes and paths through every map. Prints a table; JSON to RUN_DIR/soak.json."""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

import sensors

lab = sensors.lab
# Less than that is no leak: what one busy moment more or less takes. KiB, and numbers of files and threads.
FLOORS = {"heap_kib": 1_024, "native_kib": 2_048, "rss_kib": 4_096, "files": 4, "threads": 2}

# Starts a program COUNT times, each with a name of its own, and waits for each.
CHURN = r'''
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
  char path[512];
  for (long n = 0, count = atol(argv[3]); n < count; n++) {
    snprintf(path, sizeof path, "%s/p%ld", argv[1], n);
    if (link(argv[2], path) != 0) { perror(path); return 1; }
    char *words[] = {path, 0};
    pid_t pid;
    if (posix_spawn(&pid, path, 0, 0, words, environ) != 0) { perror(path); return 1; }
    waitpid(pid, 0, 0);
    unlink(path);
  }
  return 0;
}
'''


def jcmd(pid, *words):
    return subprocess.run(["jcmd", str(pid), *words], capture_output=True, text=True, check=True).stdout


def held(pid):
    jcmd(pid, "GC.run")
    heap = sum(int(used) for used in re.findall(r"total \d+K, used (\d+)K", jcmd(pid, "GC.heap_info")))
    native = jcmd(pid, "VM.native_memory", "summary", "scale=KB")
    total, java_heap = (int(re.search(what + r"[^)]*?committed=(\d+)KB", native).group(1)) for what in (r"Total: ", r"Java Heap \("))
    return {
        "heap_kib": heap,
        "native_kib": total - java_heap,
        "rss_kib": sensors.spent(pid)[3],
        "files": len(os.listdir("/proc/%d/fd" % pid)),
        "threads": len(os.listdir("/proc/%d/task" % pid)),
    }


def built(folder, name, code):
    source, program = os.path.join(folder, name + ".c"), os.path.join(folder, name)
    with open(source, "w") as f:
        f.write(code)
    subprocess.run(["gcc", "-O2", "-o", program, source], check=True)
    return program


def day(number, acts, desk, churn, processes):
    phase = "day%d" % number
    acts.program(phase, 10)
    acts.image(phase, 5)
    acts.upload(phase, 10)
    acts.persistence(phase, 1)
    acts.session(phase, 1)
    short = os.path.join(desk, "short-" + phase)
    shutil.copy("/bin/true", short)
    subprocess.run([churn, desk, short, str(processes)], check=True)
    storm = sensors.storm(acts.folder, desk, 2_000, 5)
    for each in os.listdir(desk):
        os.unlink(os.path.join(desk, each)) if os.path.isfile(os.path.join(desk, each)) else shutil.rmtree(os.path.join(desk, each))
    while acts.units:
        os.unlink(acts.units.pop())
    return storm


def verdict(days):
    """Of each figure what the later half of the warm days holds beside the earlier half, and how much is noise."""
    warm = days[len(days) // 3 :]
    early, late = warm[: len(warm) // 2], warm[len(warm) // 2 :]
    found = {}
    for figure, floor in FLOORS.items():
        before, after = ([each[figure] for each in half] for half in (early, late))
        middle = statistics.median(before)
        noise = max(floor, 3 * statistics.median(abs(each - middle) for each in before))
        grown = statistics.median(after) - middle
        found[figure] = {"early": round(middle), "late": round(statistics.median(after)), "grown": round(grown), "noise": round(noise), "flat": grown <= noise}
    return found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("run_dir")
    options.add_argument("--minutes", type=float, default=120)
    options.add_argument("--processes", type=int, default=5_000, help="a day")
    options.add_argument("--jar", default=lab.AGENT_JAR)
    given = options.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("soak.py needs root, for fanotify")
    folder = os.path.abspath(given.run_dir)
    shutil.rmtree(folder, ignore_errors=True)
    home, scan, desk = os.path.join(folder, "home"), os.path.join(folder, "scan"), os.path.join(os.path.expanduser("~"), "wgsoak-%d" % os.getpid())
    for each in (os.path.join(home, "config"), scan, desk):
        os.makedirs(each)
    with open(os.path.join(scan, "1.jpg"), "wb") as f:
        f.write(b"\xff\xd8\xff\xe0" + os.urandom(200_000))
    with open(os.path.join(home, "config", "agent.yaml"), "w") as f:
        f.write("sensors:\n  image:\n    folders: [%s]\n" % scan)
    churn, acts, days, storms = built(folder, "churn", CHURN), sensors.Acts(folder, desk, scan), [], 0
    agent = lab.Server(["java", "@" + sensors.JVM_OPTIONS, "-XX:+UsePerfData", "-XX:NativeMemoryTracking=summary", "-jar", os.path.abspath(given.jar), "run", "--home", home], folder, "agent")
    try:
        print(agent.ready(120), flush=True)
        pid, end = agent.process.pid, time.monotonic() + 60 * given.minutes
        while time.monotonic() < end or len(days) < 6:
            began = time.monotonic()
            storms += day(len(days), acts, desk, churn, given.processes)[0]
            time.sleep(5)  # sums that are recorded two seconds after
            days.append({"seconds": round(time.monotonic() - began), **held(pid)})
            print("day %d: %s" % (len(days), days[-1]), flush=True)
    finally:
        acts.end()
        agent.stop()
        shutil.rmtree(desk)
    records = lab.run(["java", "-jar", given.jar, "evidence", "list", "--json", "--limit", "10000000", "--home", home], 600).lines()
    gaps = [r["summary"] for r in records if r["type"] in ("log.gap", "sensor.blind")]
    found = {"days": days, "processes": len(days) * given.processes, "files": storms, "records": len(records), "gaps": gaps, "verdict": verdict(days), "load_average": os.getloadavg()}
    with open(os.path.join(folder, "soak.json"), "w") as f:
        json.dump(found, f, indent=1)
    print("%d days, %d processes, %d files written, %d records; gaps: %s" % (len(days), found["processes"], storms, len(records), gaps))
    for figure, row in found["verdict"].items():
        print("%-11s early %8d  late %8d  grown %6d  noise %6d  %s" % (figure, row["early"], row["late"], row["grown"], row["noise"], "flat" if row["flat"] else "GROWS"))
    sys.exit(0 if all(row["flat"] for row in found["verdict"].values()) else 1)


if __name__ == "__main__":
    main()
