#!/usr/bin/env python3
"""windows.py OUT [CLASSPATH-FILE]     the agent on the Windows Java runtime, under Wine: its tests, then its life as a service

Sets Wine up under OUT (setup.sh), runs the JUnit tests that need Windows and the pure ones beside them, once as English and once as
Chinese Windows, and then, with an HQ on this host: the service is made, started and enrolled; a drive comes by Wine's own mount manager
and goes again; the log has it, HQ holds and witnesses it; the person at the screen is told of a login and answers; the service stops, starts, and is removed; ten times without a leak.
CLASSPATH-FILE holds the agent's test class path with colons; without it Maven is asked. At most ten minutes; a quiet machine needs two."""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "guest"))
import lab  # noqa: E402

OUT = os.path.abspath(sys.argv[1])
BOX = os.path.join(OUT, "box")
AGENT = os.path.join(lab.CHECKOUT, "agent", "target")
PACKAGES = ["event", "config", "detect", "platform"]  # of the others, only the tests that ask for Windows
NOT_HERE = ".*(FuzzTest|PathTextTest|HostContractTest)"  # the last two speak of paths and names of Linux
LOOPS = 10
HOME = "C:\\ProgramData\\WaybillGuard"
LETTER = "U"
RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
SWEPT = "WgSwept"
FOLD = 30  # a busy machine takes its time to press keys
SETTINGS = "report:\n  every: 10s\n  heartbeat: 10s\nevidence:\n  checkpoint_every: 1s\nnotice:\n  fold_after: %ds\n" % FOLD
SCANS = "C:\\scans\\面单"
SHARE = "\\\\desk\\scans"  # a folder on another machine, as Wine is told of one by a link
NUMBER = "YT8812345678901"  # of a waybill, in a file's name
SETTINGS += "sensors:\n  image:\n    folders: ['%s', '%s']\n" % (SCANS, SHARE)
SCREEN_TOOLS = ("Xvfb", "xdotool", "import")
ENV = dict(
    os.environ,
    HOME=os.path.join(BOX, "home"),
    WINEPREFIX=os.path.join(BOX, "prefix"),
    WINEARCH="win64",
    WINEDEBUG="-all",
    WINEDLLOVERRIDES="mscoree=;mshtml=;winemenubuilder.exe=",
    LC_ALL="C.UTF-8",
)
checks = lab.Checks()


def windows(path):
    """A path of this host as Windows programs see it."""
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def drive_c(path):
    """A path on C: as this host sees it."""
    return os.path.join(BOX, "prefix", "drive_c", path.split("\\", 1)[1].replace("\\", "/"))


def java(name, *words, timeout=180, **env):
    """Runs java.exe with its output in files: a pipe would be inherited by what it starts, and never end."""
    out, err = (os.path.join(OUT, name + end) for end in (".out", ".err"))
    with open(out, "wb") as o, open(err, "wb") as e:
        try:
            status = subprocess.run([os.path.join(BOX, "java")] + list(words), stdout=o, stderr=e, stdin=subprocess.DEVNULL, cwd=os.path.join(lab.CHECKOUT, "agent"), timeout=lab.PATIENCE * timeout, env=dict(ENV, **env)).returncode
        except subprocess.TimeoutExpired:
            status = None
    said = [line for line in lab.read(err).splitlines() if not line.startswith("wine: Read access denied")]
    return lab.Ended(status, lab.read(out), "\n".join(said))


def agent(*words, name="agent", lang="en", **env):
    return java(name, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", windows(os.path.join(AGENT, "waybill-guard-agent.jar")), *words, "--home", HOME, "--lang", lang, **env)


def decided():
    """The sensors' states, once each has one: what status shows is written every two seconds."""
    states = {each["name"]: (each["state"], each["detail"]) for each in agent("status", "--json").json()["sensors"]}
    return states if states and all(state != "starting" for state, _ in states.values()) else None


def class_path():
    listed = os.path.join(OUT, "class-path")
    if len(sys.argv) > 2:
        shutil.copy(sys.argv[2], listed)
    else:
        command = ["mvn", "-q", "-B", "-pl", "agent", "dependency:build-classpath", "-Dmdep.includeScope=test", "-Dmdep.outputFile=" + listed]
        made = subprocess.run(command, cwd=lab.CHECKOUT, capture_output=True, text=True)
        if made.returncode:
            raise lab.Broken("Maven does not tell the class path: " + made.stdout[-500:])
    jars = [jar for jar in lab.read(listed).strip().split(":") if jar and "jazzer" not in jar]
    return [os.path.join(AGENT, "test-classes"), os.path.join(AGENT, "classes")] + jars


def for_windows():
    """The test classes that ask for Windows, as a whole or with one of their tests, by their names."""
    found = []
    sources = os.path.join(lab.CHECKOUT, "agent", "src", "test", "java")
    for folder, _, names in os.walk(sources):
        for name in names:
            source = os.path.join(folder, name)
            if name.endswith(".java") and "@EnabledOnOs(OS.WINDOWS)" in lab.read(source):
                found.append(os.path.relpath(source, sources)[: -len(".java")].replace(os.sep, "."))
    return sorted(found)


def were_run(reports):
    """The test classes of which at least one test was run and not passed over."""
    ran = set()
    for name in os.listdir(reports) if os.path.isdir(reports) else []:
        for each in xml.etree.ElementTree.parse(os.path.join(reports, name)).iter("testcase"):
            if each.find("skipped") is None:
                ran.add(each.get("classname").split("$")[0])
    return ran


def tests(path, name, **env):
    words = ["-Dfile.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8", "-XX:TieredStopAtLevel=1", "-jar", windows(os.path.join(BOX, "junit.jar")), "execute"]
    words += ["-cp", ";".join(windows(each) for each in path), "--scan-classpath", windows(path[0]), "--disable-banner", "--details=summary", "--disable-ansi-colors"]
    ours = "io.waybillguard.agent."
    asking = for_windows()
    words += ["--include-classname", "|".join([re.escape(ours) + "(%s)\\..*Test" % "|".join(PACKAGES)] + [re.escape(each) for each in asking])]
    words += ["--exclude-package", ours + "platform.linux", "--exclude-classname", NOT_HERE, "--reports-dir", windows(os.path.join(OUT, name))]
    ran = java(name, *words, timeout=240, **env)
    figures = " ".join(" ".join(line.split()) for line in ran.out.splitlines() if "tests successful" in line or "tests failed" in line or "tests found" in line)
    checks.that("%s: tests on the Windows runtime" % name, ran.status == 0, figures if ran.status == 0 else ran.out[-1500:] + ran.err[-500:])
    passed_over = sorted(set(asking) - were_run(os.path.join(OUT, name)))
    checks.that("%s: every test class that asks for Windows was run" % name, len(asking) > 20 and not passed_over, passed_over or len(asking))


def started_by_hand():
    """Keeps the prefix's server, and so its services, alive between commands. One that still lingers would not take the word."""
    for word in ("-k", "-w"):
        subprocess.run(["wineserver", word], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    subprocess.run(["wineserver", "-p"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    subprocess.run(["wine", "cmd.exe", "/c", "exit"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def registry(key, name, kind, value):
    subprocess.run(["wine", "reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)


def records(kind):
    listed = agent("evidence", "list", "--kind", kind, "--limit", "0", "--json", name="list")
    if listed.status != 0:  # who waits for them asks again
        print("no records of %s can be listed: %s" % (kind, listed.said()), flush=True)
    return [json.loads(line) for line in listed.out.splitlines() if line.startswith("{")]


def mount_manager(path, *words):
    ran = java("mount", "-cp", ";".join(windows(each) for each in path), "io.waybillguard.agent.platform.windows.MountManager", *words)
    if ran.status != 0:
        raise lab.Broken("the drive was not made: " + ran.err[-500:])


def service_processes():
    """Processes of the service, and their open files, as this host sees them."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                line = f.read().decode(errors="replace")
            if "waybill-guard-agent.jar" in line and "\0run\0" in line and BOX in lab.read("/proc/%s/environ" % pid):
                found.append(int(pid))
        except OSError:
            pass  # it has ended meanwhile
    return found


class Screen:
    """A screen for Windows to show windows on, and the hands of the person before it."""

    def __init__(self):
        told, tells = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(tells), "-screen", "0", "1024x768x24", "-nolisten", "tcp"], pass_fds=[tells], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        os.close(tells)
        with os.fdopen(told) as f:
            self.name = ":" + f.readline().strip()  # it takes one that is free, and tells it when it is ready

    def do(self, *words):
        return subprocess.run(list(words), env=dict(os.environ, DISPLAY=self.name), capture_output=True, text=True).stdout

    def picture(self, name):
        self.do("import", "-window", "root", "png:" + os.path.join(OUT, name))

    def notice(self):
        """The notice's place on the screen, or None."""
        found = self.do("xdotool", "search", "--onlyvisible", "--name", "面单卫士").split()
        said = self.do("xdotool", "getwindowgeometry", "--shell", found[0]) if found else ""
        return {name: int(value) for name, value in (line.split("=") for line in said.split() if "=" in line)} or None

    def click(self, across, down):
        at = lab.wait_for("the notice on the screen", self.notice, 20)
        self.do("xdotool", "mousemove", str(at["X"] + across), str(at["Y"] + down), "click", "1")

    def end(self):
        self.process.terminate()
        self.process.wait()


def tool(*words):
    """A program with the name of a remote-control tool."""
    binary = os.path.join(BOX, "jre", "bin")
    if not os.path.exists(os.path.join(binary, "rustdesk.exe")):
        shutil.copy(os.path.join(binary, "java.exe"), os.path.join(binary, "rustdesk.exe"))
    started = subprocess.Popen(["wine", os.path.join(binary, "rustdesk.exe"), "-cp", windows(os.path.join(AGENT, "test-classes")), "io.waybillguard.agent.platform.windows.Door", *words],
                               env=ENV, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)
    if "open" not in started.stdout.readline():
        raise lab.Broken("the tool does not run")
    return started


def nth(kind, n, seconds=60):
    """The n-th record of a kind, once it is there."""
    return lab.wait_for("%s number %d" % (kind, n), lambda: (lambda all: len(all) >= n and sorted(all, key=lambda r: r["seq"])[n - 1])(records(kind)), seconds)


def notices(screen, in_use):
    """The person at the screen is asked, by the service, in Chinese: answered by key, by nobody, and where nothing can be shown."""
    shown = nth("notice.shown", 1)
    facts = shown["event"]["unmapped"]
    checks.that("the person at the screen is told, in the person's language", facts["way"] == "window" and "有人正在远程登录这台电脑" in shown["summary"], shown["summary"])
    lab.wait_for("the notice on the screen", screen.notice, 20)
    time.sleep(1)
    screen.picture("notice-ask.png")
    screen.click(200, 30)
    time.sleep(1)
    screen.do("xdotool", "key", "2")
    answered = nth("notice.answered", 1)["event"]["unmapped"]
    checks.that("an answer by key comes back to the service", (answered["answer"], answered["how"], answered["account"]) == ("unknown", "keyboard", facts["account"]), answered)
    time.sleep(1)
    screen.picture("notice-told.png")
    screen.do("xdotool", "key", "1")
    lab.wait_for("the end of the notice", lambda: not screen.notice(), 20)

    in_use.kill()
    nth("session.end", 1)
    second = tool("5909", "--cm")
    nth("notice.shown", 2)
    unanswered = nth("notice.unanswered", 1)
    checks.that("nobody answers: that is a record", unanswered["event"]["duration"] >= FOLD * 1000, unanswered["summary"])
    lab.wait_for("the strip that it folds to", lambda: (screen.notice() or {}).get("HEIGHT", 1000) < 100, 20)
    time.sleep(1)
    screen.picture("notice-folded.png")
    second.kill()
    nth("session.end", 2)
    program = os.path.join(BOX, "jre", "bin", "java.exe")
    os.rename(program, program + ".away")
    try:
        for pid in service_children():
            os.kill(pid, 9)
        third = tool("5910", "--cm")
        # Our own commands need the same Java: the agent's log file says when the record can be asked for.
        lab.wait_for("a notice that cannot be shown", lambda: "nobody at the desk can be told: cannot start a program" in lab.read(os.path.join(drive_c(HOME), "logs", "agent.log")), 60)
    finally:
        os.rename(program + ".away", program)
    impossible = nth("notice.impossible", 1)
    checks.that("nothing can be shown: that is a record with the system's word", "cannot start a program" in impossible["summary"], impossible["summary"])
    third.kill()


def service_children(main="NoticeProgram"):
    """The programs that show notices, or those that look at open files."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if main in lab.read("/proc/%s/cmdline" % pid) and BOX in lab.read("/proc/%s/environ" % pid):
                found.append(int(pid))
        except OSError:
            pass  # it has ended meanwhile
    return found


def scan_images():
    """A program reads a scanned image, slowly, and packs it; the agent kills what looks at open files when it must."""
    image = os.path.join(drive_c(SCANS), NUMBER + ".jpg")
    with open(image, "wb") as f:
        f.write(b"\xff\xd8\xff\xe0" + os.urandom(200000))
    lab.wait_for("the program that looks at open files", lambda: service_children("OpenFilesProgram"), 30)
    binary = os.path.join(BOX, "jre", "bin")
    shutil.copy(os.path.join(binary, "java.exe"), os.path.join(binary, "reader.exe"))
    # By a file, since Wine's Java cannot read from a pipe of this side, nor take Chinese from its command line.
    told = os.path.join(drive_c("C:\\scans"), "names")
    with open(told, "w", encoding="utf-8") as f:
        f.write("%s\\%s.jpg\nC:\\scans\\packed\n" % (SCANS, NUMBER))
    reader = subprocess.Popen(["wine", os.path.join(binary, "reader.exe"), "-cp", windows(os.path.join(AGENT, "test-classes")), "io.waybillguard.agent.platform.windows.SlowReader", "C:\\scans\\names"],
                              env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        read = nth("image.read", 1, 60)
        text = json.dumps(read, ensure_ascii=False)
        checks.that("who reads a scanned image is in the log with its program", read["event"]["actor"]["process"]["path"].endswith("\\reader.exe"), read["event"]["actor"])
        checks.that("with the folder, and without the waybill's number", SCANS.replace("\\", "\\\\") in text and NUMBER not in text, text)
        killed = service_children("OpenFilesProgram")
        for pid in killed:
            os.kill(pid, 9)
        told = lab.wait_for("the record of it", lambda: [each for each in records("sensor.live") if "who reads files is not seen for now" in json.dumps(each)], 30)
        again = lab.wait_for("another program that looks", lambda: [pid for pid in service_children("OpenFilesProgram") if pid not in killed], 30)
        checks.that("when the program that looks dies, that is a record, and another is started", told and again, told)
    finally:
        reader.kill()


def shared_folder():
    """Under Wine a folder on another machine is a link in the prefix. The other machine is this host."""
    link = os.path.join(BOX, "prefix", "dosdevices", "unc", "desk", "scans")
    there = os.path.join(OUT, "share")
    shutil.rmtree(there, ignore_errors=True)
    os.makedirs(there)
    os.makedirs(os.path.dirname(link), exist_ok=True)
    if os.path.lexists(link):
        os.remove(link)
    os.symlink(there, link)
    return there


def scans_on_a_share(there):
    """An image that comes to a scan folder on another machine is told with its folder; who reads it there Wine's names of files do not tell."""
    with open(os.path.join(there, NUMBER + ".jpg"), "wb") as f:
        f.write(b"\xff\xd8\xff\xe0" + os.urandom(90000))
    made = lab.wait_for("the image on the share", lambda: [each for each in records("image.made") if SHARE.replace("\\", "\\\\") in json.dumps(each, ensure_ascii=False)], 60)
    text = json.dumps(made, ensure_ascii=False)
    checks.that("an image that comes to a folder on another machine is told, without its number", NUMBER not in text, text)


def uploads(sensors):
    """Wine counts nothing that a connection carries, and tells of none whose it is: the sensor says so."""
    state, detail = sensors["upload"]
    checks.that("what is sent is not counted here, and the sensor of uploads says so", state == "reduced" and "nothing is told of what is sent" in detail, sensors["upload"])


def remote_control(screen):
    """The words of a tool's command line tell that somebody is in. Whose a connection is, Wine does not tell."""
    waits = tool("5907", "--service")
    in_use = tool("5908", "--cm")
    try:
        came = lab.wait_for("the record of the login", lambda: records("session.start"), 30)
        checks.that("a remote-control tool is a login while its words say that somebody is in", len(came) == 1 and came[0]["event"]["service"]["uid"] == "rustdesk", [each["summary"] for each in came])
        checks.that("with what the process was", came[0]["event"]["actor"]["process"]["path"].endswith("\\rustdesk.exe"), came[0]["event"]["actor"])
        if screen:
            notices(screen, in_use)
    finally:
        in_use.kill()
    over = nth("session.end", 1, 30)
    waits.kill()
    checks.that("and ends with it, while the one that only waits is none", over["event"]["session"]["uid"] == came[0]["event"]["session"]["uid"], over["summary"])
    told = nth("finding.new", 1, 30)["event"]["unmapped"]["rule"]
    checks.that("nobody arranged it: that is a finding", told == "unexpected-remote-session", told)


def life_of_a_service(path):
    stick = os.path.join(OUT, "stick")
    os.makedirs(stick, exist_ok=True)
    for name, text in ((".windows-label", "COURIER_USB\n"), (".windows-serial", "CAFE1234\n")):
        with open(os.path.join(stick, name), "w") as f:
            f.write(text)
    home = drive_c(HOME)
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(os.path.join(home, "config"))
    shutil.rmtree(drive_c(SCANS), ignore_errors=True)
    os.makedirs(drive_c(SCANS))
    share = shared_folder()
    with open(os.path.join(home, "config", "agent.yaml"), "w") as f:
        f.write(SETTINGS)
    screen = None
    if all(shutil.which(each) for each in SCREEN_TOOLS):
        screen = Screen()
        ENV["DISPLAY"] = screen.name
    else:
        print("================ SKIPPED notices: they need %s" % ", ".join(SCREEN_TOOLS), flush=True)
    started_by_hand()
    if screen:
        # What a person's programs are started with, and what the person reads.
        registry("HKCU\\Environment", "DISPLAY", "REG_SZ", screen.name)
        registry("HKCU\\Control Panel\\Desktop", "PreferredUILanguages", "REG_MULTI_SZ", "zh-CN")
    # Of a run before this one.
    subprocess.run(["wine", "reg", "delete", RUN_KEY, "/v", SWEPT, "/f"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    hq = lab.Hq(OUT)
    hq.start()
    try:
        enrolled = agent("enroll", "--hq", hq.facts["agent"], "--token", hq.token())
        checks.that("enrolled from the Windows runtime at HQ on this host", enrolled.status == 0, enrolled.said())
        installed = agent("service", "install")
        checks.that("the service is made", installed.status == 0, installed.said())
        run = agent("service", "start")
        checks.that("the service is started and running", run.status == 0 and "is running" in run.out, run.said())
        if run.status != 0:
            raise lab.Broken("without the service there is nothing to see")
        state = agent("service", "status", "--json").json()
        checks.that("its manager names its process and its command", state["pid"] > 0 and " run --home " in state["command"], state)
        sensors = lab.wait_for("the sensors' states", decided, 60, 2)  # the service runs before they are open
        checks.that("every sensor sees, or says what it does not see", len(sensors) >= 7 and all(state in ("live", "reduced") or detail for state, detail in sensors.values()), sensors)
        checks.that("the sensor of USB sees", sensors["usb"][0] == "live", sensors["usb"])

        mount_manager(path, "add", LETTER, stick)
        came = lab.wait_for("the record of the drive", lambda: records("volume.mount"), 30)
        text = json.dumps(came)
        checks.that("a drive that comes is in the log with its name and number", "COURIER_USB" in text and "cafe-1234" in text, text)
        mount_manager(path, "remove", LETTER)
        gone = lab.wait_for("the record of its going", lambda: records("volume.unmount"), 30)
        checks.that("and so is its going", "COURIER_USB" in json.dumps(gone), gone)
        seq = max(each["seq"] for each in gone)

        scan_images()
        scans_on_a_share(share)
        uploads(sensors)
        remote_control(screen)

        def witnessed():
            row = hq.workstation()
            return row if row and (row["witnessed_size"] or 0) > seq else None

        row = lab.wait_for("HQ's witness of it", witnessed, 60)
        checks.that("HQ on this host holds it, witnessed", row["witnessed_size"] > seq, {"seq": seq, "witnessed": row["witnessed_size"]})
        shown = agent("evidence", "verify", lang="zh")
        checks.that("the log verifies, in Chinese", shown.status == 0, shown.said())

        registry(RUN_KEY, SWEPT, "REG_SZ", "C:\\x\\swept.exe -q")
        swept = agent("sweep", "--json")
        entries = [e for e in swept.json()["entries"] if e["name"] == SWEPT] if swept.status == 0 else []
        checks.that("a sweep finds what the registry starts, and that it is new", len(entries) == 1 and any(d["name"] == SWEPT for d in swept.json()["differ"]), entries or swept.said())

        stopped = agent("service", "stop")
        checks.that("the service is stopped", stopped.status == 0, stopped.said())
        keys = os.path.join(home, "data", "keys")
        plain = [name for name in os.listdir(keys) if name.endswith(".key") and name != "undo.key" and not lab.read(os.path.join(keys, name)).startswith("waybill-guard/wrapped/v1\n")]
        checks.that("its keys are wrapped by Windows", not plain and len(os.listdir(keys)) > 2, plain or sorted(os.listdir(keys)))
        last = records("log.stop")
        checks.that("its last record says so", len(last) == 1 and "service" in json.dumps(last), last)
        began = time.time()
        for _ in range(LOOPS):
            one = agent("service", "start"), agent("service", "stop")
            if any(each.status != 0 for each in one):
                checks.that("the service starts and stops again and again", False, [each.said() for each in one])
                break
        else:
            checks.that("it starts and stops %d times" % LOOPS, True, "%.0f s" % (time.time() - began))
        try:  # it says that it has stopped, and ends then
            lab.wait_for("the end of its process", lambda: not service_processes(), 5)
        except lab.Broken:
            pass  # told by the check
        left = service_processes()
        checks.that("no process of it is left", not left, left)
        checks.that("nor one that looks at open files", not service_children("OpenFilesProgram"), service_children("OpenFilesProgram"))
        clean = records("log.start")
        checks.that("every start found a clean end", len(clean) == LOOPS + 1 and all("unclean" not in json.dumps(each) for each in clean), len(clean))
        removed = agent("service", "uninstall", lang="zh", WINE_LANG="zh")
        checks.that("the service is removed, as Chinese Windows", removed.status == 0 and "已删除" in removed.out, removed.said())
        absent = agent("service", "status")
        checks.that("and is gone", absent.status == 1 and "not installed" in absent.out, absent.said())
    finally:
        subprocess.run(["wineserver", "-k"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        hq.stop()
        if screen:
            screen.end()


def main():
    """With WINDOWS_PART=service in the environment only the service's life, with tests only the tests, while one works on that."""
    os.makedirs(OUT, exist_ok=True)
    made = subprocess.run([os.path.join(HERE, "setup.sh"), BOX], stdout=subprocess.PIPE, text=True)
    if made.returncode:
        raise lab.Broken("Wine cannot be set up")
    print(made.stdout.strip(), flush=True)
    path = class_path()
    if os.environ.get("WINDOWS_PART") != "service":
        tests(path, "windows")
        tests(path, "chinese-windows", WINE_LANG="zh")
    if os.environ.get("WINDOWS_PART") != "tests":
        life_of_a_service(path)


try:
    main()
except lab.Broken as e:
    checks.that("the run could go on", False, e)
sys.exit(checks.status())
