#!/usr/bin/env python3
"""windows.py OUT [PART...]     the Windows installers under Wine, against an HQ on this host: PARTs are exe and again

exe     silent, as Chinese Windows, in folders with Chinese and spaces: installed and enrolled, a record witnessed, installed over itself,
        upgraded while it runs, an upgrade that does not start, one whose Java does not even begin, a step back, a slip in an option, removal.
again   silent, as English Windows, each time on a desk that has nothing yet: a token that HQ refuses, HQ away and back, a full disk.
Without PARTs both. agent/target and hq/target must hold the jars; the installers are made here, packed without effort."""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(TOP, "agent", "src", "it", "guest"))
import lab  # noqa: E402

OUT = os.path.abspath(sys.argv[1])
BOX = os.path.join(OUT, "box")
DRIVE = os.path.join(BOX, "prefix", "drive_c")
TARGET = os.path.join(TOP, "installer", "target")
HOME = os.path.join(DRIVE, "ProgramData", "WaybillGuard")
LOG = os.path.join(HOME, "logs", "setup.log")
KEY = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\WaybillGuard"
ODD, PLAIN = "C:\\程序 文件\\面单卫士", "C:\\Program Files\\WaybillGuard"
SCANS = ["C:\\面单 图片", "C:\\scan two"]
# Everything soon, so that the test need not wait.
SETTINGS = "report:\n  every: 10s\n  heartbeat: 10s\nevidence:\n  checkpoint_every: 1s\n"
checks = lab.Checks()
env = dict(
    os.environ,
    HOME=os.path.join(BOX, "home"),
    WINEPREFIX=os.path.join(BOX, "prefix"),
    WINEARCH="win64",
    WINEDEBUG="-all",
    WINEDLLOVERRIDES="mscoree=;mshtml=;winemenubuilder.exe=",
    WG_ARCHIVE_SECONDS="0",  # laying out classes is half of an installation, and is looked at once
)


def on_host(path):
    """A path on C: as this host sees it."""
    return os.path.join(DRIVE, path.split("\\", 1)[1].replace("\\", "/"))


def in_windows(path):
    """A path of this host as Windows programs see it."""
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def speak(lang):
    """From now on Windows is Chinese or English; each has a session of its own."""
    subprocess.run(["wineserver", "-k"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["wineserver", "-w"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    env.pop("LOCPATH", None)
    env["LC_ALL"] = "C.UTF-8"
    if lang == "zh":
        env.update(LOCPATH=os.path.join(BOX, "locale"), LC_ALL="zh_CN.UTF-8")
    # Never with a pipe: the session's server would inherit it and its reader never see the end.
    for words in (["wineserver", "-p"], ["wine", "cmd.exe", "/c", "exit"]):
        subprocess.run(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def wine(name, *words, timeout=150, **more):
    out, err = (os.path.join(OUT, name + end) for end in (".out", ".err"))
    with open(out, "wb") as o, open(err, "wb") as e:
        try:
            status = subprocess.run(["wine"] + list(words), stdout=o, stderr=e, stdin=subprocess.DEVNULL, cwd=OUT, timeout=lab.PATIENCE * timeout, env=dict(env, **more)).returncode
        except subprocess.TimeoutExpired:
            status = None
    said = [line for line in lab.read(err).splitlines() if not line.startswith("wine: Read access denied")]
    return lab.Ended(status, lab.read(out), "\n".join(said))


def registry(value):
    """A value of the entry in the list of programs, or None."""
    found = re.search(r"%s\s+REG_\w+\s+(.*?)\s*$" % value, wine("reg", "reg", "query", KEY, "/v", value).out, re.M)
    return found and found[1]


class Step:
    """One run of an installer: its exit code, what it wrote into its log, how long it took."""

    def __init__(self, name, *words, **more):
        before, began = len(lab.read(LOG)), time.time()
        self.status = wine(name, *words, **more).status
        self.seconds = time.time() - began
        whole = lab.read(LOG)
        self.log = whole[before:] if len(whole) >= before else whole

    def __str__(self):
        return "exit %s in %.0f s: %s" % (self.status, self.seconds, self.log[-900:])


def installer(version):
    return os.path.join(TARGET, "WaybillGuard-Setup-%s.exe" % version)


def setup(version, *words, folder=None, **more):
    # The folder comes last and is not quoted, whatever is in its name: so NSIS wants it, and subprocess would quote it.
    last = ("/D=" + folder).split(" ") if folder else []
    return Step("setup", installer(version), "/S", *words, *last, **more)


def build(version, *words):
    made = lab.run(["sh", os.path.join(TOP, "installer", "build.sh"), "--skip-maven", "--quick", "--as-version", version] + list(words) + ["windows"], 240, env=dict(os.environ))
    if made.status != 0:
        raise lab.Broken("no installer of %s: %s" % (version, made.said()))


class Desk:
    """What is installed in a folder."""

    def __init__(self, folder):
        self.folder, self.version = folder, None

    def program(self, inside="", version=None):
        return self.folder + "\\" + (version or self.version) + ("\\" + inside if inside else "")

    def there(self, version):
        return os.path.exists(on_host(self.program("waybill-guard-agent.jar", version)))

    def agent(self, *words, name="agent"):
        return wine(name, self.program("jre\\bin\\java.exe"), "-XX:-PrintWarnings", "@" + self.program("jvm.options"), "-Xmx256m", "-jar", self.program("waybill-guard-agent.jar"), *words, "--lang", "en")

    def records(self, kind):
        return self.agent("evidence", "list", "--kind", kind, "--limit", "0", "--json", name="list").lines()

    def acts(self):
        """What installers did to this desk, as the log has it."""
        return [lab.values(each, "status_detail")[0] for each in self.records("agent.install")]

    def service(self):
        return self.agent("service", "status", "--json", name="service").json()

    def runs(self, what, version, before=None):
        """The service runs this version's program on the runtime that was installed with it; its process is the one before, if given."""
        self.version = version
        state = self.service()
        try:
            with open("/proc/%d/cmdline" % unix_pid(self.program("jre\\bin\\java.exe")), "rb") as f:
                line = f.read().decode(errors="replace").replace("\0", " ")
        except (OSError, TypeError):
            line = "no process"
        ok = state["state"] == "running" and self.program() in state["command"] and "jre\\bin\\java.exe" in line and (before is None or before == state["pid"])
        checks.that(what, ok, {"state": state, "process": line[:200]})
        return state["pid"]


def unix_pid(program):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                line = f.read().decode(errors="replace")
            if line.startswith(program) and "\0run\0" in line:
                return int(pid)
        except OSError:
            pass  # it has ended meanwhile
    return None


def without_desk():
    """Nothing of the agent is on the machine."""
    for each in (HOME, on_host(ODD), on_host(PLAIN)):
        shutil.rmtree(each, ignore_errors=True)
    wine("reg", "reg", "delete", KEY, "/f")
    wine("sc", "sc", "delete", "WaybillGuard")


def removed(desk):
    step = Step("uninstall", desk.folder + "\\uninstall.exe", "/S")
    # It goes on from a copy of itself, and the first process ends at once.
    lab.wait_for("the end of the removal", lambda: registry("DisplayVersion") is None and not os.path.exists(on_host(desk.folder)), 60)
    return step


def with_settings():
    """Settings that somebody made before the installation, so that the agent is quick."""
    os.makedirs(os.path.join(HOME, "config"), exist_ok=True)
    with open(os.path.join(HOME, "config", "agent.yaml"), "w", encoding="utf-8") as f:
        f.write(SETTINGS)


def more_settings(text):
    with open(os.path.join(HOME, "config", "agent.yaml"), "a", encoding="utf-8") as f:
        f.write(text)


def kept():
    """What an upgrade must not touch."""
    files = [os.path.join(HOME, "config", "agent.yaml"), os.path.join(HOME, "data", "enrolment.json")]
    return {os.path.basename(f): lab.read(f) for f in files}


def exe(hq, older, now, broken, dead):
    speak("zh")
    without_desk()
    desk = Desk(ODD)
    for each in SCANS:
        os.makedirs(on_host(each), exist_ok=True)
    token = hq.token()
    step = setup(older, "/HQ=" + hq.facts["agent"], "/TOKEN=" + token, "/CA=" + hq.facts["ca_sha256"], "/SCAN=" + ";".join(SCANS), folder=ODD, WG_ARCHIVE_SECONDS="60")
    checks.that("silently installed in a folder with Chinese and spaces", step.status == 0, step)
    checks.that("its log says in Chinese what was done", "已登记" in step.log and "不能换成" not in step.log, step.log[-300:])
    files = [desk.program(each, older) for each in ("waybill-guard.cmd", "jvm.options", "agent.jsa", "jre\\bin\\server\\jvm.dll")] + [ODD + "\\uninstall.exe"]
    missing = [each for each in files if not os.path.exists(on_host(each))]
    checks.that("the files are there, and the archive of classes", not missing, missing)
    if missing:
        raise lab.Broken("nothing was installed")
    desk.runs("the service runs on the runtime that came with it", older)
    yaml = lab.read(os.path.join(HOME, "config", "agent.yaml"))
    checks.that("the scan folders are in the settings", all(each.replace("\\", "\\\\") in yaml for each in SCANS), yaml)
    holding = subprocess.run(["grep", "-rlF", token, HOME, on_host(ODD)], capture_output=True, text=True).stdout
    checks.that("the token is nowhere on the disk", not holding, holding)
    checks.that("the list of programs has it", registry("DisplayVersion") == older, registry("DisplayVersion"))
    links = [f for _, _, found in os.walk(DRIVE + "/ProgramData/Microsoft/Windows/Start Menu") for f in found]
    checks.that("the Start menu has an entry in Chinese", "面单卫士 状态.lnk" in links, links)

    with open(os.path.join(on_host(SCANS[0]), "面单 1.jpg"), "wb") as f:
        f.write(b"\xff\xd8\xff\xe0" + bytes(2000))
    more_settings("no_such_setting: 1\n")
    wrong = setup(older)
    checks.that("over itself with settings that it would not understand: 2, and named", wrong.status == 2 and "settings are wrong" in wrong.log, wrong)
    first = desk.runs("and it runs as before", older)
    with open(os.path.join(HOME, "config", "agent.yaml"), "w", encoding="utf-8") as f:
        f.write(yaml)
    more_settings(SETTINGS)
    over = setup(older)
    checks.that("installed over itself, with no word said to it", over.status == 0, over)
    first = desk.runs("it runs again", older)
    checks.that("nothing was set aside for ever", not os.path.exists(on_host(desk.program()) + ".before"), os.listdir(on_host(ODD)))
    checks.that("the log has both installations", desk.acts() == ["installed", "reinstalled"], desk.acts())

    def witnessed(more_than):
        row = hq.workstation()
        return row if row and (row["witnessed_size"] or 0) > more_than else None

    seq = max(each["seq"] for each in desk.records("agent.install"))
    row = lab.wait_for("HQ's witness", lambda: witnessed(seq), 60)
    checks.that("HQ on this host witnesses the record of the installation", row["witnessed_size"] > seq, row)

    # What an attempt that was cut off may leave.
    os.makedirs(on_host(desk.program("jre\\bin", now)))
    with open(on_host(desk.program("jre\\bin\\java.exe", now)), "w") as f:
        f.write("half a file")
    before = kept()
    upgraded = setup(now)
    checks.that("upgraded while it ran, over what an attempt had left half written", upgraded.status == 0, upgraded)
    pid = desk.runs("the new version runs", now)
    checks.that("in another process", pid != first, (first, pid))
    checks.that("the older program is gone", not desk.there(older), os.listdir(on_host(ODD)))
    checks.that("settings and enrolment are the same", kept() == before, kept())
    checks.that("the step is in the same log", desk.acts() == ["installed", "reinstalled", "upgraded"], desk.acts())
    verified = desk.agent("evidence", "verify")
    checks.that("the log verifies over the upgrade", verified.status == 0, verified.said())
    seq = max(each["seq"] for each in desk.records("agent.install"))
    row = lab.wait_for("HQ's witness of the upgrade", lambda: witnessed(seq), 60)
    checks.that("HQ goes on with the same log", row["witnessed_size"] > seq and len(hq.on_data("workstations", "--json").json()["workstations"]) == 1, row)

    back = setup(broken)
    checks.that("an upgrade that does not start ends with 1 and says that it went back", back.status == 1 and "已自动退回 %s 版" % now in back.log, back)
    pid = desk.runs("the version before runs", now)
    checks.that("nothing of the failed one is left", not desk.there(broken) and registry("DisplayVersion") == now, os.listdir(on_host(ODD)))
    checks.that("the log has the way there and back", desk.acts()[-2:] == ["upgraded", "rolled_back"], desk.acts())
    none = setup(dead)
    checks.that("one whose Java does not begin ends with 1", none.status == 1 and "setup apply ended with 1" in none.log, none)
    desk.runs("and the running one was not touched", now, pid)
    checks.that("nothing of it is left either", not desk.there(dead), os.listdir(on_host(ODD)))
    down = setup(older)
    checks.that("a step back is refused with 2, in words", down.status == 2 and "不能换成更旧的 %s 版" % older in down.log, down)
    desk.runs("and the running one was not touched", now, pid)
    checks.that("the older files are not left", not desk.there(older), os.listdir(on_host(ODD)))
    slip = setup(now, "/TOKKEN=x")
    checks.that("a slip in an option is refused with 2 and named", slip.status == 2 and "unknown option /TOKKEN=x" in slip.log, slip)
    desk.runs("and the running one was not touched", now, pid)
    verified = desk.agent("evidence", "verify")
    checks.that("the log verifies after all of it", verified.status == 0, verified.said())

    gone = removed(desk)
    checks.that("removed: program, service, entries", not unix_pid(ODD) and not os.path.exists(on_host(ODD)), gone)
    left = [f for _, _, found in os.walk(DRIVE + "/ProgramData/Microsoft/Windows/Start Menu") for f in found if "面单" in f or "Waybill" in f]
    checks.that("the Start menu has it no more", not left, left)
    jar = in_windows(lab.AGENT_JAR)
    outside = ["-XX:-PrintWarnings", "-jar", jar, "evidence"]
    java = os.path.join(BOX, "jre", "bin", "java.exe")
    listed = wine("last", java, *outside, "list", "--limit", "0", "--json").lines()
    checks.that("the evidence is there, and its last record is the removal", listed and lab.values(listed[-1], "status_detail") == ["removed"], listed[-1:])
    verified = wine("verify", java, *outside, "verify", "--lang", "en")
    checks.that("sealed: the log verifies", verified.status == 0, verified.said())


def again(hq, now):
    speak("en")
    without_desk()
    desk = Desk(PLAIN)
    bad = setup(now, "/HQ=" + hq.facts["agent"], "/TOKEN=" + hq.token()[:-6] + "AAAAAA")
    checks.that("with a token that HQ does not take: 4, and why", bad.status == 4 and "setup enroll ended with 1" in bad.log, bad)
    desk.runs("it records all the same", now)
    checks.that("the token that was refused is kept nowhere", not os.path.exists(os.path.join(HOME, "config", "enrol.env")), "")
    removed(desk)

    without_desk()
    with_settings()
    token = hq.token()
    hq.stop()
    away = setup(now, "/HQ=" + hq.facts["agent"], "/TOKEN=" + token)
    checks.that("with HQ away: 0, and it will be tried again", away.status == 0 and "tried again every minute" in away.log, away)
    desk.runs("it records meanwhile", now)
    waiting = os.path.join(HOME, "config", "enrol.env")
    checks.that("what to enrol with waits", os.path.exists(waiting), "")
    hq.start()
    lab.wait_for("the late enrolment", lambda: not os.path.exists(waiting) and "enrolled hq=" in lab.read(os.path.join(HOME, "logs", "agent.log")), 90, 1)
    checks.that("with HQ back, the running agent enrols by itself", any(lab.values(w, "last_seen") for w in hq.on_data("workstations", "--json").json()["workstations"]), "")
    removed(desk)

    without_desk()
    small = os.path.join(DRIVE, "small")
    os.makedirs(small, exist_ok=True)
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", small], capture_output=True).returncode:
        print("SKIPPED a full disk: needs root and mount(8)", flush=True)
        return
    try:
        full = setup(now, folder="C:\\small\\WaybillGuard")
        checks.that("on a full disk: 3, and how much is needed", full.status == 3 and "KiB free, and" in full.log, full)
        checks.that("nothing was laid", os.listdir(small) == [] and registry("DisplayVersion") is None, os.listdir(small))
    finally:
        subprocess.run(["umount", small])


def main():
    parts = sys.argv[2:] or ["exe", "again"]
    os.makedirs(OUT, exist_ok=True)
    made = subprocess.run(["sh", os.path.join(TOP, "agent", "src", "it", "wine", "setup.sh"), BOX], stdout=subprocess.PIPE, text=True)
    if made.returncode:
        raise lab.Broken("Wine cannot be set up")
    print(made.stdout.strip(), flush=True)
    now = re.search(r"<version>(.*)</version>", lab.read(os.path.join(TOP, "pom.xml")))[1]
    older, broken, dead = "0.0.9", now + ".1", now + ".2"
    began = time.time()
    build(now)
    if "exe" in parts:
        build(older)
        # One that lays its files and makes its service, and then has no memory to run; and one whose Java does not begin at all.
        build(broken, "--java-option", "-Xmx2m")
        build(dead, "--java-option", "-XX:+NoSuchOptionAtAll")
    print("installers made in %.0f s" % (time.time() - began), flush=True)
    hq = lab.Hq(OUT)
    shutil.rmtree(hq.data, ignore_errors=True)
    hq.start()
    try:
        if "exe" in parts:
            exe(hq, older, now, broken, dead)
        if "again" in parts:
            again(hq, now)
    finally:
        subprocess.run(["wineserver", "-k"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        hq.stop()


try:
    main()
except lab.Broken as e:
    checks.that("the run could go on", False, e)
sys.exit(checks.status())
