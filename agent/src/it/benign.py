#!/usr/bin/env python3
"""benign.py RUN_DIR     a day without harm on this host; no finding comes of it and nothing is lost

A real agent, enrolled at a real HQ, runs while a package is installed and upgraded, a browser loads and downloads, a log is rotated, a job runs
in the background, documents are edited, a label is printed on the LAN, support logs in by SSH as arranged, and the firm's own programs scan 200
images and send them all. Other side of the network: a namespace of its own. As root; needs ip, curl, openssl, dpkg-deb, apt-get. What is
put on this host (a package, a folder in root's home) goes at the end. What this host has no program for is SKIPPED aloud.
"""
import collections
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from upload import HERE, IMAGES, NAME, PORT, SIZE, THERE, Upload, lab, must, program_of  # noqa: E402

PACKAGE, FILES, ELF, SCRIPTS = "wgb%d" % os.getpid(), 2000, 40, 60
APT = ["apt-get", "-y", "-q", "-o", "DPkg::Lock::Timeout=60", "-o", "Acquire::Retries=0"]
PRINTER = r'''
import socket, sys
door = socket.create_server((sys.argv[1], 9100))
print("ready", flush=True)
got, whole = door.accept()[0], 0
while part := got.recv(65536):
    whole += len(part)
print(whole, flush=True)
'''


def skipped(what, why):
    print("================ SKIPPED %s: %s" % (what, why), flush=True)


class Day(Upload):
    def __init__(self, folder):
        super().__init__(folder)
        self.hq, self.children = lab.Hq(folder), []
        self.user = os.path.join(os.path.expanduser("~"), PACKAGE)

    def run(self):
        try:
            self.prepare()
            self.arrange()
            self.disk.start()
            self.start()
            for act in (self.package, self.reinstall, self.browser, self.rotation, self.job, self.documents, self.printer, self.support, self.firm):
                began = time.time()
                act()
                print("%s: %.1f s" % (act.__name__, time.time() - began), flush=True)
            self.evening()
        except (lab.Broken, subprocess.SubprocessError, OSError) as e:
            self.checks.that("the day runs to its end", False, e)
            if self.agent:
                print(lab.read(self.agent.err)[-2000:])
        finally:
            self.clean_up()
        return self.checks.status()

    def arrange(self):
        """Support is allowed from one address, by one tool, around this hour; the agent is enrolled at HQ."""
        now = datetime.datetime.now()
        hours = "-".join((now + datetime.timedelta(hours=h)).strftime("%H:%M") for h in (-1, 1))
        with open(os.path.join(self.home, "config", "agent.yaml"), "a") as f:
            f.write("rules:\n  remote_session:\n    allowed_peers: [%s]\n    allowed_tools: [sshd]\n    allowed_hours: '%s'\n" % (THERE, hours))
        self.hq.start()
        enrolled = self.cli("enroll", "--hq", self.hq.facts["agent"], "--token", self.hq.token(), "--ca-sha256", self.hq.facts["ca_sha256"])
        if enrolled.status != 0:
            raise lab.Broken("the desk is not enrolled: " + enrolled.said())

    def clean_up(self):
        for child in self.children:
            child.terminate()
            child.wait(10)
        if self.agent:
            self.agent.stop()
        self.hq.stop()
        self.disk.stop()
        if lab.run(["dpkg", "-s", PACKAGE]).status == 0:
            lab.run(["dpkg", "--purge", PACKAGE])
        shutil.rmtree(self.user, ignore_errors=True)

    # -- the desk's own doings -------------------------------------------------------------------

    def package(self):
        for version in ("1.0", "1.1"):
            must(*APT, "install", self.built(version))
            shown = must("dpkg-query", "-W", "-f", "${Version}", PACKAGE).out
            self.checks.that("version %s is installed" % version, shown == version, shown)

    def built(self, version):
        """A package whose every program is another one in each version."""
        tree = os.path.join(self.folder, "deb-" + version)
        lib = os.path.join(tree, "usr", "lib", PACKAGE)
        os.makedirs(os.path.join(tree, "DEBIAN"))
        os.makedirs(lib)
        with open(os.path.join(tree, "DEBIAN", "control"), "w") as f:
            f.write("Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: desk <desk@example.invalid>\nDescription: files\n" % (PACKAGE, version))
        with open(os.path.realpath("/bin/true"), "rb") as f:
            program = f.read()
        for i in range(FILES):
            mark, mode = ("%s %d\n" % (version, i)).encode(), 0o644
            if i < ELF:
                content, mode = program + mark, 0o755
            elif i < ELF + SCRIPTS:
                content, mode = b"#!/bin/sh\necho " + mark, 0o755
            else:
                content = mark * 20
            at = os.path.join(lib, "file-%d" % i)
            with open(at, "wb") as f:
                f.write(content)
            os.chmod(at, mode)
        deb = tree + ".deb"
        must("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, deb)
        return deb

    def reinstall(self):
        ended = lab.run(APT + ["-o", "Acquire::http::Timeout=10", "install", "--reinstall", "hostname"], 15)
        if ended.status != 0:
            skipped("reinstalling a package from apt's sources", ended.said()[-200:])

    def browser(self):
        chromium = shutil.which("chromium")
        if not chromium:
            skipped("browser", "no chromium (apt-get install chromium)")
            return
        profile, downloads = os.path.join(self.user, "profile"), os.path.join(self.user, "Downloads")
        os.makedirs(os.path.join(profile, "Default"))
        os.makedirs(downloads)
        with open(os.path.join(profile, "Default", "Preferences"), "w") as f:
            json.dump({"download": {"default_directory": downloads, "prompt_for_download": False}}, f)
        site = "https://%s:%d/" % (THERE, PORT)
        words = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", "--user-data-dir=" + profile]
        loaded = lab.run(words + ["--timeout=10000", "--dump-dom", site + "orders.html"], 20)
        self.checks.that("the browser loads a page", "<h1>orders</h1>" in loaded.out, "exit %s" % loaded.status)
        child = subprocess.Popen(words + [site + "prices.bin"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            whole = lambda: any(os.path.getsize(os.path.join(downloads, n)) == 3_000_000 for n in os.listdir(downloads) if n.endswith(".bin"))
            lab.wait_for("the download", whole, 8)
            self.checks.that("the browser downloads a file", True)
        except lab.Broken as e:
            skipped("the browser's download", "headless mode of this chromium keeps no file: %s" % e)
        finally:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait(10)

    def rotation(self):
        log = os.path.join(self.user, "desk.log")
        os.makedirs(self.user, exist_ok=True)
        with open(log, "w") as f:
            f.write("a line of a log\n" * 50_000)
        if shutil.which("logrotate"):
            settings = os.path.join(self.folder, "logrotate.conf")
            with open(settings, "w") as f:
                f.write("%s {\n  rotate 3\n  compress\n  create\n}\n" % log)
            must("logrotate", "-f", "-s", os.path.join(self.folder, "logrotate.state"), settings)
        else:
            skipped("logrotate", "not here (apt-get install logrotate); mv and gzip rotate instead")
            must("sh", "-c", 'mv "$1" "$1.1" && : >"$1" && gzip "$1.1"', "sh", log)
        self.checks.that("the log is rotated", os.path.exists(log + ".1.gz"))

    def job(self):
        """What cron does with a job: a shell of its own session, no terminal, no parent that waits."""
        done = os.path.join(self.user, "job.done")
        script = os.path.join(self.user, "tidy.sh")
        with open(script, "w") as f:
            f.write("#!/bin/sh\nfind /usr/share/doc -type f | head -n 2000 | xargs ls -l >/dev/null\ndate >%s\n" % done)
        os.chmod(script, 0o755)
        must("sh", "-c", 'setsid "$1" </dev/null >/dev/null 2>&1 &', "sh", script)
        lab.wait_for("the background job", lambda: os.path.exists(done) and os.path.getsize(done), 20)

    def documents(self):
        """Saved as editors save: written beside, then renamed over."""
        folder = os.path.join(self.user, "Documents")
        os.makedirs(folder)
        for i in range(100):
            at = os.path.join(folder, "list-%d.txt" % (i % 10))
            with open(at + "~", "w") as f:
                f.write("order %d\n" % i * 200)
            os.replace(at + "~", at)

    def printer(self):
        child = subprocess.Popen(["ip", "netns", "exec", NAME, sys.executable, "-c", PRINTER, THERE], stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        if child.stdout.readline().strip() != "ready":
            raise lab.Broken("the printer does not start")
        label = os.path.join(self.user, "label.prn")
        with open(label, "wb") as f:
            f.write(b"^XA^FO50,50^FDlabel^FS^XZ\n" * 12_000)
        must("bash", "-c", 'cat "$1" >/dev/tcp/%s/9100' % THERE, "bash", label)
        got = child.stdout.readline().strip()
        self.checks.that("the printer has its label", got == str(os.path.getsize(label)), got)

    def support(self):
        """Its own /run and /var/log, so that the login leaves nothing in this host's."""
        if not os.path.exists("/usr/sbin/sshd") or not shutil.which("ssh"):
            skipped("support by SSH", "no sshd or ssh (apt-get install openssh-server openssh-client)")
            return
        keys = os.path.join(self.folder, "keys")
        os.makedirs(keys, 0o700)
        for name in ("host", "key"):
            must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(keys, name))
        options = ["ListenAddress=" + HERE, "Port=2022", "HostKey=%s/host" % keys, "AuthorizedKeysFile=%s/key.pub" % keys]
        options += ["PidFile=none", "UsePAM=no", "StrictModes=no", "PermitRootLogin=prohibit-password"]
        mounts = "mount -t tmpfs tmpfs /run && mkdir /run/sshd && mount -t tmpfs tmpfs /var/log && exec /usr/sbin/sshd -D -e -f /dev/null "
        with open(os.path.join(self.folder, "sshd.err"), "wb") as err:
            self.children.append(subprocess.Popen(["unshare", "-m", "sh", "-c", mounts + " ".join("-o " + o for o in options)], stderr=err))
        lab.wait_for("sshd", lambda: must("ss", "-Htln", "( sport = :2022 )").out.strip(), 20)
        login = ["ip", "netns", "exec", NAME, "ssh", "-i", keys + "/key", "-p", "2022", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        must(*login, "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "root@" + HERE, "uptime; sleep 6")
        mine = lambda: [r for r in self.records("session.end") if r["event"].get("src_endpoint", {}).get("ip") == THERE]
        ended = lab.wait_for("the record of the login's end", mine, 20)
        self.checks.that("the login of support is one session", len(ended) == 1, ended[0]["summary"])

    # -- the firm's images -----------------------------------------------------------------------

    def firm(self):
        for i in range(IMAGES):
            with open(self.paper, "wb") as f:
                f.write(b"\xff\xd8\xff\xe0" + random.Random(i).randbytes(SIZE - 4))
            must(self.scanner, "if=" + self.paper, "of=" + self.scanned(i), "bs=1M", "status=none")
        self.awaits("the scanner made each image once", "image.made", self.scanner, IMAGES)
        site = "https://%s:%d" % (THERE, PORT)
        broken = lab.run([self.uploader, "-skf", "-T", self.scanned(0), site + "/broken/"])
        self.checks.that("one connection breaks", broken.status not in (0, None), broken.said())
        for first in range(0, IMAGES, 50):
            files = ",".join(self.scanned(i) for i in range(first, first + 50))
            must(self.uploader, "-skf", "-T", "{%s}" % files, site + "/firm/")
        arrived = collections.Counter(json.loads(line)["path"] for line in lab.read(self.disk.got).splitlines())
        self.checks.that("each image arrived once", len(arrived) == IMAGES and set(arrived.values()) == {1}, "%d paths" % len(arrived))
        # The image of the broken connection is read twice, and may be counted in two summaries.
        lab.wait_for("the uploader's reads", lambda: self.sum("image.read", self.uploader)[0] >= IMAGES, 40, 1)
        reads = self.sum("image.read", self.uploader)[0]
        self.checks.that("the uploader's reads are all counted", IMAGES <= reads <= IMAGES + 1, reads)
        lab.wait_for("what the uploader sent", lambda: self.sent_by(self.uploader) >= self.disk.received("/firm/"), 40, 1)

    def sent_by(self, program):
        return sum(r["event"]["traffic"]["bytes_out"] for r in self.records("net.sent") if program_of(r["event"]) == program)

    @staticmethod
    def installed(record):
        """The place of a program of the package under its last name; dpkg writes beside it first."""
        path = record["event"].get("file", {}).get("path", "")
        return [path] if path.startswith("/usr/lib/%s/" % PACKAGE) and not path.endswith(".dpkg-new") and record["event"]["file"].get("hashes") else []

    # -- what came of it -------------------------------------------------------------------------

    def evening(self):
        self.agent.stop()  # what was summed up is recorded at the end
        every = self.records()
        count = collections.Counter(r["type"] for r in every)
        above = [r for r in every if r["type"].startswith("finding") and r["event"]["severity_id"] > 1]
        for r in above:
            print("FINDING %s %s" % (r["summary"], json.dumps(r["event"].get("unmapped"))[:600]), flush=True)
        self.checks.that("no finding above informational", not above, len(above))
        for kind in ("log.gap", "sensor.blind"):
            self.checks.that("no " + kind, not count[kind], [r["summary"] for r in every if r["type"] == kind])
        installed = {(path, r["event"]["file"]["hashes"][0]["value"]) for r in every for path in self.installed(r)}
        bursts = [r["event"] for r in every if r["type"] == "program.burst" and PACKAGE in r["event"]["unmapped"]["packages"]]
        summed = sum(burst["count"] for burst in bursts)
        self.checks.that("each program of both versions is recorded, by itself or in the sum of a burst",
                         len(installed) + summed == 2 * (ELF + SCRIPTS), "%d alone, %d in %d bursts" % (len(installed), summed, len(bursts)))
        print("records: %d; by type: %s" % (len(every), json.dumps(dict(count.most_common()))), flush=True)
        print("above informational: %s" % dict(collections.Counter(r["type"] for r in every if r["event"].get("severity_id", 0) > 1)))


def main():
    for name in ("ip", "ss", "curl", "openssl", "unshare", "dd", "dpkg-deb", "apt-get"):
        if not shutil.which(name):
            raise SystemExit("benign.py needs %s" % name)
    if os.geteuid() != 0:
        raise SystemExit("benign.py needs root")
    folder = os.path.abspath(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(143))  # so that the package and the namespace go on a time-out too
    sys.exit(Day(os.path.realpath(folder)).run())


if __name__ == "__main__":
    main()
