#!/usr/bin/env python3
"""sessions.py OUT [JVM WORD...]     remote logins for real: SSH, xrdp and VNC from another address, seen by a running agent

Server side and client side are two network namespaces with a veth between them, so that the peer is a true other address; the server
side has a mount namespace of its own with its own /run and its own account, so that nothing of this machine changes. Checks start and
end of each login, the peer, one record a login, that a closed door is none, and a new start of the agent in the middle. Each must be
recorded within 2 s of the act. As root. JVM WORDs start the agent (default: -jar agent/target/waybill-guard-agent.jar). Exit 0 only
when every check passed; a part whose program is not here is skipped aloud."""
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.abspath(sys.argv[1])
words = sys.argv[2:] or ["-jar", os.path.join(here, "..", "..", "target", "waybill-guard-agent.jar")]
JVM = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
ID = os.getpid() % 10000
CLIENT = "wgs-cli-%d" % ID
SERVER_IP, CLIENT_IP = "10.77.%d.1" % (ID % 250), "10.77.%d.2" % (ID % 250)
WITHIN = 2.0  # from the act to its record, on a quiet machine
LATEST = 10.0  # on one that does other things as well: later is a fault wherever it runs
started, failed, passed = [], 0, 0


def check(what, good, detail=""):
    global failed, passed
    print(("  ok    " if good else "  FAIL  ") + what + (" (%s)" % detail if detail else ""), flush=True)
    passed, failed = passed + bool(good), failed + (not good)


def sh(command, inside=None, timeout=60):
    done = subprocess.run(list(inside or []) + ["sh", "-c", command], capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        raise SystemExit("FAIL: %s: %s" % (command, done.stderr + done.stdout))
    return done.stdout


def spawn(command, inside=(), log="spawned.log"):
    with open(os.path.join(out, log), "ab") as to:
        process = subprocess.Popen(list(inside) + command, stdout=to, stderr=to, stdin=subprocess.DEVNULL, start_new_session=True)
    started.append(process)
    return process


def end(process, how=signal.SIGTERM):
    if process.poll() is None:
        os.killpg(process.pid, how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(what, test, seconds=90):
    last = time.time() + seconds
    while time.time() < last:
        found = test()
        if found:
            return found
        time.sleep(0.03)
    raise SystemExit("FAIL: no %s within %d s" % (what, seconds))


# -- the two sides ---------------------------------------------------------------------------------

os.makedirs(out, exist_ok=True)
home = os.path.join(out, "home")
shutil.rmtree(home, ignore_errors=True)
os.makedirs(home + "/config")
for old in os.listdir(out):
    if old.endswith(".log"):
        os.unlink(os.path.join(out, old))
desk = os.path.join("/var/tmp", "wgs-%d" % os.getpid())
client = ["ip", "netns", "exec", CLIENT]
server = []


def lay_out():
    """A holder process keeps the server's namespaces; all that happens there enters them."""
    holder = spawn(["unshare", "-m", "-n", "sleep", "600"])
    until("namespaces of its own", lambda: os.readlink("/proc/%d/ns/net" % holder.pid) != os.readlink("/proc/self/ns/net") and os.readlink("/proc/%d/ns/mnt" % holder.pid) != os.readlink("/proc/self/ns/mnt"))
    server.extend(["nsenter", "-t", str(holder.pid), "-m", "-n"])
    sh("ip netns add %s && ip link add wgs%da type veth peer name wgs%db && ip link set wgs%db netns %s && ip link set wgs%da netns %d" % (CLIENT, ID, ID, ID, CLIENT, ID, holder.pid))
    sh("ip addr add %s/24 dev wgs%da && ip link set wgs%da up && ip link set lo up" % (SERVER_IP, ID, ID), ["nsenter", "-t", str(holder.pid), "-n"])
    sh("ip addr add %s/24 dev wgs%db && ip link set wgs%db up && ip link set lo up" % (CLIENT_IP, ID, ID), client)
    os.makedirs(desk + "/home/.ssh")
    sh("mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir -p /run/sshd /run/xrdp /run/lock && : >/run/utmp && mkdir -p /tmp/.X11-unix && mount -t tmpfs -o mode=1777 tmpfs /tmp/.X11-unix", server)
    password = sh("openssl passwd -6 courier").strip()
    for name, line in (("passwd", "wgcourier:x:61234:61234::%s/home:/bin/bash" % desk), ("group", "wgcourier:x:61234:"), ("shadow", "wgcourier:%s:19000:0:99999:7:::" % password)):
        with open("/etc/" + name) as f:
            text = f.read()
        with open(desk + "/" + name, "w") as f:
            f.write(text.rstrip("\n") + "\n" + line + "\n")
        os.chmod(desk + "/" + name, 0o644 if name != "shadow" else 0o600)
        sh("mount --bind %s/%s /etc/%s" % (desk, name, name), server)
    sh("ssh-keygen -q -t ed25519 -N '' -f %s/key && ssh-keygen -q -t ed25519 -N '' -f %s/host && cp %s/key.pub %s/home/.ssh/authorized_keys" % (desk, desk, desk, desk))
    with open(desk + "/home/.xsession", "w") as f:
        f.write("exec sleep 600\n")
    sh("chown -R 61234:61234 %s/home && chmod 755 %s %s/home && chmod 700 %s/home/.ssh" % (desk, desk, desk, desk))


def clean_up():
    """Everything in the server's network namespace was started by us; xrdp's sessions leave their process group."""
    inside = netns(server[2]) if server else ""
    for pid in os.listdir("/proc"):
        if inside and pid.isdigit() and inside != netns("self") and netns(pid) == inside and pid != server[2]:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass  # ended by itself
    for process in reversed(started):
        end(process)
    if server:
        subprocess.run(["ip", "netns", "del", CLIENT], stderr=subprocess.DEVNULL)
    shutil.rmtree(desk, ignore_errors=True)


# -- the agent -------------------------------------------------------------------------------------

def agent():
    process = spawn(JVM + words + ["run", "--home", home], server, "agent.log")
    def live():
        try:
            with open(home + "/data/status.json") as f:
                told = json.load(f)
            return os.path.exists("/proc/%d" % told["pid"]) and [s for s in told["sensors"] if s["name"] == "session" and s["state"] in ("live", "reduced")]
        except (OSError, ValueError):
            return None
    state = until("live session sensor", live, 60)[0]
    print("  agent: session %s: %s" % (state["state"], state["detail"]), flush=True)
    return process


def records(kind):
    said = sh(" ".join("'%s'" % w for w in JVM + words + ["evidence", "list", "--home", home, "--kind", kind, "--limit", "500", "--json"]))
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def record(kind, test, seconds=20):
    def there():
        found = next((r for r in records(kind) if test(r["event"])), None)
        if not found:
            time.sleep(0.4)  # each look is a Java start, which takes from the agent what it is measured with
        return found

    return until(kind, there, seconds)


def late(r, since):
    return datetime.datetime.fromisoformat(r["at"].replace("Z", "+00:00")).timestamp() - since


def tool(name):
    return lambda e: e["service"]["uid"] == name


def promptly(what, r, since):
    seconds = late(r, since)
    check(what, -1 <= seconds <= LATEST, "%.2f s after the act, aim %.0f s; %s" % (seconds, WITHIN, r["summary"]))


def both(name, began, stop, account=None):
    """One start and one end, with the true peer, each in time."""
    start = record("session.start", tool(name))
    event = start["event"]
    promptly(name + ": start", start, began)
    check(name + ": peer", event["src_endpoint"].get("ip") == CLIENT_IP, event["src_endpoint"])
    if account:
        check(name + ": account", event["user"]["name"] == account, event["user"])
    stop()
    over = time.time()
    ended = record("session.end", lambda e: e["session"]["uid"] == event["session"]["uid"])
    promptly(name + ": end", ended, over)
    facts = ended["event"]["unmapped"]
    check(name + ": seen by its socket", "socket" in facts["signals"], "%s, confidence %s" % (facts["signals"], facts["confidence_id"]))
    check(name + ": one start", len([r for r in records("session.start") if tool(name)(r["event"])]) == 1)
    return start


# -- the acts --------------------------------------------------------------------------------------

SSH = ["ssh", "-i", desk + "/key", "-p", "2022", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]


def have(*programs):
    missing = [p for p in programs if not shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    if missing:
        print("================ SKIPPED: no %s here; apt-get install openssh-server xrdp xorgxrdp freerdp2-x11 x11vnc tigervnc-viewer xvfb" % ", ".join(missing), flush=True)
    return not missing


def pids(name):
    return [p for p in os.listdir("/proc") if p.isdigit() and comm(p) == name and netns(p) == netns(server[2])]


def comm(pid):
    try:
        with open("/proc/%s/comm" % pid) as f:
            return f.read().strip()
    except OSError:
        return ""


def netns(pid):
    try:
        return os.readlink("/proc/%s/ns/net" % pid)
    except OSError:
        return ""


def established(port):
    return bool(sh("ss -Htn state established '( sport = :%d )'" % port, server).strip())


def ssh(running):
    print("ssh from another address:", flush=True)
    spawn(["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-o", "Port=2022", "-o", "HostKey=" + desk + "/host", "-o", "PidFile=none", "-o", "UsePAM=no", "-o", "StrictModes=no"], server, "sshd.log")
    until("sshd", lambda: sh("ss -Htln '( sport = :2022 )'", server).strip())
    door = spawn(["bash", "-c", "exec 3<>/dev/tcp/%s/2022; sleep 4" % SERVER_IP], client)
    until("knock", lambda: established(2022))
    time.sleep(2.5)
    check("ssh: a connection without a login is no session", not records("session.start"))
    end(door)
    mark = os.path.join(out, "in")
    if os.path.exists(mark):
        os.unlink(mark)
    login = spawn(SSH + ["-tt", "wgcourier@" + SERVER_IP, "date +%s.%N; sleep 500"], client, "in")
    began = float(until("login", lambda: open(mark).read().strip().split("\n")[0].strip()))
    start = record("session.start", tool("sshd"))
    promptly("ssh: start, before the agent is started anew", start, began)
    sh("cat /run/utmp > %s/utmp; cat /proc/net/tcp > %s/tcp; cat /proc/net/tcp6 > %s/tcp6" % (out, out, out), server)  # to be read when something is wrong
    time.sleep(3)  # what is remembered is written a second after
    end(running, signal.SIGKILL)
    running = agent()
    time.sleep(2)
    check("ssh: a new start of the agent tells no start twice", len(records("session.start")) == 1)
    check("ssh: peer", start["event"]["src_endpoint"].get("ip") == CLIENT_IP, start["event"]["src_endpoint"])
    check("ssh: account", start["event"]["user"]["name"] == "wgcourier")
    end(login, signal.SIGKILL)
    over = time.time()
    ended = record("session.end", tool("sshd"))
    promptly("ssh: end", ended, over)
    check("ssh: the same session", ended["event"]["session"]["uid"] == start["event"]["session"]["uid"], ended["event"]["unmapped"]["signals"])
    finding = record("finding.new", lambda e: e["unmapped"]["rule"] == "unexpected-remote-session")
    check("ssh: a finding, since nothing was arranged", finding["event"]["unmapped"]["unexpected"] == "peer,tool", finding["summary"])


def is_free(screen):
    """Also one whose server was killed and left its lock, which is taken away: the next server, of another account, may not."""
    lock = "/tmp/.X%d-lock" % screen
    try:
        with open(lock) as f:
            alive = os.path.exists("/proc/%d" % int(f.read()))
        if not alive:
            os.remove(lock)
        return not alive
    except FileNotFoundError:
        return True


def free_screen():
    return next(n for n in range(71, 99) if is_free(n))


def x_server(screen, account, *more):
    """An X server of that account, in the desk's namespaces."""
    spawn(account + ["Xvfb", ":%d" % screen, "-nolisten", "tcp", *more], server, "xvfb.log")
    until("Xvfb", lambda: subprocess.run(server + ["test", "-S", "/tmp/.X11-unix/X%d" % screen]).returncode == 0)


def vnc():
    print("VNC from another address:", flush=True)
    screen = free_screen()
    x_server(screen, ["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups"])
    spawn(["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups", "env", "HOME=" + desk + "/home", "x11vnc", "-display", ":%d" % screen, "-rfbport", "5971", "-forever", "-shared", "-nopw"], server, "x11vnc.log")
    # It listens seconds before it accepts, and a connection that nobody accepted is no session yet.
    until("x11vnc", lambda: "PORT=5971" in open(os.path.join(out, "x11vnc.log"), errors="replace").read())
    viewer = spawn(["xvfb-run", "-a", "xtigervncviewer", "%s::5971" % SERVER_IP], client, "viewer.log")
    accepted(1)
    both("x11vnc", time.time(), lambda: end(viewer, signal.SIGKILL), "wgcourier")


def accepted(times):
    """A server that takes its time to accept has let nobody in yet."""
    until("VNC session", lambda: open(os.path.join(out, "x11vnc.log"), errors="replace").read().count("Got connection from client") >= times)


def tunnel():
    print("VNC through a tunnel that ends here:", flush=True)
    carrier = spawn(SSH + ["-N", "-L", "5999:127.0.0.1:5971", "wgcourier@" + SERVER_IP], client)
    until("tunnel", lambda: sh("ss -Htln '( sport = :5999 )'", client).strip())
    viewer = spawn(["xvfb-run", "-a", "xtigervncviewer", "127.0.0.1::5999"], client, "viewer.log")
    accepted(2)
    began = time.time()
    start = record("session.start", lambda e: tool("x11vnc")(e) and "tunnel" in e["unmapped"])
    promptly("tunnel: start", start, began)
    check("tunnel: who holds it", start["event"]["unmapped"]["tunnel"].endswith("sshd"), start["event"]["unmapped"]["tunnel"])
    end(viewer, signal.SIGKILL)
    end(carrier)


def forwarded():
    """A login that opens a port here: programs of this PC that use it are no logins."""
    print("a port that somebody who is in opened:", flush=True)
    before = len(records("session.start"))
    carrier = spawn(SSH + ["-N", "-R", "5998:%s:2022" % SERVER_IP, "wgcourier@" + SERVER_IP], client)
    until("forwarded port", lambda: sh("ss -Htln '( sport = :5998 )'", server).strip())
    held = [spawn(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5998; read -t 20 <&3"], server) for _ in range(5)]
    until("login", lambda: len(records("session.start")) > before)
    end(carrier)
    until("end of the login", lambda: len(records("session.end")) == len(records("session.start")))
    check("forwarded: one login, and none for each connection through it", len(records("session.start")) == before + 1, "%d" % (len(records("session.start")) - before))
    for one in held:
        end(one)


def rdp():
    print("xrdp from another address:", flush=True)
    if pids("xrdp"):
        raise SystemExit("FAIL: an xrdp runs here already")
    spawn(["/usr/sbin/xrdp-sesman", "--nodaemon"], server, "sesman.log")
    spawn(["/usr/sbin/xrdp", "--nodaemon"], server, "xrdp.log")
    until("xrdp", lambda: sh("ss -Htln '( sport = :3389 )'", server).strip())
    viewer = spawn(["xvfb-run", "-a", "xfreerdp", "/v:" + SERVER_IP, "/u:wgcourier", "/p:courier", "/cert:ignore"], client, "freerdp.log")
    until("xrdp login", lambda: pids("xrdp-chansrv"))
    both("xrdp", time.time(), lambda: end(viewer, signal.SIGKILL), "wgcourier")


def every():
    lay_out()
    running = agent()
    if have("sshd", "ssh", "ssh-keygen"):
        ssh(running)
    if have("Xvfb", "x11vnc", "xtigervncviewer", "xvfb-run"):
        vnc()
        tunnel()
    if have("sshd", "ssh"):
        forwarded()
    if have("xrdp", "xrdp-sesman", "xfreerdp", "xvfb-run"):
        rdp()


def end_with(work):
    """Does the work, cleans up, says how it went and ends this program so."""
    try:
        work()
    except SystemExit as e:
        check(str(e), False)
    finally:
        clean_up()
    print("%d checks passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("sessions.py: needs root, for namespaces")
    end_with(every)
