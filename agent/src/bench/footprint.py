#!/usr/bin/env python3
"""footprint.py RUN_DIR [--quick] [--settle S] [--jar JAR]     what the agent costs a desk, in one table, beside peers and limits

As root; run.sh calls it. The agent as it is installed (its options of Java, its archive of classes, all sensors, enrolled to a real HQ on this host): how long a
start takes, memory and processor at rest and after storms, act to durable record and to HQ (sensors.py), disk and wire, a sweep under its cap, and the log alone (LogBench).
Beside it, in the same run: inotifywait, fatrace, auditd and rsyslog as far as they can be had, and what the machine allows: fdatasync, sha256sum, plain SQLite, a Java that
does nothing. Prints the table; JSON to RUN_DIR/bench.json. Times are those of this machine at its load, which is printed: compare what stands in one row."""
import argparse
import glob
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import sensors

lab = sensors.lab
# What the rows are measured against (docs/performance.md).
AIMS = {
    "start to ready, ms": "1500",
    "at rest: RSS, MB": "72",
    "at rest: CPU, s/hour": "7",
    "at rest: wake-ups/s": "1",
    "after the storms: RSS, MB": "128",
    "disk, bytes a record": "700",
    "wire, bytes a record": "120",
    "storm of files: lost": "0",
    "append, of plain SQLite": "0.75",
}


# As the installed command sets it.
os.environ.setdefault("MALLOC_ARENA_MAX", "1")


def options(archive):
    """The installed unit's options, with an archive of classes of our own."""
    kept = [line.strip() for line in lab.read(sensors.JVM_OPTIONS).splitlines() if line.strip() and not line.startswith("#")]
    return [o for o in kept if not o.startswith("-XX:SharedArchiveFile") and not (archive is None and o.startswith("-Xshare"))] + (["-XX:SharedArchiveFile=" + archive] if archive else [])


def archive_of(folder, jar):
    """As the installer's make-archive makes it."""
    at, used, home = (os.path.join(folder, name) for name in ("agent.jsa", "classes", "archive-home"))
    agent = lab.Server(["java"] + options(None) + ["-XX:DumpLoadedClassList=" + used, "-jar", jar, "run", "--home", home], folder, "archive")
    agent.ready()
    agent.stop()
    subprocess.run(
        ["java"] + options(None) + ["-Xshare:dump", "-XX:SharedClassListFile=" + used, "-XX:SharedArchiveFile=" + at, "-cp", jar], check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(home)
    return at


def starts(folder, jar, archive, n):
    """ms from exec to the ready line, each in a home that is there already; and of a Java that prints its version, with the same options."""
    took, bare, home = [], [], os.path.join(folder, "start-home")
    for i in range(n + 1):
        began = time.monotonic()
        with subprocess.Popen(["java"] + options(archive) + ["-jar", jar, "run", "--home", home], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as agent:
            for line in agent.stdout:
                if line.startswith("ready "):
                    break
            else:
                raise lab.Broken("the agent ended before it was ready")
            if i:  # the first makes the home
                took.append(1000 * (time.monotonic() - began))
            agent.terminate()
        began = time.monotonic()
        subprocess.run(["java"] + options(None) + ["-version"], stderr=subprocess.DEVNULL, check=True)
        bare.append(1000 * (time.monotonic() - began))
    shutil.rmtree(home)
    return {"agent": round(statistics.median(took)), "bare Java": round(statistics.median(bare))}


def forced(folder, n=300):
    """ms of an append of 4 KiB and its fdatasync: what no durable record can be faster than."""
    took = []
    with open(os.path.join(folder, "forced"), "wb", buffering=0) as f:
        for _ in range(n):
            began = time.monotonic()
            f.write(bytes(4096))
            os.fdatasync(f.fileno())
            took.append(1000 * (time.monotonic() - began))
    took.sort()
    return {"median_ms": round(statistics.median(took), 2), "p99_ms": round(took[n * 99 // 100], 2)}


class Syslog:
    """rsyslogd with a socket and a file of its own, forced to disk for each line."""

    def __init__(self, folder):
        self.socket, self.log = os.path.join(tempfile.mkdtemp(), "in"), os.path.join(folder, "syslog.log")
        conf = os.path.join(folder, "rsyslog.conf")
        with open(conf, "w") as f:
            f.write('module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="%s")\n' % self.socket)
            f.write('action(type="omfile" file="%s" sync="on" asyncWriting="off")\n' % self.log)
        self.process = subprocess.Popen(["rsyslogd", "-n", "-f", conf, "-i", os.path.join(folder, "rsyslog.pid")], stderr=subprocess.DEVNULL)
        lab.wait_for("rsyslogd", lambda: os.path.exists(self.socket), 10, 0.05)

    def delays(self, n):
        took = []
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            for i in range(n):
                line, began = "act-%d-%d" % (os.getpid(), i), time.time()
                s.sendto(("<14>bench: %s." % line).encode(), self.socket)
                lab.wait_for(line, lambda: line + "." in lab.read(self.log), 5, 0.0005)
                took.append(1000 * (time.time() - began))
        took.sort()
        return {"median_ms": round(statistics.median(took), 1), "p99_ms": round(took[-1 - n // 100], 1)}

    def figures(self, seconds):
        took = self.delays(50)
        a = sensors.spent(self.process.pid)
        time.sleep(seconds)
        b = sensors.spent(self.process.pid)
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(os.path.dirname(self.socket))
        return {**took, "cpu_s_per_hour": round((b[0] - a[0]) * 3600 / seconds, 1), "wakeups_per_s": round((b[1] - a[1]) / seconds, 1), "threads": b[2], "rss_kib": b[3], "pss_kib": b[4]}


def peers(folder, seconds):
    found = {}
    if shutil.which("rsyslogd"):
        found["rsyslog"] = Syslog(folder).figures(seconds)
    else:
        print("================ SKIPPED rsyslog: not here (apt-get install rsyslog)", flush=True)
    if not shutil.which("auditd"):
        print("================ SKIPPED auditd: not here (apt-get install auditd)", flush=True)
    elif lab.run(["auditctl", "-w", folder, "-p", "w", "-k", "wgbench"]).status != 0 or "wgbench" not in lab.run(["auditctl", "-l"]).out:
        print("================ SKIPPED auditd: this kernel takes no watch on a folder (auditctl -w)", flush=True)
    else:
        lab.run(["auditctl", "-W", folder, "-p", "w", "-k", "wgbench"])
        found["auditd"] = audited(folder, seconds)
    return found


def audited(folder, seconds):
    """auditd in the foreground with a log of its own, seen for a while at rest."""
    conf = os.path.join(folder, "audit")
    os.makedirs(conf)
    with open(os.path.join(conf, "auditd.conf"), "w") as f:
        f.write("log_file = %s/audit.log\nlog_format = RAW\nflush = SYNC\n" % conf)
    daemon = subprocess.Popen(["auditd", "-f", "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(2)
        if daemon.poll() is not None:
            print("================ SKIPPED auditd: it ended with %s; the kernel's audit is another's here" % daemon.returncode, flush=True)
            return None
        a = sensors.spent(daemon.pid)
        time.sleep(seconds)
        b = sensors.spent(daemon.pid)
        return {"cpu_s_per_hour": round((b[0] - a[0]) * 3600 / seconds, 1), "wakeups_per_s": round((b[1] - a[1]) / seconds, 1), "threads": b[2], "rss_kib": b[3], "pss_kib": b[4]}
    finally:
        if daemon.poll() is None:
            daemon.terminate()
            daemon.wait(10)


def swept(folder, seconds):
    """A sweep for a hash that no file here has: all disks are read under its cap for a while. Beside it sha256sum, which has no cap."""

    def so_far(home):
        for kept in glob.glob(os.path.join(home, "data", "hunts", "*.json")):
            progress = json.loads(lab.read(kept) or "{}").get("progress", {})
            if progress.get("stage") == "files":
                return progress["files"]
        return 0

    def moment(home, pid, before):
        """The next one at which the agent wrote down how far it is."""
        lab.wait_for("the sweep's next files", lambda: so_far(home) > before, 60, 0.01)
        (read,) = (int(line.split()[1]) for line in lab.read("/proc/%d/io" % pid).splitlines() if line.startswith("rchar"))
        return time.monotonic(), so_far(home), read, sensors.by_thread(pid)["hunt"][0]

    def ask(home, agent, hq):
        if hq is None:
            return {}
        hq.sweep(folder)
        a = moment(home, agent.process.pid, 0)
        time.sleep(seconds)
        b = moment(home, agent.process.pid, so_far(home))
        took, some = b[0] - a[0], os.path.join(folder, "some")
        with open(some, "wb") as f:
            f.write(os.urandom(50_000_000))
        began = time.monotonic()
        subprocess.run(["sha256sum", some], stdout=subprocess.DEVNULL, check=True)
        plain = time.monotonic() - began
        os.remove(some)
        return {
            "sweep": {
                "files_per_s": round((b[1] - a[1]) / took, 1),
                "mb_per_s": round((b[2] - a[2]) / 1e6 / took, 2),
                "cpu_percent": round(100 * (b[3] - a[3]) / took, 1),
                "sha256sum_mb_per_s": round(50 / plain),
            }
        }

    return ask


def log_alone(folder, jar, quick):
    """LogBench: appends beside plain SQLite, verifying beside sha256sum."""
    here = os.path.dirname(os.path.abspath(__file__))
    classes, out = os.path.join(folder, "compiled"), os.path.join(folder, "log.json")
    os.makedirs(classes)
    code = os.path.join(here, "java", "io", "waybillguard", "bench")
    subprocess.run(["javac", "-nowarn", "-proc:none", "--release", "17", "-d", classes, "-cp", jar] + [os.path.join(code, each) for each in os.listdir(code)], check=True)
    work = os.path.join(folder, "log")
    os.makedirs(work)
    subprocess.run(["java", "-cp", classes + ":" + jar, "io.waybillguard.bench.LogBench", work, "30000" if quick else "300000", out] + (["quick"] if quick else []), check=True)
    shutil.rmtree(work)
    return json.loads(lab.read(out))["results"]


def keep(found, folder):
    """What was found so far, so that a part that fails takes nothing with it."""
    with open(os.path.join(folder, "bench.json"), "w") as f:
        json.dump(found, f, indent=1)


def table(found):
    """Rows: what, the agent, its aim, beside it."""
    rest, rows = found["rest"], []

    def row(what, agent, beside=""):
        rows.append((what, str(agent), AIMS.get(what, ""), beside))

    def others(key, of=lambda v: v):
        each = {**{n: rest[n] for n in ("inotifywait", "fatrace") if n in rest}, **found["peers"]}
        return ", ".join("%s %s" % (name, of(figures[key])) for name, figures in each.items() if figures and key in figures)

    mb = lambda kib: round(kib / 1000 * 1.024, 1)
    row("start to ready, ms", found["start"]["agent"], "Java alone %d" % found["start"]["bare Java"])
    for when, name in (("agent", "at rest"), ("after the storms", "after the storms")):
        beside = others if when == "agent" else lambda *_: ""
        row(name + ": RSS, MB", mb(rest[when]["rss_kib"]), beside("rss_kib", mb))
        row(name + ": PSS, MB", mb(rest[when]["pss_kib"]), beside("pss_kib", mb))
        row(name + ": CPU, s/hour", rest[when]["cpu_s_per_hour"], beside("cpu_s_per_hour"))
        row(name + ": wake-ups/s", rest[when]["wakeups_per_s"], beside("wakeups_per_s"))
        row(name + ": threads / files", "%d / %d" % (rest[when]["threads"], rest[when]["open_files"]), beside("threads"))
    for act, by in found["delays"].items():
        text = {name: "%s / %s" % (d.get("median_ms", "-"), d.get("p99_ms", "-")) for name, d in by.items()}
        beside = ", ".join("%s %s" % (n, t) for n, t in text.items() if n not in ("agent", "at HQ"))
        row(act + ": durable, ms", text["agent"], beside)
        if "at HQ" in text:
            row(act + ": at HQ, ms", text["at HQ"])
    row("limit: 4 KiB and fdatasync, ms", "", "%(median_ms)s / %(p99_ms)s" % found["fdatasync"])
    if "rsyslog" in found["peers"]:
        row("peer: a line in syslog, ms", "", "rsyslog %(median_ms)s / %(p99_ms)s" % found["peers"]["rsyslog"])
    if found["storms"]:
        row("storm of files: a second", found["storms"]["drained"]["made_per_s"])
        row("storm of files: lost", "counted in gaps" if any("lost" in g for g in found["gaps"]) else 0)
        row("storm of programs: a second, lost", "%d, %d" % (found["storms"]["recorded"]["made_per_s"], found["storms"]["recorded"]["lost"]))
    row("disk, bytes a record", found["disk_bytes_per_record"].get("one_by_one"), "storm %s" % found["disk_bytes_per_record"].get("storm"))
    row("wire, bytes a record", found["wire_bytes_per_record"].get("storm"))
    if "sweep" in found:
        one = found["sweep"]
        row("sweep under its cap: files/s, MB/s", "%(files_per_s)s, %(mb_per_s)s" % one, "%(cpu_percent)s %% of a processor; sha256sum %(sha256sum_mb_per_s)s MB/s" % one)
    for r in found["log"]:
        if r["what"] == "append":
            row("append, of plain SQLite", r["ratio_percent"] / 100, "%s, batches of %d: %d/s, SQLite %d/s" % (r["kind"], r["batch"], r["log_per_s"], r["sqlite_per_s"]))
        elif r["what"] == "verify":
            row("verify, leaves/s", round(1000 * r["leaves"] / r["ms"]), "%.2f of sha256sum over the same bytes" % (r["sha256sum_ms"] / r["ms"]))
    return rows


def main():
    words = argparse.ArgumentParser()
    words.add_argument("run_dir")
    words.add_argument("--quick", action="store_true", help="at most three minutes: few acts, storms of 5 s, a small log")
    words.add_argument("--settle", type=int, help="seconds from ready until rest is measured (15 when quick, else 240)")
    words.add_argument("--jar", default=lab.AGENT_JAR)
    given = words.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("footprint.py needs root, for fanotify")
    given.jar, given.alone = os.path.abspath(given.jar), False
    given.n, given.programs, given.seconds = (10, 10, 5) if given.quick else (40, 100, 30)
    given.settle = given.settle if given.settle is not None else (15 if given.quick else 240)
    folder = os.path.abspath(given.run_dir)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    began = time.time()
    print("load: %s, processors: %d" % (" ".join("%.1f" % each for each in os.getloadavg()), os.cpu_count()), flush=True)
    found = {"fdatasync": forced(folder), "load_average_at_start": os.getloadavg()[0], "quick": given.quick}
    archive = archive_of(folder, given.jar)
    found["start"] = starts(folder, given.jar, archive, 3 if given.quick else 10)
    given.java = ["-XX:SharedArchiveFile=" + archive]
    desk = os.path.join(os.path.expanduser("~"), "wgbench-%d" % os.getpid())
    os.makedirs(desk)
    whole = os.path.join(folder, "whole")
    os.makedirs(whole)
    try:
        found.update(sensors.measure(whole, given, desk, swept(folder, 15 if given.quick else 60)))
    finally:
        shutil.rmtree(desk)
    keep(found, folder)
    found["peers"] = peers(folder, 5 if given.quick else 30)
    keep(found, folder)
    found["log"] = log_alone(folder, given.jar, given.quick)
    rows = table(found)
    found.update(took_s=round(time.time() - began), table=[dict(zip(("what", "agent", "aim", "beside"), each)) for each in rows])
    keep(found, folder)
    print("%-40s %18s %8s   %s" % ("median / p99 where there are two", "agent", "aim", "beside it"))
    for each in rows:
        print("%-40s %18s %8s   %s" % each)
    print("gaps: %s" % found["gaps"])
    print("took %d s, load %s; JSON: %s" % (found["took_s"], os.getloadavg()[0], os.path.join(folder, "bench.json")))
    sys.exit(1 if any(by["agent"]["missing"] for by in found["delays"].values()) else 0)


if __name__ == "__main__":
    main()
