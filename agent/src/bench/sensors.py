#!/usr/bin/env python3
"""sensors.py RUN_DIR [--n N] [--seconds S] [--settle S] [--quick] [--alone] [--jar JAR]     act -> durable record for each sensor, beside inotifywait and fatrace

As root. Each sensor is made to see N acts (default 100, fewer where an act takes seconds), first with nothing else going on, then while another
process makes 1,000 file events a second: a program copied into a folder of root's home; a unit written to /etc/systemd/system; an image read by a program
of its own; a connection that ends after 1 MiB; an SSH login on loopback. Before that, after --settle seconds, 60 s of rest give what each watcher costs, and
after it for S seconds (default 60) a generator makes 50,000 file events a second, and 5,000 new programs a second: what is missing in the log is counted, exactly.
What is measured: from just before the end of the act (the close of a file, the end of a connection, the start of ssh), by this script's clock, until another
process can read the record in the database, which is looked at every millisecond: a commit is visible after it was forced to disk. The same until HQ holds it (a real
HQ on this host to which the agent is enrolled, but with --alone). inotifywait and
fatrace: when this script has read their line. A USB device needs a bus; that delay is measured in the rig's guest.
Nothing is asserted about time. Prints a table; JSON to RUN_DIR/sensors.json. Exit 1 when a record of an act is missing.
"""
import argparse
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "it", "guest"))
import lab  # noqa: E402
from headquarters import Headquarters  # noqa: E402

LOAD = r'''
import os, sys, time
at, due, made = os.path.join(sys.argv[1], "noise"), time.monotonic(), 0
open(at, "w").close()
try:
    while True:
        with open(at, "a") as f:  # an open, a write and a close: three events
            f.write("x")
        made += 1
        due += 0.003
        time.sleep(max(0, due - time.monotonic()))
finally:
    print(made)
'''

# Opens, writes and closes files by turns, RATE times a second for SECONDS, and prints how often and how long it took. With a program in the third
# argument it is written to a name of its own each time.
STORM = r'''
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
int main(int argc, char **argv) {
  double rate = atof(argv[2]), seconds = atof(argv[3]), began = now();
  long n = 0;
  char path[512], head[256] = {0};
  int elf = argc > 4;
  if (elf) { int in = open(argv[4], O_RDONLY); if (in < 0 || read(in, head, sizeof head) != sizeof head) return 1; close(in); }
  while (now() - began < seconds) {
    long due = (long)((now() - began) * rate);
    for (; n < due; n++) {
      snprintf(path, sizeof path, "%s/%s%ld", argv[1], elf ? "elf" : "f", elf ? n : n % 10000);
      int fd = open(path, O_WRONLY | O_CREAT, 0755);
      if (fd < 0) { perror(path); return 1; }
      if (elf) { if (write(fd, head, sizeof head) < 0 || write(fd, &n, sizeof n) < 0) return 1; }
      else if (write(fd, "x", 1) < 0) return 1;
      close(fd);
    }
    struct timespec rest = {0, 200000};
    nanosleep(&rest, 0);
  }
  printf("%ld %.3f\n", n, now() - began);
  return 0;
}
'''
TICK = os.sysconf("SC_CLK_TCK")
JVM_OPTIONS = os.path.join(lab.CHECKOUT, "installer", "linux", "jvm.options")


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


class Durable:
    """When each record could first be read by another process, by its number."""

    def __init__(self, home):
        self.at, self.size, self.ended = {}, 0, False
        self.db = sqlite3.connect("file:%s?mode=ro" % os.path.join(home, "data", "evidence.db"), uri=True, check_same_thread=False)
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.ended:
            (size,) = self.db.execute("SELECT coalesce(max(idx) + 1, 0) FROM leaf").fetchone()
            now = time.time()
            for seq in range(self.size, size):
                self.at[seq] = now
            self.size = size
            time.sleep(0.001)
        self.db.close()

    def end(self):
        self.ended = True
        self.thread.join()


def spent(pid):
    """CPU seconds, times it waited for something and was woken, threads, RSS and PSS in KiB."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    switches = 0
    for task in os.listdir("/proc/%d/task" % pid):
        for line in lab.read("/proc/%d/task/%s/status" % (pid, task)).splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                switches += int(line.split()[1])
    sizes = dict(line.split(":", 1) for line in lab.read("/proc/%d/smaps_rollup" % pid).splitlines()[1:])
    kib = lambda key: int(sizes[key].split()[0])
    return (int(fields[11]) + int(fields[12])) / TICK, switches, int(fields[17]), kib("Rss"), kib("Pss")


def by_thread(pid):
    """CPU seconds and context switches of each thread, by its name in /proc (15 bytes)."""
    found = {}
    for task in os.listdir("/proc/%d/task" % pid):
        at = "/proc/%d/task/%s/" % (pid, task)
        fields = lab.read(at + "stat").rsplit(")", 1)[-1].split()
        switches = sum(int(line.split()[1]) for line in lab.read(at + "status").splitlines() if line.startswith("voluntary_ctxt_switches"))
        if fields:
            before = found.get(lab.read(at + "comm").strip(), (0, 0))
            found[lab.read(at + "comm").strip()] = (before[0] + (int(fields[11]) + int(fields[12])) / TICK, before[1] + switches)
    return found


def events_of_others(seconds):
    """How many files others open for writing and close on this machine meanwhile, as fatrace sees it: each wakes the agent."""
    if not shutil.which("fatrace"):
        return None
    seen = subprocess.run(["fatrace", "-f", "W", "-s", str(seconds)], capture_output=True, text=True)
    return round(len(seen.stdout.splitlines()) / seconds, 1)


class Acts:
    """What each sensor is shown; every act leaves a name by which its record is found again."""

    def __init__(self, folder, desk, scan):
        self.folder, self.desk, self.scan = folder, desk, scan
        with open("/bin/true", "rb") as f:
            self.program_bytes = f.read()
        self.units, self.users, self.sshd, self.doors = [], False, None, []

    def program(self, phase, n):
        began = {}
        for i in range(n):
            name = "act-%s-%d" % (phase, i)
            with open(os.path.join(self.desk, name), "wb") as f:
                f.write(self.program_bytes + name.encode())
                f.flush()
                os.fchmod(f.fileno(), 0o755)
                began[name] = time.time()
            time.sleep(0.05)
        return began

    def persistence(self, phase, n):
        began = {}
        for i in range(n):
            name = "act-%s-%d-%d.service" % (phase, os.getpid(), i)
            at = os.path.join("/etc/systemd/system", name)
            self.units.append(at)
            with open(at, "w") as f:
                f.write("[Service]\nExecStart=/bin/true %d\n" % i)
                f.flush()
                began[name] = time.time()
            time.sleep(4.5)  # more than 16 a minute are summed up
        return began

    def image(self, phase, n):
        """Each by a reader of its own path; what others do is recorded two seconds after it ended, by design."""
        began = {}
        for i in range(n):
            reader = os.path.join(self.desk, "reader-%s-%d" % (phase, i))
            shutil.copy("/bin/cat", reader)
            time.sleep(0.2)
            subprocess.run([reader, os.path.join(self.scan, "1.jpg")], stdout=subprocess.DEVNULL, check=True)
            began[reader] = time.time()
        return began

    def upload(self, phase, n):
        """Each to a port of its own; a sum is recorded a second after its last connection ended, by design."""
        began = {}
        for i in range(n):
            with socket.create_server(("127.0.0.1", 0)) as door:
                threading.Thread(target=self.swallow, args=(door,), daemon=True).start()
                port = door.getsockname()[1]
                with socket.create_connection(door.getsockname()) as way:
                    way.sendall(bytes(1 << 20))
                    way.shutdown(socket.SHUT_WR)
                    way.recv(1)
                began[port] = time.time()
        return began

    @staticmethod
    def swallow(door):
        way, _ = door.accept()
        with way:
            while way.recv(1 << 16):
                pass

    def session(self, phase, n):
        if not shutil.which("sshd") and not os.path.exists("/usr/sbin/sshd"):
            print("================ SKIPPED session: no sshd here (apt-get install openssh-server)", flush=True)
            return {}
        if self.sshd is None:
            self.prepare_ssh()
        began = {}
        for i in range(n):
            at = time.time()
            subprocess.run(["ssh", "-p", str(self.port), "-i", self.key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                            "-o", "IdentitiesOnly=yes", "root@127.0.0.1", "sleep 3"], check=True)
            began["%s-%d" % (phase, i)] = at
            time.sleep(1.5)
        return began

    def prepare_ssh(self):
        os.makedirs("/run/sshd", exist_ok=True)
        self.key, host = os.path.join(self.folder, "key"), os.path.join(self.folder, "host_key")
        for key in (self.key, host):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        allowed = os.path.join(self.folder, "allowed")
        shutil.copy(self.key + ".pub", allowed)
        os.chmod(allowed, 0o600)
        options = ["ListenAddress=127.0.0.1", "HostKey=" + host, "AuthorizedKeysFile=" + allowed, "UsePAM=no", "PermitRootLogin=yes", "StrictModes=no", "PidFile=none"]
        self.sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", "/dev/null", "-p", str(self.port)] + [word for o in options for word in ("-o", o)], stderr=subprocess.DEVNULL)
        time.sleep(1)

    def end(self):
        for unit in self.units:
            if os.path.exists(unit):
                os.remove(unit)
        if self.sshd:
            self.sshd.terminate()
            self.sshd.wait(10)


def told(records):
    """The number of the record of each act, by what the act left; and the starts of SSH logins in order."""
    found = {"program": {}, "persistence": {}, "image": {}, "upload": {}}
    logins = []
    for r in records:
        event, seq = r.get("event", {}), r["seq"]
        if r["type"] == "program.new":
            found["program"].setdefault(event.get("file", {}).get("name", ""), seq)
        elif r["type"] == "autostart.new":
            found["persistence"].setdefault(event.get("unmapped", {}).get("entry", ""), seq)
        elif r["type"] == "image.read":
            found["image"].setdefault(event.get("actor", {}).get("process", {}).get("path", ""), seq)
        elif r["type"] == "net.sent":
            found["upload"].setdefault(event.get("dst_endpoint", {}).get("port", 0), seq)
        elif r["type"] == "session.start":
            logins.append((event["time"] / 1000, seq))
    return found, logins


def delays(began, seen):
    ms = sorted(1000 * (seen[name] - at) for name, at in began.items() if name in seen)
    if len(ms) < 2:
        return {"n": len(ms), "missing": len(began) - len(ms)}
    p99 = ms[min(len(ms) - 1, -(-99 * len(ms) // 100) - 1)]
    return {"n": len(ms), "missing": len(began) - len(ms), "median_ms": round(statistics.median(ms), 1), "p99_ms": round(p99, 1)}


def storm(folder, desk, rate, seconds, program=None):
    """How many acts there were a second, and how many."""
    binary = os.path.join(folder, "storm")
    if not os.path.exists(binary):
        with open(binary + ".c", "w") as f:
            f.write(STORM)
        subprocess.run(["cc", "-O2", "-o", binary, binary + ".c"], check=True)
    at = os.path.join(desk, "storm-%d" % rate)
    os.makedirs(at)
    ended = subprocess.run([binary, at, str(rate), str(seconds)] + ([program] if program else []), capture_output=True, text=True, check=True)
    made, took = ended.stdout.split()
    return int(made), round(int(made) / float(took))


def at_rest(agent, others, seconds):
    """What each watcher takes while nothing is done on purpose, and what each of the agent's threads does."""
    pids = [("agent", agent.process.pid)] + [(w.name, w.process.pid) for w in others]
    before, threads, at = {name: spent(pid) for name, pid in pids}, by_thread(agent.process.pid), time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - at
    cost = {}
    for name, pid in pids:
        a, b = before[name], spent(pid)
        cost[name] = {"cpu_s_per_hour": round((b[0] - a[0]) * 3600 / took, 1), "wakeups_per_s": round((b[1] - a[1]) / took, 1)}
        cost[name].update(threads=b[2], open_files=len(os.listdir("/proc/%d/fd" % pid)), rss_kib=b[3], pss_kib=b[4])
    after = by_thread(agent.process.pid)
    by = {name: (after[name][0] - threads.get(name, (0, 0))[0], after[name][1] - threads.get(name, (0, 0))[1]) for name in after}
    cost["threads"] = {n: {"cpu_s_per_hour": round(c * 3600 / took, 1), "wakeups_per_s": round(k / took, 2)} for n, (c, k) in sorted(by.items()) if k}
    return cost


def stored(home):
    """Bytes of the log's pages that hold something, those that are in the write-ahead file only among them; and its records."""
    log = sqlite3.connect("file:%s?mode=ro" % os.path.join(home, "data", "evidence.db"), uri=True)
    pages, free, size = (log.execute("PRAGMA " + each).fetchone()[0] for each in ("page_count", "freelist_count", "page_size"))
    (records,) = log.execute("SELECT count(*) FROM leaf").fetchone()
    log.close()
    return (pages - free) * size, records


def until(answer, seconds, every=0.5):
    """Whether it became so in that time; unlike lab.wait_for this may be no."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer():
            return True
        time.sleep(every)
    return False


class Settled:
    """Whether what comes is no more than what others do on the machine: 20 records in two seconds."""

    def __init__(self, home):
        self.home, self.size = home, -1000

    def is_so(self):
        before, self.size = self.size, stored(self.home)[1]
        return self.size - before < 20


def watchers(desk):
    """The peers that can be had here."""
    others = []
    for name, command in (("inotifywait", ["inotifywait", "-m", "-q", "-e", "close_write", desk]), ("fatrace", ["fatrace", "-f", "W"])):
        if shutil.which(name):
            others.append(Watcher(command))
        else:
            print("================ SKIPPED %s: not here (apt-get install inotify-tools fatrace)" % name, flush=True)
    return others


def acts_of(acts, given, desk, loads, began):
    """Every sensor is made to see its acts, at rest and under load."""
    few, some = max(3, given.n // 20), max(5, given.n // 5)
    load = None
    try:
        for phase in ("idle", "load"):
            if phase == "load":
                load = subprocess.Popen([sys.executable, "-c", LOAD, desk], stdout=subprocess.PIPE, text=True)
                time.sleep(1)
            loads[phase] = os.getloadavg()[0]
            for sensor, n in (("program", given.programs), ("persistence", few), ("image", some), ("upload", some), ("session", few)):
                began[phase, sensor] = getattr(acts, sensor)(phase, n)
                print("%s: %d acts for %s" % (phase, len(began[phase, sensor]), sensor), flush=True)
    finally:
        if load:
            load.terminate()
            load.wait(10)


def storms_of(folder, given, desk, home):
    """What is made faster than anybody can read, and what came of it; returns when nothing more comes."""
    storms = {}
    if not shutil.which("cc"):
        print("================ SKIPPED storms: no cc here (apt-get install gcc libc6-dev)", flush=True)
        return storms
    for what, rate, program in (("drained", 50_000, None), ("recorded", 5_000, "/bin/true")):
        made, rate_made = storm(folder, desk, rate, given.seconds, program)
        storms[what] = {"made": made, "made_per_s": rate_made}
        print("%s: %d acts, %d a second" % (what, made, rate_made), flush=True)
    if not until(Settled(home).is_so, 40, 2):
        print("others on this machine go on making records", flush=True)
    return storms


def measure(folder, given, desk, more=lambda home, agent, hq: {}):
    """All of it; more() is asked at the end, while agent and HQ still run."""
    home, scan = os.path.join(folder, "home"), os.path.join(folder, "scan")
    os.makedirs(os.path.join(home, "config"))
    os.makedirs(scan)
    with open(os.path.join(scan, "1.jpg"), "wb") as f:
        f.write(b"\xff\xd8\xff\xe0" + os.urandom(200_000))
    with open(os.path.join(home, "config", "agent.yaml"), "w") as f:
        f.write("sensors:\n  image:\n    folders: [%s]\n" % scan)
    hq = None if given.alone else Headquarters(folder)
    acts, others, began, loads, agent = Acts(folder, desk, scan), [], {}, {}, None
    try:
        if hq:
            hq.enroll(home, given.jar)
        agent = lab.Server(["java", "@" + JVM_OPTIONS] + given.java + ["-jar", given.jar, "run", "--home", home], folder, "agent")
        print(agent.ready(120), flush=True)
        time.sleep(given.settle)  # the first look at what is here already
        others = watchers(desk)
        time.sleep(1)
        rest = at_rest(agent, others, 20 if given.quick else 60)
        durable = Durable(home)
        bytes_before, records_before = stored(home)
        acts_of(acts, given, desk, loads, began)
        time.sleep(5)
        durable.end()
        bytes_after, records_after = stored(home)
        disk = {"one_by_one": round((bytes_after - bytes_before) / (records_after - records_before))}
        for each in others:
            each.process.terminate()
            each.process.wait(10)
        rest["events_of_others_per_s"] = events_of_others(10)
        at_once, sent, held = stored(home), *((hq.relay.sent, hq.size) if hq else (0, 0))
        storms = storms_of(folder, given, desk, home)
        now, wire = stored(home), {}
        if storms:
            disk["storm"] = round((now[0] - at_once[0]) / (now[1] - at_once[1]))
        if storms and hq:  # what is routine may be sent half an hour later: counted is what HQ holds
            until(lambda: hq.size > held + (now[1] - at_once[1]) // 2, 40)
            if hq.size > held:
                wire["storm"] = round((hq.relay.sent - sent) / (hq.size - held))
        rest["after the storms"] = at_rest(agent, [], 20 if given.quick else 40)["agent"]
        extra = more(home, agent, hq)
    finally:
        acts.end()
        for each in others:
            each.process.kill()
        if agent:
            agent.stop()
        if hq:
            hq.stop()
    records = lab.run(["java", "-jar", given.jar, "evidence", "list", "--json", "--limit", "10000000", "--home", home], 600).lines()
    found, logins = told(records)
    table = {}
    for (phase, sensor), acted in began.items():
        if sensor == "session":  # the login that begins after an act and before its end belongs to it
            seqs = {name: seq for name, at in acted.items() for when, seq in logins if at - 1 <= when <= at + 4}
        else:
            seqs = {name: found[sensor][name] for name in acted if name in found[sensor]}
        row = {"agent": delays(acted, {name: durable.at[seq] for name, seq in seqs.items() if seq in durable.at})}
        if hq:
            row["at HQ"] = delays(acted, {name: hq.at[seq] for name, seq in seqs.items() if seq in hq.at})
        if sensor == "program":
            row.update({w.name: delays(acted, w.seen) for w in others})
        table["%s %s" % (phase, sensor)] = row
    if "recorded" in storms:
        mine = sum(1 for r in records if r["type"] == "program.new" and r["event"].get("file", {}).get("path", "").startswith(os.path.join(desk, "storm-5000")))
        storms["recorded"].update(records=mine, lost=storms["recorded"]["made"] - mine)
    gaps = [r["summary"] for r in records if r["type"] in ("log.gap", "sensor.blind")]
    return {"load_average": loads, "delays": table, "rest": rest, "storms": storms, "gaps": gaps, "records": len(records), "processors": os.cpu_count(),
            "kernel": os.uname().release, "disk_bytes_per_record": disk, "wire_bytes_per_record": wire, **extra}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("run_dir")
    options.add_argument("--n", type=int, default=100)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--quick", action="store_true", help="20 acts, storms of 10 s")
    options.add_argument("--settle", type=int, default=15, help="seconds from ready until rest is measured")
    options.add_argument("--alone", action="store_true", help="not enrolled")
    options.add_argument("--jar", default=lab.AGENT_JAR)
    given = options.parse_args()
    given.java = []
    if given.quick:
        given.n, given.seconds = 20, 10
    given.programs = given.n
    given.jar = os.path.abspath(given.jar)
    if os.geteuid() != 0:
        raise SystemExit("sensors.py needs root, for fanotify")
    folder = os.path.abspath(given.run_dir)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    desk = os.path.join(os.path.expanduser("~"), "wgbench-%d" % os.getpid())
    os.makedirs(desk)
    try:
        found = measure(folder, given, desk)
    finally:
        shutil.rmtree(desk)
    with open(os.path.join(folder, "sensors.json"), "w") as f:
        json.dump(found, f, indent=1)
    print("load average: %s" % found["load_average"])
    for act, row in found["delays"].items():
        for name, figures in row.items():
            base = row.get("fatrace", {}).get("median_ms")
            ratio = " = %.1f x fatrace" % (figures["median_ms"] / base) if base and "median_ms" in figures else ""
            print("%-18s %-12s %s%s" % (act, name, figures, ratio))
    for name, figures in found["rest"].pop("threads").items():
        print("rest, thread %-16s %s" % (name, figures))
    for name, figures in found["rest"].items():
        print("rest: %-12s %s" % (name, figures))
    print("bytes a record: disk %s, wire %s" % (found["disk_bytes_per_record"], found["wire_bytes_per_record"]))
    for name, figures in found["storms"].items():
        print("storm, %-9s %s" % (name, figures))
    print("gaps: %s" % found["gaps"])
    sys.exit(1 if any(row["agent"]["missing"] for row in found["delays"].values()) else 0)


if __name__ == "__main__":
    main()
