"""What the scenarios share: checks that are counted, the guest, HQ on the host, and the way between them."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.abspath(os.path.join(HERE, "..", "..", "..", ".."))
RIG = os.path.abspath(os.environ.get("RIG", os.path.join(CHECKOUT, "..", "shared", "rig")))
CACHE = os.path.abspath(
    os.environ.get("WG_RIG_CACHE")
    or os.environ.get("RIG_CACHE")
    or os.path.join(os.path.expanduser("~"), ".cache", "waybill-guard", "rig")
)
AGENT_JAR = os.path.join(CHECKOUT, "agent", "target", "waybill-guard-agent.jar")
HQ_JAR = os.path.join(CHECKOUT, "hq", "target", "waybill-guard-hq.jar")
JVM = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
PATIENCE = 4  # limits are named for a quiet machine; one that others use as well is no fault of the product
STACK_TRACE = re.compile(r"^\s+at [\w.$/]+\(|^Exception in thread|^Caused by: ", re.M)


class Checks:
    """One line a check, and the sum at the end."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, ok, figures=""):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
        text = str(figures).strip().replace("\n", " | ")
        print("%s %s%s" % ("PASS" if ok else "FAIL", what, ": " + text[:1500] if text else ""), flush=True)
        return ok

    def status(self):
        print("%d passed, %d failed" % (self.passed, self.failed), flush=True)
        return 0 if self.failed == 0 and self.passed else 1


class Broken(Exception):
    """The scenario cannot go on: what it was waiting for did not come."""


def wait_for(what, answer, seconds, every=0.5):
    """Calls answer() until it gives something true; that is returned."""
    end, last = time.time() + PATIENCE * seconds, None
    while time.time() < end:
        last = answer()
        if last:
            return last
        time.sleep(every)
    raise Broken("%s did not come within %d s" % (what, PATIENCE * seconds))


class Ended:
    """A command that has ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise Broken("exit %s, no JSON on stdout: %r; stderr: %r" % (self.status, self.out[:300], self.err[-600:]))

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    def said(self):
        return "exit %s; %s" % (self.status, (self.err or self.out).strip()[-600:])


def run(command, timeout=120, **more):
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE * timeout, **more)
        return Ended(ended.returncode, ended.stdout, ended.stderr)
    except subprocess.TimeoutExpired as e:
        return Ended(None, (e.stdout or b"").decode(errors="replace"), "still running after %d s" % (PATIENCE * timeout))


class Server:
    """A long-running Java process on the host, with its output in files."""

    def __init__(self, command, folder, name, env=None):
        self.out, self.err = (os.path.join(folder, name + end) for end in (".out", ".err"))
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=env, start_new_session=True)

    def ready(self, seconds=60):
        def line():
            found = [l for l in read(self.out).splitlines() if l.startswith("ready ")]
            if not found and self.process.poll() is not None:
                raise Broken("ended with %s before it was ready: %s" % (self.process.returncode, read(self.err)[-800:]))
            return found and found[0]

        return wait_for("the ready line in " + self.out, line, seconds, 0.1)

    def stop(self, how=signal.SIGTERM, seconds=20):
        """Ends it with what it started: faketime runs the agent as a child, and does not hand signals on."""
        self.tell(how)
        end = time.time() + PATIENCE * seconds
        while self.tell(0) and time.time() < end:
            self.process.poll()  # so that it does not stay as a zombie
            time.sleep(0.1)
        self.tell(signal.SIGKILL)
        return self.process.wait(10)

    def tell(self, how):
        """Sends a signal to it and all that it started; false when none is left."""
        try:
            os.killpg(self.process.pid, how)
            return True
        except ProcessLookupError:
            return False


class Hq:
    """HQ on this host, with its data in a folder; keeps its port over a restart. More words of its command may be given."""

    words = ()

    def __init__(self, folder):
        self.folder, self.data = folder, os.path.join(folder, "hq-data")
        self.server, self.starts, self.listen, self.facts = None, 0, "127.0.0.1:0", {}

    def start(self):
        self.starts += 1
        command = JVM + ["-jar", HQ_JAR, "serve", "--data", self.data, "--listen", self.listen, "--console", "127.0.0.1:0", *self.words]
        self.server = Server(command, self.folder, "hq-%d" % self.starts)
        line = self.server.ready()
        self.facts = dict(part.split("=", 1) for part in line.split()[1:])
        self.listen = self.facts["agent"].split("//", 1)[1]
        return line

    @property
    def port(self):
        return int(self.listen.rsplit(":", 1)[1])

    def stop(self, how=signal.SIGTERM):
        return self.server.stop(how) if self.server else None

    def cli(self, *words, timeout=120):
        return run(JVM + ["-jar", HQ_JAR] + list(words), timeout)

    def on_data(self, *words, timeout=120):
        return self.cli(*words, "--data", self.data, timeout=timeout)

    def token(self, outlet="SH-0042"):
        made = self.on_data("token", "create", "--outlet", outlet, "--json")
        return made.json()["tokens"][0]["token"]

    def workstation(self, wanted=None):
        for each in self.on_data("workstations", "--json").json()["workstations"]:
            if wanted is None or each["id"] == wanted:
                return each
        return None


class Tunnel:
    """A command that carries connections; started anew when it ends by itself, which is said aloud."""

    def __init__(self, command):
        self.command, self.over = command, threading.Event()
        self.process = subprocess.Popen(command)
        threading.Thread(target=self.keep, daemon=True).start()

    def keep(self):
        while not self.over.wait(1):
            if self.process.poll() is not None:
                print("the way from the guest to HQ ended with %s; built anew" % self.process.returncode, flush=True)
                self.process = subprocess.Popen(self.command)

    def stop(self):
        self.over.set()
        self.process.terminate()
        self.process.wait(10)


class Guest:
    """The rig's guest: see the rig's README for what it is and for the one-client rule of its channels."""

    def __init__(self, folder):
        sys.path.insert(0, RIG)
        import rig

        self.rig, self.run_dir, self.tunnels = rig, os.path.join(folder, "guest"), []
        self.share = os.path.join(self.run_dir, "share")

    def boot(self):
        booted = run([os.path.join(RIG, "run-guest.sh"), CACHE, self.run_dir], 240)
        if booted.status != 0:
            raise Broken("the guest does not boot: " + booted.said())
        with open(os.path.join(self.run_dir, "ports")) as f:
            self.ports = dict(p.split("=") for p in f.read().split())
        return booted.out.strip()

    def sh(self, command, timeout=60):
        try:
            with self.rig.Qga(self.run_dir) as channel:
                return Ended(*channel.exec(command, PATIENCE * timeout))
        except SystemExit as e:  # the rig's way to say that a command or the guest hangs
            return Ended(None, "", str(e))

    def spawn(self, command):
        """Starts a command and returns its pid in the guest."""
        with self.rig.Qga(self.run_dir) as channel:
            return channel.cmd("guest-exec", path="/bin/sh", arg=["-c", command])["pid"]

    def tunnel(self, host_port, guest_port=18443):
        """Lets the guest reach a port of this host at its own 127.0.0.1; ends with the guest."""
        # A guest that is emulated on a busy machine may answer nothing for a minute.
        options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
        options += ["-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=20"]
        forward = "127.0.0.1:%d:127.0.0.1:%d" % (guest_port, host_port)
        key = os.path.join(CACHE, "id_guest")
        self.tunnels.append(Tunnel(["ssh", "-i", key, "-p", self.ports["ssh"]] + options + ["-N", "-R", forward, "root@127.0.0.1"]))
        wait_for("the tunnel", lambda: self.sh("ss -ltn | grep -q 127.0.0.1:%d" % guest_port).status == 0, 60)

    def plug(self, name, serial):
        image = os.path.join(self.run_dir, name + ".img")
        shutil.copyfile(os.path.join(CACHE, "usb.img"), image)
        with self.rig.Qmp(self.run_dir) as channel:
            self.rig.plug_stick(channel, name, image, serial)

    def unplug(self, name):
        with self.rig.Qmp(self.run_dir) as channel:
            self.rig.unplug(channel, name)

    def stop(self):
        for tunnel in self.tunnels:
            tunnel.stop()
        run([os.path.join(RIG, "run-guest.sh"), "--stop", self.run_dir], 30)


class GuestAgent:
    """The agent inside the guest, run as root with its home in /var/lib."""

    HOME, JAR = "/var/lib/desk", "/opt/waybill-guard-agent.jar"

    def __init__(self, guest):
        self.guest, self.pid, self.starts = guest, None, 0

    def install(self):
        shutil.copyfile(AGENT_JAR, os.path.join(self.guest.share, "agent.jar"))
        # A scan folder, without which the sensor of images has nothing to look at and says so.
        wanted = "sensors:\\n  image:\\n    folders: [/srv/scan]\\n    summary_every: 10s\\n  upload:\\n    summary_every: 10s\\n"
        # The rig's own way in, as a company's support has one: what comes from elsewhere is not arranged.
        wanted += "rules:\\n  remote_session:\\n    allowed_peers: [10.0.2.2]\\n    allowed_tools: [sshd]\\n"
        # HQ has what is routine soon, too: the scenarios wait for every record, and by default such may take 30 minutes.
        wanted += "report:\\n  every: 10s\\n"
        settings = "printf '%s' >%s/config/agent.yaml" % (wanted, self.HOME)
        return self.guest.sh("cp /share/agent.jar %s && mkdir -p %s/config /srv/scan && %s" % (self.JAR, self.HOME, settings))

    def cli(self, words, timeout=120):
        """Runs a command; its output comes by the share, which carries more than the guest agent does."""
        command = " ".join(JVM) + " -jar %s %s --home %s" % (self.JAR, words, self.HOME)
        ended = self.guest.sh("%s >/share/cli.out 2>/share/cli.err" % command, timeout)
        out, err = (read(os.path.join(self.guest.share, "cli" + end)) for end in (".out", ".err"))
        return Ended(ended.status, out, err + ended.err)

    def start(self, seconds=120):
        self.starts += 1
        log = "/share/run-%d" % self.starts
        command = "exec %s -jar %s run --home %s >%s.out 2>%s.err" % (" ".join(JVM), self.JAR, self.HOME, log, log)
        out, err = (os.path.join(self.guest.share, "run-%d%s" % (self.starts, end)) for end in (".out", ".err"))
        for old in (out, err):  # an earlier run's line would be taken for this one's
            if os.path.exists(old):
                os.remove(old)
        self.pid = self.guest.spawn(command)

        def line():
            found = [l for l in read(out).splitlines() if l.startswith("ready ")]
            if not found and self.guest.sh("kill -0 %d" % self.pid).status != 0:
                raise Broken("the agent ended before it was ready: " + read(err)[-1000:])
            return found and found[0]

        return wait_for("the agent's ready line", line, seconds, 1)

    def signal(self, name, seconds=60):
        self.guest.sh("kill -%s %d" % (name, self.pid))
        wait_for("the agent's end", lambda: self.guest.sh("kill -0 %d" % self.pid).status != 0, seconds, 0.3)

    def records(self):
        return self.cli("evidence list --json").lines()

    def stored(self, name):
        """Leaf bytes by index and key list, from a copy of the database; the agent must not run."""
        found = self.guest.sh("rm -rf /share/%s; cp -r %s/data /share/%s" % (name, self.HOME, name))
        folder = os.path.join(self.guest.share, name)
        for parent, _, files in os.walk(folder):
            for each in files:
                at = os.path.join(parent, each)
                with open(at, "rb") as f:
                    if f.read(16) != b"SQLite format 3\0":
                        continue
                with sqlite3.connect(at) as db:
                    if db.execute("SELECT 1 FROM sqlite_master WHERE name='leaf'").fetchone():
                        leaves = {idx: bytes(data) for idx, data in db.execute("SELECT idx, data FROM leaf")}
                        keys = db.execute("SELECT vkey FROM epoch_key ORDER BY epoch").fetchall()
                        return leaves, [key for (key,) in keys]
        raise Broken("no database with a leaf table in the agent's data folder: " + found.said())


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def values(tree, key):
    """Every value behind a key, anywhere in a JSON tree."""
    found = []
    if isinstance(tree, dict):
        found += [tree[key]] if key in tree else []
        for each in tree.values():
            found += values(each, key)
    elif isinstance(tree, list):
        for each in tree:
            found += values(each, key)
    return found
