#!/usr/bin/env python3
"""disposal.py RUN_DIR     HQ has a desk cut off a login, block an address and a program, put a file away, and take it back; all of it for real

As root; needs ip, sshd, ssh. HQ and the agent run in a network namespace of their own, so that nothing of this host is blocked; whoever logs in and
whatever is sent to is in a second one. Each order is given by one person and approved by another. At most 2 minutes.
"""
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time

from commands import Commands, lab
from trust import QUICK

HERE, THERE, OUT = "10.79.0.1", "10.79.0.2", "wgd%d" % os.getpid()
ALLOW = "disposal:\n  allow: [end_session, block, quarantine]\n"


class Disposal(Commands):
    def run(self):
        try:
            self.network()
            return super().run()
        finally:
            lab.run(["ip", "netns", "del", OUT])

    def network(self):
        for words in ("ip link set lo up", "ip netns add " + OUT, "ip link add wgd0 type veth peer name wgd1 netns " + OUT, "ip addr add %s/24 dev wgd0" % HERE,
                      "ip link set wgd0 up", "ip -n %s addr add %s/24 dev wgd1" % (OUT, THERE), "ip -n %s link set wgd1 up" % OUT, "ip -n %s link set lo up" % OUT):
            ended = lab.run(words.split())
            if ended.status != 0:
                raise lab.Broken("%s: %s" % (words, ended.said()))
        self.spawned = [self.out("exec python3 -m http.server --bind %s 8080" % THERE)]

    def out(self, command):
        return subprocess.Popen(["ip", "netns", "exec", OUT, "sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def held_and_erased(self):
        """After HQ and desk are there: what this script is for."""
        with open(os.path.join(self.desk.home, "config", "agent.yaml"), "w") as f:
            f.write(QUICK + ALLOW)
        self.desk.stop()
        self.desk.start()
        self.not_allowed()
        self.blocked()
        self.program()
        self.login()
        self.quarantine()
        verify = self.desk.cli("evidence", "verify")
        self.checks.that("the desk's log holds", verify.status == 0, verify.said())
        for each in self.spawned:
            each.kill()

    def order(self, *words):
        return json.loads(self.at_hq("disposal", "order", "--workstation", self.id, *words, "--reason", "HZ-9", "--by", "lin", "--json"))["id"]

    def approved(self, command):
        self.at_hq("command", "approve", command, "--by", "zhao")
        return self.ended(command)

    def ended(self, command):
        return lab.wait_for("the end of " + command[:8], lambda: self.state(command)["state"] in ("done", "failed", "refused") and self.state(command), 60, 1)

    def undone(self, command):
        undo = self.at_hq("disposal", "undo", command, "--workstation", self.id, "--reason", "HZ-9", "--by", "lin", "--json")
        return self.ended(json.loads(undo)["id"])

    def told(self, kind):
        return [r["event"] for r in self.desk.cli("evidence", "list", "--json", "--limit", "0").lines() if r["type"] == kind]

    def not_allowed(self):
        command = self.order("--kind", "usb", "--passport", "0" * 32)
        result = self.approved(command)
        self.checks.that("what the desk's settings do not allow is refused, with the reason", result["state"] == "refused", result)
        self.checks.that("and begins nothing", not self.told("disposal.begin"))

    @staticmethod
    def reaches():
        try:
            with socket.create_connection((THERE, 8080), 2):
                return True
        except OSError:
            return False

    def blocked(self):
        check = self.checks.that
        check("the destination is reached before", self.reaches())
        command = self.order("--kind", "block", "--address", THERE)
        check("an order waits for a second person", self.state(command)["state"] == "waiting" and self.reaches(), self.state(command))
        result = self.approved(command)
        check("the address is blocked", result["state"] == "done" and not self.reaches(), result)
        check("while HQ is reached", self.desk.link() == "connected", self.desk.link())
        result = self.undone(command)
        check("undone, it is reached again", result["state"] == "done" and self.reaches(), result)
        check("each has its record before and after", len(self.told("disposal.begin")) == 2 and len(self.told("disposal.end")) == 2)

    def program(self):
        """A shell under another name sends by itself; one that runs and one that is started are cut off."""
        check, path = self.checks.that, os.path.join(self.folder, "wpsupdate")
        shutil.copy("/bin/bash", path)
        runs = subprocess.Popen([path, "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.spawned.append(runs)
        send = "echo x 2>/dev/null >/dev/udp/%s/9" % THERE

        def can():
            runs.stdin.write("if { %s; } 2>/dev/null; then echo yes; else echo no; fi\n" % send)
            runs.stdin.flush()
            return runs.stdout.readline() == "yes\n", subprocess.run([path, "-c", send], stderr=subprocess.DEVNULL).returncode == 0

        check("a program sends before", can() == (True, True))
        command = self.order("--kind", "block", "--program", path)
        result = self.approved(command)
        check("cut off, it sends nothing, neither the one that runs nor one that starts", result["state"] == "done" and can() == (False, False), result)
        check("while others send, the same shell among them", subprocess.run(["/bin/bash", "-c", send]).returncode == 0 and self.reaches())
        result = self.undone(command)
        check("undone, it sends again", result["state"] == "done" and can() == (True, True), result)
        own = self.approved(self.order("--kind", "block", "--program", os.path.realpath(shutil.which("java"))))
        check("the agent's own Java is not blocked", own["state"] == "failed" and self.desk.link() == "connected", own)

    def login(self):
        key, host = os.path.join(self.folder, "key"), os.path.join(self.folder, "host_key")
        for each in (key, host):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", each], check=True)
        shutil.copy(key + ".pub", os.path.join(self.folder, "allowed"))
        os.makedirs("/run/sshd", exist_ok=True)
        options = ["ListenAddress=" + HERE, "HostKey=" + host, "AuthorizedKeysFile=" + os.path.join(self.folder, "allowed"), "UsePAM=no", "PermitRootLogin=yes", "StrictModes=no", "PidFile=none"]
        self.spawned.append(subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", "/dev/null", "-p", "2022"] + [w for o in options for w in ("-o", o)], stderr=subprocess.DEVNULL))
        time.sleep(1)
        ssh = "exec ssh -p 2022 -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes root@%s 'sleep 600'"
        logins = [self.out(ssh % (key, HERE)) for _ in range(2)]
        self.spawned += logins
        starts = lab.wait_for("two logins", lambda: len(self.told("session.start")) >= 2 and self.told("session.start"), 30, 1)
        result = self.approved(self.order("--kind", "end_session", "--session", starts[0]["session"]["uid"]))
        check = self.checks.that
        check("a login is cut off", result["state"] == "done", result)
        lab.wait_for("the end of one login", lambda: sum(p.poll() is not None for p in logins) == 1, 20, 0.5)
        check("and the other goes on", sum(p.poll() is None for p in logins) == 1)
        ends = lab.wait_for("the record of its end", lambda: self.told("session.end"), 20, 1)
        check("the log tells its end", [e["session"]["uid"] for e in ends] == [starts[0]["session"]["uid"]])

    def quarantine(self):
        check, path = self.checks.that, os.path.join(self.folder, "可疑 program")
        content = os.urandom(300_000)
        with open(path, "wb") as f:
            f.write(content)
        os.chown(path, 1, 1)
        os.chmod(path, 0o750)
        os.utime(path, (1_700_000_000, 1_700_000_001))
        before, sha256 = os.stat(path), hashlib.sha256(content).hexdigest()
        result = self.approved(self.order("--kind", "quarantine", "--path", path, "--sha256", "0" * 64))
        check("a file of another content stays", result["state"] == "failed" and os.path.exists(path), result)
        command = self.order("--kind", "quarantine", "--path", path, "--sha256", sha256)
        result = self.approved(command)
        vault = os.path.join(self.desk.home, "data", "vault")
        kept = b"".join(open(os.path.join(vault, name), "rb").read() for name in os.listdir(vault))
        check("a file is put away", result["state"] == "done" and not os.path.exists(path), result)
        check("and lies encrypted", len(kept) > len(content) and content[:64] not in kept and content[-64:] not in kept, len(kept))
        result = self.undone(command)
        after = os.stat(path)
        same = all(getattr(before, each) == getattr(after, each) for each in ("st_mode", "st_uid", "st_gid", "st_mtime_ns", "st_size"))
        check("undone, it is as it was", result["state"] == "done" and same and open(path, "rb").read() == content, (before, after))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    if os.geteuid() != 0:
        sys.exit("disposal.py: needs root, for network namespaces")
    if "WG_APART" not in os.environ:
        os.execvpe("unshare", ["unshare", "-n", sys.executable, os.path.abspath(__file__), sys.argv[1]], dict(os.environ, WG_APART="1"))
    sys.exit(Disposal(os.path.abspath(sys.argv[1])).run())
