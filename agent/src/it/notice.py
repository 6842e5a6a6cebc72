#!/usr/bin/env python3
"""notice.py OUT [JVM WORD...]     a remote login, and what the person at the desk sees of it and answers: by key, by mouse, not at all

The desk is an X server (Xvfb) with the cookie of an account of its own, and the file by which systemd-logind would tell of its session; the
login is a real one by SSH from another network namespace, as in sessions.py, which lays both out. Checks the time to the screen, the
rights and the size of the program that shows it, that a scanned waybill answers nothing, and each record. The pictures are left in OUT.
As root; needs xdotool, ImageMagick's import and a Chinese font. JVM WORDs start the agent. Exit 0 only when every check passed."""
import os
import re
import subprocess
import sys
import time

import sessions as s

LATEST = 30.0
WITHIN = 2.0  # from the login to the notice, on a quiet machine
FOLD = 45  # a busy machine takes its time to press keys
UID = 61234
LOGIND = """# This is private data. Do not parse.
UID=%d
USER=wgcourier
ACTIVE=1
IS_DISPLAY=1
STATE=active
REMOTE=0
TYPE=x11
CLASS=user
SERVICE=lightdm
SEAT=seat0
DISPLAY=:%d
VTNR=7
"""
CONFIG = """sensors:
  program: {enabled: false}
  image: {enabled: false}
  upload: {enabled: false}
  usb: {enabled: false}
  persistence: {enabled: false}
notice:
  fold_after: %ds
  hq_phone: 400-000-0000
""" % FOLD
DAEMON = "/usr/lib/notification-daemon/notification-daemon"
AS = ["setpriv", "--reuid=%d" % UID, "--regid=%d" % UID, "--clear-groups"]


def desk():
    """The screen, one program on it, and logind's file. The session's id is in the environment, as pam_systemd puts it there."""
    screen, cookie = s.free_screen(), s.desk + "/home/.Xauthority"
    s.sh("%s xauth -f %s add :%d . $(openssl rand -hex 16) 2>/dev/null" % (" ".join(AS), cookie, screen), s.server)
    s.x_server(screen, AS, "-screen", "0", "1024x768x24", "-auth", cookie)
    bus = "unix:path=%s/home/bus" % s.desk
    s.spawn(AS + ["dbus-daemon", "--session", "--nofork", "--address=" + bus], s.server, "bus.log")
    x = ["env", "DBUS_SESSION_BUS_ADDRESS=" + bus, "DISPLAY=:%d" % screen, "XAUTHORITY=" + cookie, "HOME=" + s.desk + "/home", "XDG_SESSION_ID=c1", "LANG=zh_CN.UTF-8"]
    program = s.spawn(AS + x + ["sleep", "600"], s.server, "desktop.log")
    logind(screen)
    return x, program


def logind(screen):
    s.sh("mkdir -p /run/systemd/sessions && cat >/run/systemd/sessions/c1 <<'X'\n%sX" % (LOGIND % (UID, screen)), s.server)


def x(words, command):
    return s.sh(" ".join(words) + " " + command, s.server)


def picture(words, name):
    x(words, "import -window root png:%s" % os.path.join(s.out, name))


def window(words):
    found = subprocess.run(s.server + words + ["xdotool", "search", "--onlyvisible", "--name", "面单卫士"], capture_output=True, text=True)
    return found.stdout.split()


def geometry(words):
    said = x(words, "xdotool getwindowgeometry --shell %s" % window(words)[0])
    return {name: int(value) for name, value in (line.split("=") for line in said.split() if "=" in line)}


def program():
    """The process that shows notices, as the agent's child."""
    for pid in os.listdir("/proc"):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if b"NoticeProgram" in f.read() and s.netns(pid) == s.netns(s.server[2]):
                    return pid
        except OSError:
            pass
    return None


def status(pid, field):
    with open("/proc/%s/status" % pid) as f:
        return re.search(r"^%s:\s*(.*)$" % field, f.read(), re.M).group(1).split()


def login(n):
    mark = os.path.join(s.out, "in-%d" % n)
    if os.path.exists(mark):
        os.unlink(mark)
    process = s.spawn(s.SSH + ["-tt", "wgcourier@" + s.SERVER_IP, "date +%s.%N; sleep 500"], s.client, "in-%d" % n)
    return process, float(s.until("login", lambda: open(mark).read().strip().split("\n")[0].strip()))


def nth(kind, n, seconds=60):
    """The n-th record of a kind, once it is there."""
    return s.until("%s number %d" % (kind, n), lambda: (lambda all: len(all) >= n and sorted(all, key=lambda r: r["seq"])[n - 1])(s.records(kind)), seconds)


def shown(n, began):
    record = nth("notice.shown", n)
    seconds = s.late(record, began)
    # A busy machine is later; how long it took is said, and how busy it was.
    s.check("on the screen soon after the login", seconds <= LATEST, "%.2f s, aim %.0f s; load %.1f on %d processors; %s" % (seconds, WITHIN, os.getloadavg()[0], os.cpu_count(), record["summary"]))
    return record


def run():
    s.lay_out()
    words, desktop = desk()
    os.makedirs(s.home + "/config", exist_ok=True)
    with open(s.home + "/config/agent.yaml", "w") as f:
        f.write(CONFIG)
    s.agent()
    s.spawn(["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-o", "Port=2022", "-o", "HostKey=" + s.desk + "/host", "-o", "PidFile=none", "-o", "UsePAM=no", "-o", "StrictModes=no"], s.server, "sshd.log")
    s.until("sshd", lambda: s.sh("ss -Htln '( sport = :2022 )'", s.server).strip())

    print("answered by key:", flush=True)
    s.check("no program runs while there is nothing to show", program() is None)
    first, began = login(1)
    record = shown(1, began)
    s.check("what was shown", "有人正在远程登录这台电脑" in record["summary"] and record["event"]["unmapped"]["way"] == "window", record["summary"])
    picture(words, "notice-ask.png")
    pid = program()
    s.check("it runs with the account's rights and no others", status(pid, "Uid") == [str(UID)] * 4 and status(pid, "CapBnd") == ["0000000000000000"] and status(pid, "NoNewPrivs") == ["1"], "%s, CapBnd %s" % (status(pid, "Uid"), status(pid, "CapBnd")))
    kib = int(status(pid, "VmRSS")[0])
    s.check("it takes at most 60 MB", kib * 1024 <= 60_000_000, "%d kB resident" % kib)
    windows = window(words)
    s.check("one window", len(windows) == 1, windows)
    focus = subprocess.run(s.server + words + ["xdotool", "getwindowfocus"], capture_output=True, text=True).stdout.strip()
    s.check("it does not have the focus", focus not in windows, focus)
    at = geometry(words)
    x(words, "xdotool mousemove %d %d click 1" % (at["X"] + 200, at["Y"] + 30))  # its head: whoever wants to type clicks there first
    time.sleep(1)
    x(words, "xdotool type --delay 12 '2048173300121'")
    x(words, "xdotool key Return")
    time.sleep(2)
    s.check("a scanned waybill answers nothing", not s.records("notice.answered"))
    x(words, "xdotool key 2")
    answered = nth("notice.answered", 1)
    facts = answered["event"]["unmapped"]
    s.check("the answer", (facts["answer"], facts["how"], facts["place"], facts["account"]) == ("unknown", "keyboard", "console", "wgcourier"), answered["summary"])
    s.check("how long it took", answered["event"]["duration"] >= 3000, answered["event"]["duration"])
    time.sleep(1.5)
    picture(words, "notice-told.png")
    x(words, "xdotool key 1")
    s.until("end of the program", lambda: program() is None, 20)
    s.end(first)

    print("answered by nobody, then by mouse:", flush=True)
    second, began = login(2)
    shown(2, began)
    unanswered = nth("notice.unanswered", 1, 150)
    s.check("nobody answered, and that is a record", abs(unanswered["event"]["duration"] - FOLD * 1000) < 3000, unanswered["summary"])
    time.sleep(1.5)
    picture(words, "notice-folded.png")
    s.check("folded to one strip", len(window(words)) == 1)
    at = geometry(words)
    x(words, "xdotool mousemove %d %d click 1" % (at["X"] + 60, at["Y"] + 20))
    nth("notice.shown", 3)
    time.sleep(1.5)
    picture(words, "notice-again.png")
    at = geometry(words)
    x(words, "xdotool mousemove %d %d click 1" % (at["X"] + 70, at["Y"] + at["HEIGHT"] - 36))
    answered = nth("notice.answered", 2)
    facts = answered["event"]["unmapped"]
    s.check("the answer", (facts["answer"], facts["how"]) == ("expected", "mouse"), answered["summary"])
    time.sleep(1)
    x(words, "xdotool key 1")
    s.until("end of the program", lambda: program() is None, 70)
    s.end(second)

    if not os.access(DAEMON, os.X_OK):
        print("================ SKIPPED: no %s here; apt-get install notification-daemon" % DAEMON, flush=True)
    else:
        print("no window can be shown, but the desktop has notifications:", flush=True)
        daemon = s.spawn(AS + words + [DAEMON], s.server, "notifications.log")
        time.sleep(3)
        logind(98)  # a display that is not there
        process, began = login(3)
        record = shown(4, began)
        s.check("by the desktop's own notification", record["event"]["unmapped"]["way"] == "notification", record["summary"])
        time.sleep(2)
        picture(words, "notice-desktop.png")
        nth("notice.unanswered", 2, 150)
        s.end(process)
        s.end(daemon)

    print("nothing can be shown:", flush=True)
    s.sh("rm /run/systemd/sessions/c1", s.server)
    s.end(desktop)
    time.sleep(1)
    pid = program()
    if pid:
        os.kill(int(pid), 9)
    third, began = login(4)
    impossible = nth("notice.impossible", 1)
    s.check("that is a record, with why", "没有人在这台电脑的屏幕前登录" in impossible["summary"], impossible["summary"])
    s.end(third)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("notice.py: needs root, for namespaces and another account")
    if not s.have("Xvfb", "xauth", "xdotool", "import", "dbus-daemon", "sshd", "ssh"):
        sys.exit("notice.py: apt-get install xvfb xauth xdotool imagemagick dbus-daemon openssh-server")
    s.end_with(run)
