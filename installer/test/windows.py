#!/usr/bin/env python3
"""windows.py OUT [PART...]     the Windows installers under Wine, against an HQ on this host: PARTs are below

exe     silent, as Chinese Windows, in folders with Chinese and spaces: installed and enrolled, a record witnessed, installed over itself,
        upgraded while it runs, an upgrade that does not start, one whose Java does not even begin, a step back, a slip in an option, removal.
again   silent, as English Windows, each time on a desk that has nothing yet: a token that HQ refuses, HQ away and back, a full disk.
short   both made and signed; the setup program installs, enrols and removes: for a build server, some 50 s.
msi     the package for Windows Installer, silent: the same, as far as Wine's msiexec carries it.
policy  the .msi as group policy brings it, without properties: values in the registry, and a file for each PC with its token.
codes   removal where HQ has to give a code: silently without one, with a wrong one, with the right one; the page that asks, in Chinese and in
        English, with pictures as below; the .msi without and with the right one.
update  updates that HQ orders, by two people: one that is well is kept; one that HQ does not hear, and one that does not start, go back by
        themselves; one of another release key, and a desk that the .msi installed, refuse.
wizard  its pages in Chinese and in English, gone through as by a person; their pictures are under OUT to be looked at.
Without PARTs exe, again, codes, msi and policy. Environment: WG_WINE_BOX, the folder with Wine and a Windows runtime (OUT/box). agent/target and hq/target must hold the jars; the installers are made here, packed without effort."""
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
BOX = os.path.abspath(os.environ.get("WG_WINE_BOX") or os.path.join(OUT, "box"))
DRIVE = os.path.join(BOX, "prefix", "drive_c")
TARGET = os.path.join(TOP, "installer", "target")
HOME = os.path.join(DRIVE, "ProgramData", "WaybillGuard")
LOG = os.path.join(HOME, "logs", "setup.log")
KEY = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\WaybillGuard"
POLICY = "HKLM\\Software\\Policies\\WaybillGuard"
ODD, PLAIN = "C:\\程序 文件\\面单卫士", "C:\\Program Files\\WaybillGuard"
SCANS = ["C:\\面单 图片", "C:\\scan two"]
# Everything soon, so that the test need not wait.
SETTINGS = "report:\n  every: 10s\n  heartbeat: 10s\nevidence:\n  checkpoint_every: 1s\n"
FONTS = ["MS Shell Dlg", "MS Shell Dlg 2", "Tahoma", "SimSun", "NSimSun", "Microsoft YaHei", "宋体", "新宋体", "微软雅黑"]
# Windows' ERROR_INSTALL_FAILURE, and what Wine says for it (ERROR_FUNCTION_FAILED); of both a process here keeps eight bits.
MSI_FAILED = (1603 & 255, 1627 & 255)
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


def certificate():
    """One for code, by nobody that a Windows trusts; empty where nothing signs."""
    if not shutil.which("osslsigncode"):
        print("SKIPPED signatures: needs osslsigncode (apt-get install osslsigncode)", flush=True)
        return {}
    key, cert = os.path.join(OUT, "code.key"), os.path.join(OUT, "code.pem")
    made = lab.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "30", "-subj", "/CN=Waybill Guard test", "-addext", "extendedKeyUsage=codeSigning"])
    if made.status != 0:
        raise lab.Broken("no certificate was made: " + made.said())
    return {"WG_SIGN_CERT": cert, "WG_SIGN_KEY": key}


def signed(what, path, signing):
    if signing:
        seen = lab.run(["osslsigncode", "verify", "-CAfile", signing["WG_SIGN_CERT"], "-in", path])
        checks.that(what + " is signed, and the signature holds", seen.status == 0 and "Signature verification: ok" in seen.out, " ".join(seen.out.split())[-300:])


def build(parts, version, *words, **more):
    made = lab.run(["sh", os.path.join(TOP, "installer", "build.sh"), "--skip-maven", "--quick", "--as-version", version] + list(words) + parts, 240, env=dict(os.environ, **more))
    if made.status != 0:
        raise lab.Broken("no installer of %s: %s" % (version, made.said()))


def newer(version, by):
    """Windows Installer looks at three numbers only."""
    head, last = version.rsplit(".", 1)
    return "%s.%d" % (head, int(last) + by)


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
    for key in (KEY, "HKLM\\Software\\WaybillGuard"):
        wine("reg", "reg", "delete", key, "/f")
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


def msiexec(act, version, *words):
    package = in_windows(os.path.join(TARGET, "WaybillGuard-%s.msi" % version))
    return Step("msiexec", "msiexec", act, package, "/qn", "/l*v", in_windows(os.path.join(OUT, "msi.log")), *words)


def msi(hq, older, now, broken):
    speak("zh")
    for version in (older, now, broken):
        msiexec("/x", version)  # a run that was cut off
    without_desk()
    desk = Desk(PLAIN)
    for each in SCANS:
        os.makedirs(on_host(each), exist_ok=True)
    token = hq.token()
    words = ["HQ=" + hq.facts["agent"], "TOKEN=" + token, "CA=" + hq.facts["ca_sha256"], "SCAN=" + ";".join(SCANS)]
    step = msiexec("/i", older, *words)
    checks.that("msi: silently installed, with properties", step.status == 0 and "已登记" in step.log, step)
    if not desk.there(older):
        raise lab.Broken("nothing was installed")
    desk.runs("msi: the service runs on the runtime that came with it", older)
    yaml = lab.read(os.path.join(HOME, "config", "agent.yaml"))
    checks.that("msi: the scan folders are in the settings", all(each.replace("\\", "\\\\") in yaml for each in SCANS), yaml)
    more_settings(SETTINGS)
    # Whether it is done is Windows' business: Wine's log hides nothing.
    tables = [lab.run(["msiinfo", "export", os.path.join(TARGET, "WaybillGuard-%s.msi" % now), table]).out for table in ("Property", "CustomAction")]
    kinds = {line.split("\t")[0]: line.split("\t")[1] for line in tables[1].splitlines()[3:] if line}
    checks.that("msi: the package asks that the token is kept out of logs", "MsiHiddenProperties\tTOKEN" in tables[0] and int(kinds["Apply"]) & 8192, kinds)
    setup_program = setup(now)
    checks.that("msi: the setup program does not install over it", setup_program.status == 2 and "installed by its .msi" in setup_program.log, setup_program)
    before = kept()
    upgraded = msiexec("/i", now)
    checks.that("msi: upgraded while it ran", upgraded.status == 0 and "0.0.9 版换成了 %s 版" % now in upgraded.log, upgraded)
    pid = desk.runs("msi: the new version runs", now)
    checks.that("msi: the older program is gone, but for nothing", not os.path.exists(on_host(desk.program("", older))), os.listdir(on_host(PLAIN)))
    checks.that("msi: settings and enrolment are the same", kept() == before, kept())
    back = msiexec("/i", broken)
    checks.that("msi: an upgrade that does not start fails and says that it went back", back.status in MSI_FAILED and "已自动退回 %s 版" % now in back.log, back)
    pid = desk.runs("msi: the version before runs", now)
    checks.that("msi: nothing of the failed one is left", not desk.there(broken), os.listdir(on_host(PLAIN)))
    down = msiexec("/i", older)
    checks.that("msi: a step back is refused, in words", down.status in MSI_FAILED and "不能换成更旧的 %s 版" % older in down.log, down)
    desk.runs("msi: and the running one was not touched", now, pid)
    checks.that("msi: the log has every step", desk.acts() == ["installed", "upgraded", "upgraded", "rolled_back"], desk.acts())
    gone = msiexec("/x", now)
    # Wine does not act on the package's row for the folder of all versions, or too early; empty it does no harm.
    left = os.listdir(on_host(PLAIN)) if os.path.isdir(on_host(PLAIN)) else []
    checks.that("msi: removed", gone.status == 0 and not unix_pid(PLAIN) and not left, "%s; left: %s" % (gone, left))
    java = os.path.join(BOX, "jre", "bin", "java.exe")
    listed = wine("last", java, "-XX:-PrintWarnings", "-jar", in_windows(lab.AGENT_JAR), "evidence", "list", "--limit", "0", "--json").lines()
    checks.that("msi: the evidence is there, and its last record is the removal", listed and lab.values(listed[-1], "status_detail") == ["removed"], listed[-1:])


def policy(hq, now):
    """What group policy does: values in the registry, a file for each PC on a server, the package without a word."""
    speak("zh")
    msiexec("/x", now)
    without_desk()
    with_settings()
    folder = on_host("C:\\登记")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, value in (("Hq", hq.facts["agent"]), ("CaSha256", hq.facts["ca_sha256"]), ("EnrolFile", "C:\\登记\\%COMPUTERNAME%.env")):
        wine("reg", "reg", "add", POLICY, "/v", name, "/t", "REG_EXPAND_SZ", "/d", value, "/f")
    try:
        before = len(hq.on_data("workstations", "--json").json()["workstations"])
        desk = Desk(PLAIN)
        step = msiexec("/i", now)
        checks.that("policy: installed without a word, and not enrolled while no file is there for this PC", step.status == 0 and "组策略指定的登记文件 C:\\登记\\" in step.log, step)
        if not desk.there(now):
            raise lab.Broken("nothing was installed")
        desk.runs("policy: it records meanwhile", now)
        pc = wine("pc", "cmd.exe", "/c", "echo %COMPUTERNAME%").out.strip()
        with open(os.path.join(folder, pc + ".env"), "w", encoding="utf-8") as f:
            f.write("WG_TOKEN=%s\n" % hq.token())
        lab.wait_for("the enrolment", lambda: len(hq.on_data("workstations", "--json").json()["workstations"]) > before, 90, 2)
        checks.that("policy: when the file for this PC is there, the running agent enrols, and the file stays", os.path.exists(os.path.join(folder, pc + ".env")), pc)
        lab.wait_for("its own word of it", lambda: "enrolled hq=" in lab.read(os.path.join(HOME, "logs", "agent.log")), 30, 1)
        msiexec("/x", now)

        without_desk()
        wine("reg", "reg", "add", POLICY, "/v", "Scan", "/d", ";".join(SCANS), "/f")
        with open(os.path.join(folder, pc + ".env"), "w", encoding="utf-8") as f:
            f.write("WG_TOKEN=%s\n" % hq.token())
        step = msiexec("/i", now)
        checks.that("policy: with the file there before, it is enrolled by the installation", step.status == 0 and "已登记" in step.log, step)
        yaml = lab.read(os.path.join(HOME, "config", "agent.yaml"))
        checks.that("policy: the scan folders are in the settings", all(each.replace("\\", "\\\\") in yaml for each in SCANS), yaml)
        # As each upgrade by group policy does; the token was used by now.
        again = wine("enroll", desk.program("jre\\bin\\java.exe", now), "@" + desk.program("jvm.options", now), "-Xmx256m", "-jar", desk.program("waybill-guard-agent.jar", now), "setup", "enroll")
        checks.that("policy: an enrolled PC asks for nothing more", again.status == 0 and "登记不变" in again.out, again.said())
        gone = msiexec("/x", now)
        checks.that("policy: removed", gone.status == 0 and not unix_pid(PLAIN), gone)
    finally:
        wine("reg", "reg", "delete", POLICY, "/f")


def given(hq, log):
    """HQ's code of today for a desk, as an administrator asks for it."""
    words = lab.JVM + ["-jar", lab.HQ_JAR, "workstation", "removal-code", log, "--reason", "trial", "--by", "wang", "--data", hq.data]
    told = subprocess.run(words, input="correct horse battery\n", capture_output=True, text=True, timeout=120)
    if told.returncode:
        raise lab.Broken("HQ gives no code: " + told.stderr)
    return told.stdout.strip()


class Asking:
    """A desk that is enrolled, whose settings ask for HQ's code, and that knows how codes are checked."""

    def __init__(self, hq, lang, now, install):
        without_desk()
        with_settings()
        more_settings("removal:\n  code_required: true\n")
        for each in SCANS:
            os.makedirs(on_host(each), exist_ok=True)
        self.desk, self.now, self.refused, before = Desk(PLAIN), now, [], hq.logs()
        self.step = install("HQ=" + hq.facts["agent"], "TOKEN=" + hq.token())
        if self.step.status != 0 or not self.desk.there(now):
            raise lab.Broken("nothing was installed: %s" % self.step)
        self.pid = self.desk.runs(lang + ": installed on a desk whose settings ask for a code", now)
        lab.wait_for("what codes are checked by", lambda: os.path.exists(os.path.join(HOME, "data", "removal.json")), 60)
        self.code = given(hq, (hq.logs() - before).pop())

    def refusals(self):
        return [lab.values(each["event"], "unmapped")[0]["code"] for each in self.desk.records("agent.install") if lab.values(each, "status_detail") == ["removal_refused"]]

    def stays(self, what, why, ok, said):
        """Refused, and a record: Wine has no sockets in the file system, as an old Windows, so the agent finds the word that is left for it."""
        self.refused.append(why)

        def told():
            found = self.refusals()
            return found if len(found) >= len(self.refused) else None

        try:
            recorded = lab.wait_for("the record of a refusal", told, 20, 1)
        except lab.Broken:
            recorded = self.refusals()
        is_record = recorded == self.refused and "没能写进证据日志" not in said and "could not be recorded" not in said
        checks.that(what, ok and is_record and registry("DisplayVersion") in (self.now, None), "%s; recorded: %s" % (said[-900:], recorded))
        self.desk.runs("and the agent goes on", self.now, self.pid)

    def went(self, what, step):
        day = time.strftime("%Y-%m-%d", time.gmtime())
        # Started with _?=FOLDER the program that removes is in use itself, and Wine does not let it be renamed meanwhile.
        left = os.listdir(on_host(PLAIN)) if os.path.isdir(on_host(PLAIN)) else []
        checks.that(what + ": program and service are gone", not unix_pid(PLAIN) and left in ([], ["uninstall.exe"]), "%s; left: %s" % (step, left))
        java, outside = os.path.join(BOX, "jre", "bin", "java.exe"), ["-XX:-PrintWarnings", "-jar", in_windows(lab.AGENT_JAR), "evidence"]
        last = wine("last", java, *outside, "list", "--limit", "0", "--json").lines()[-1]
        checks.that("the evidence is there, and its last record is the removal, with the code's day", lab.values(last, "status_detail") == ["removed"] and lab.values(last["event"], "unmapped")[0]["code"] <= day, last["summary"])
        verified = wine("verify", java, *outside, "verify", "--lang", "en")
        checks.that("sealed: the log verifies", verified.status == 0, verified.out.strip()[-300:] or verified.said())


def uninstall(*words):
    return Step("uninstall", PLAIN + "\\uninstall.exe", *words, *("_?=" + PLAIN).split(" "))


def codes(hq, now):
    words = lab.JVM + ["-jar", lab.HQ_JAR, "user", "add", "wang", "--role", "admin", "--data", hq.data]
    if subprocess.run(words, input="correct horse battery\n", capture_output=True, text=True, timeout=120).returncode:
        raise lab.Broken("no administrator")
    hq.logs = lambda: {each["id"] for each in hq.on_data("workstations", "--json").json()["workstations"]}
    show_chinese()
    screen = Screen()
    try:
        env["DISPLAY"] = screen.name
        speak("zh")
        asking = Asking(hq, "zh", now, lambda *w: setup(now, *("/" + each for each in w)))
        none = uninstall("/S")
        asking.stays("silent removal without a code is refused with 3", "missing", none.status == 3 and "no good one came" in none.log, none.log)
        wrong = uninstall("/S", "/CODE=0000-0000-0000-0000")
        asking.stays("with a wrong one too", "wrong", wrong.status == 3 and "卸载码不对" in wrong.log, wrong.log)
        with open(os.path.join(OUT, "codes.out"), "wb") as log:
            asked(screen, "zh", asking, log)
            speak("en")
            asking = Asking(hq, "en", now, lambda *w: setup(now, *("/" + each for each in w)))
            asked(screen, "en", asking, log)
        asking = Asking(hq, "en", now, lambda *w: setup(now, *("/" + each for each in w)))
        good = uninstall("/S", "/CODE=" + asking.code.lower())
        checks.that("silently with the right one, in small letters: 0", good.status == 0, good)
        asking.went("silently", good)
        if shutil.which("wixl") and shutil.which("msibuild"):
            asking = Asking(hq, "msi", now, lambda *w: msiexec("/i", now, *w))
            none = msiexec("/x", now)
            asking.stays("msi: removal without a code fails", "missing", none.status in MSI_FAILED, none.log)
            # Once is enough here: after a second refusal files that nobody used were gone, since Wine does not take back what a failed removal did.
            good = msiexec("/x", now, "CODE=" + asking.code)
            checks.that("msi: with the right one: 0", good.status == 0, good)
            asking.went("msi", good)
    finally:
        env.pop("DISPLAY", None)
        screen.stop()


def asked(screen, lang, asking, log):
    """Removes it as a person does who mistypes the code once."""
    subprocess.run(["wine", PLAIN + "\\uninstall.exe"], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    lab.wait_for("the page of the removal", lambda: screen.window("Waybill Guard"), 30)
    screen.focus()
    screen.picture(lang + "-8-remove")
    screen.press("Return")
    screen.picture(lang + "-9-code")
    screen.do("xdotool", "type", "0000-0000-0000-0000")
    screen.picture(lang + "-10-mistyped")
    screen.press("Return")
    lab.wait_for("the message over the page", lambda: screen.windows() > 1, 30)
    screen.picture(lang + "-11-refused")
    screen.press("Return")
    lab.wait_for("the page behind the message", lambda: screen.windows() == 1, 30)
    asking.stays(lang + ": a mistyped code is said, and the page stays", "wrong", True, "")
    screen.press("ctrl+a")
    screen.do("xdotool", "type", asking.code)
    screen.press("Return")
    lab.wait_for("the removal", lambda: registry("DisplayVersion") is None, 60)
    screen.picture(lang + "-13-removed")
    screen.press("Return")
    lab.wait_for("the end of the program that removes", lambda: not unix_pid(PLAIN) and not os.path.exists(on_host(PLAIN)), 20)
    asking.went(lang + ": by the page", "")


def typed(hq, *words):
    """A command of HQ's that asks for the password of who gives it."""
    command = lab.JVM + ["-jar", lab.HQ_JAR] + list(words)
    told = subprocess.run(command, input="correct horse battery\n", capture_output=True, text=True, timeout=lab.PATIENCE * 120)
    if told.returncode:
        raise lab.Broken("%s: %s" % (" ".join(words), told.stderr.strip()))
    return told.stdout.strip()


class Ordering:
    """HQ's side of updates: a release key, two administrators, and orders."""

    OVER = ("done", "failed", "rolled_back", "refused", "interrupted", "unsupported")

    def __init__(self, hq):
        self.hq, self.key = hq, os.path.join(OUT, "release.key")
        self.new_key(self.key)

    def people(self):
        for user in ("lin", "zhao"):
            typed(self.hq, "user", "add", user, "--role", "admin", "--data", self.hq.data)

    def new_key(self, path):
        for each in (path, path + ".vkey"):
            if os.path.exists(each):
                os.remove(each)
        typed(self.hq, "update", "key", path)

    def order(self, version, desk, key=None, minutes=2):
        package = installer(version)
        typed(self.hq, "update", "sign", package, "--key", key or self.key)
        typed(self.hq, "update", "add", package, "--data", self.hq.data)
        command = typed(self.hq, "update", "ask", version, "--workstation", desk, "--minutes", str(minutes), "--reason", "trial", "--by", "lin", "--data", self.hq.data)
        typed(self.hq, "command", "approve", command, "--by", "zhao", "--data", self.hq.data)
        return command

    def state(self, command):
        listed = self.hq.on_data("update", "list", "--json").json()["commands"]
        states = [each["states"] for each in listed if each["id"] == command][0]
        return states[0]["state"] if states else ""

    def ends(self, command, seconds):
        try:
            return lab.wait_for("HQ to hear the end", lambda: (lambda s: s if s in self.OVER else None)(self.state(command)), seconds, 3)
        except lab.Broken as e:
            raise lab.Broken('%s; HQ shows "%s"; %s' % (e, self.state(command), lab.read(LOG)[-1500:]))


def update(hq, ordering, now, well, deaf, dead, strange):
    ordering.people()
    speak("zh")
    without_desk()
    wine("sc", "sc", "delete", "WaybillGuardUpdate")
    with_settings()
    desk, known = Desk(PLAIN), {each["id"] for each in hq.on_data("workstations", "--json").json()["workstations"]}
    step = setup(now, "/HQ=" + hq.facts["agent"], "/TOKEN=" + hq.token())
    if step.status != 0 or not desk.there(now):
        raise lab.Broken("nothing was installed: %s" % step)
    desk.runs("update: installed and enrolled", now)
    log = ({each["id"] for each in hq.on_data("workstations", "--json").json()["workstations"]} - known).pop()

    def tail(kinds=("agent.update", "agent.install", "hq.result")):
        found = sorted((r for kind in kinds for r in desk.records(kind)), key=lambda r: r["seq"])
        return ["%s %s" % (r["type"], (lab.values(r["event"], "status_detail") or [""])[0]) for r in found]

    def over(what, version):
        desk.runs("update: %s: version %s runs" % (what, version), version)
        lab.wait_for("the end of the installer", lambda: not installing(), 60)
        left = [each for each in (now, well, deaf, dead, strange) if desk.there(each)]
        # An empty folder of the installer's may stay under Wine; the next update makes it anew.
        files = [f for folder in ("installing", "data/update") for _, _, found in os.walk(os.path.join(HOME, folder)) for f in found]
        checks.that("update: %s: nothing of it is left" % what, left == [version] and not files, "%s %s" % (left, files))
        checks.that("update: %s: the list of programs shows what runs" % what, registry("DisplayVersion") == version, registry("DisplayVersion"))
        verified = desk.agent("evidence", "verify")
        checks.that("update: %s: the log verifies" % what, verified.status == 0, verified.said())
        seq = max(each["seq"] for each in desk.records("hq.result"))
        row = lab.wait_for("HQ's witness", lambda: (lambda r: r if (r["witnessed_size"] or 0) > seq else None)(hq.workstation(log)), 90)
        checks.that("update: %s: HQ witnesses the record of it" % what, row["witnessed_size"] > seq, "record %d of %d witnessed" % (seq, row["witnessed_size"]))

    began = time.time()
    state = ordering.ends(ordering.order(well, log, minutes=10), 400)  # a version under Wine on a busy machine takes its time
    checks.that("update: one that is well is kept, and HQ shows so", state == "done", "%s in %.0f s" % (state, time.time() - began))
    over("well", well)
    checks.that("update: the log tells of each step", [t.split()[0] for t in tail()][-4:] == ["agent.update", "agent.install", "agent.update", "hq.result"], tail())

    began = time.time()
    state = ordering.ends(ordering.order(deaf, log), 600)
    said = tail()
    checks.that("update: one that never is healthy goes back by itself, and HQ shows so", state == "rolled_back" and "has taken no report of version " + deaf in said[-1], "%s in %.0f s; %s" % (state, time.time() - began, said))
    over("deaf", well)
    checks.that("update: deaf: the way there and back is recorded", [t for t in said if t.startswith("agent.install")][-2:] == ["agent.install upgraded", "agent.install rolled_back"], said)

    state = ordering.ends(ordering.order(dead, log), 400)
    checks.that("update: one whose Java does not begin changes nothing, and HQ shows so", state == "rolled_back" and "setup apply ended with 1" in tail()[-1], "%s; %s" % (state, tail()[-2:]))
    over("dead", well)

    other = os.path.join(OUT, "other.key")
    ordering.new_key(other)
    state = ordering.ends(ordering.order(strange, log, other), 200)
    checks.that("update: a package of another release key is refused, whoever ordered it", state == "refused", "%s; %s" % (state, tail()[-1:]))
    desk.runs("update: strange: and the agent goes on", well)

    wine("reg", "reg", "add", "HKLM\\Software\\WaybillGuard\\Msi", "/v", well, "/d", "C:\\x", "/f")
    state = ordering.ends(ordering.order(strange, log), 200)
    why = [r for r in desk.records("hq.cmd")][-1:]
    checks.that("update: where the .msi installed it, it is refused at once with the reason", state == "refused" and ".msi" in str(why), "%s; %s" % (state, why))
    wine("reg", "reg", "delete", "HKLM\\Software\\WaybillGuard\\Msi", "/f")
    gone = removed(desk)
    checks.that("update: and it is removed as any other", not unix_pid(PLAIN) and not os.path.exists(on_host(PLAIN)), gone)


def installing():
    """Processes of the installer that the agent called."""
    return [pid for pid in filter(str.isdigit, os.listdir("/proc")) if "\0update\0install\0" in lab.read("/proc/%s/cmdline" % pid)]


def short(hq, now, signing):
    speak("zh")
    without_desk()
    desk = Desk(PLAIN)
    step = setup(now, "/HQ=" + hq.facts["agent"], "/TOKEN=" + hq.token(), "/SCAN=" + SCANS[0])
    checks.that("silently installed and enrolled", step.status == 0 and "已登记" in step.log, step)
    if not desk.there(now):
        raise lab.Broken("nothing was installed")
    desk.runs("the service runs on the runtime that came with it", now)
    signed("the program that removes it", on_host(PLAIN + "\\uninstall.exe"), signing)
    gone = removed(desk)
    checks.that("removed: program, service, entries", not unix_pid(PLAIN) and not os.path.exists(on_host(PLAIN)), gone)
    checks.that("its evidence stays", os.path.getsize(os.path.join(HOME, "data", "evidence.db")) > 0, "")


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


class Screen:
    """A screen that nobody sits at, and the windows on it."""

    def __init__(self):
        self.last = None
        told, child = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(child), "-screen", "0", "800x600x24"], pass_fds=[child], stderr=subprocess.DEVNULL)
        os.close(child)
        with os.fdopen(told) as f:
            self.name = ":" + f.readline().strip()

    def do(self, *words):
        return subprocess.run(words, env=dict(os.environ, DISPLAY=self.name), capture_output=True, text=True).stdout.split()

    def windows(self):
        return len(self.do("xdotool", "search", "--onlyvisible", "--name", "Waybill Guard") or [])

    def window(self, title):
        found = self.do("xdotool", "search", "--onlyvisible", "--name", title)
        return found and found[-1]

    def focus(self):
        """Without a window manager nobody gives a new window the keyboard; what has it looks other."""
        self.do("xdotool", "windowfocus", "--sync", self.window("Waybill Guard"))

    def press(self, *keys):
        self.focus()
        self.do("xdotool", "key", *keys)

    def pixels(self, path):
        self.do("import", "-window", "root", path)
        return self.do("identify", "-format", "%# %k", path)

    def picture(self, name):
        """The next page, once two looks at it are the same, and neither empty nor the page before."""
        path = os.path.join(OUT, "wizard-%s.png" % name)

        def rests():
            one = self.pixels(path)
            if one == self.last or one[1:] == ["1"]:
                return None
            time.sleep(0.4)  # what has got the keyboard is drawn once more
            if self.pixels(path) != one:
                return None
            self.last = one
            return path

        return lab.wait_for("the page " + name, rests, 15, 0.2)

    def stop(self):
        self.server.terminate()
        self.server.wait(10)


def show_chinese():
    for face in FONTS:
        wine("reg", "reg", "add", "HKCU\\Software\\Wine\\Fonts\\Replacements", "/v", face, "/d", "WenQuanYi Micro Hei", "/f")


def wizard(now):
    show_chinese()
    screen = Screen()
    try:
        env["DISPLAY"] = screen.name
        for lang in ("zh", "en"):
            speak(lang)
            without_desk()
            os.makedirs(on_host("C:\\扫描图片" if lang == "zh" else "C:\\Scans"), exist_ok=True)
            with open(os.path.join(OUT, "wizard.out"), "wb") as log:
                shown(screen, lang, now, log)
    finally:
        env.pop("DISPLAY", None)
        screen.stop()


def shown(screen, lang, now, log):
    """Goes through the pages as a person does, and through the removal."""
    running = subprocess.Popen(["wine", installer(now)], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    lab.wait_for("the wizard", lambda: screen.window("Waybill Guard"), 30)
    pages = [screen.picture(lang + "-1-welcome")]
    screen.press("Return")
    pages.append(screen.picture(lang + "-2-ask"))
    # An address alone, and of a wrong form: it is said what is missing.
    screen.do("xdotool", "type", "hq.example.com")
    screen.press("Return")
    pages.append(screen.picture(lang + "-3-half"))
    screen.press("Return")
    screen.picture(lang + "-4-still-there")
    screen.press("ctrl+a", "BackSpace", "Return")
    lab.wait_for("the installation", lambda: "setup enroll" in lab.read(LOG), 60)
    lab.wait_for("its entry", lambda: registry("DisplayVersion") == now, 20)
    # The page that shows how far it is may be seen first.
    lab.wait_for("the last page", lambda: not service_commands(), 30)
    pages.append(screen.picture(lang + "-5-finish"))
    screen.press("Return")
    ended = running.wait(60)
    yaml = lab.read(os.path.join(HOME, "config", "agent.yaml"))
    checks.that("%s: the wizard installs, with the folder that it found on the disk" % lang, ended == 0 and ("扫描图片" if lang == "zh" else "Scans") in yaml, pages)
    subprocess.run(["wine", PLAIN + "\\uninstall.exe"], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    lab.wait_for("the page of the removal", lambda: screen.window("Waybill Guard"), 30)
    screen.picture(lang + "-6-remove")
    screen.press("Return")
    lab.wait_for("the removal", lambda: registry("DisplayVersion") is None, 60)
    screen.picture(lang + "-7-removed")
    screen.press("Return")
    checks.that("%s: and removes" % lang, not os.path.exists(on_host(PLAIN + "\\" + now)), "")


def service_commands():
    """Programs that the installer itself still runs."""
    return [pid for pid in filter(str.isdigit, os.listdir("/proc")) if "\0setup\0" in lab.read("/proc/%s/cmdline" % pid)]


def main():
    parts = sys.argv[2:] or ["exe", "again", "codes", "msi", "policy"]
    os.makedirs(OUT, exist_ok=True)
    made = subprocess.run(["sh", os.path.join(TOP, "agent", "src", "it", "wine", "setup.sh"), BOX], stdout=subprocess.PIPE, text=True)
    if made.returncode:
        raise lab.Broken("Wine cannot be set up")
    print(made.stdout.strip(), flush=True)
    now = re.search(r"<version>(.*)</version>", lab.read(os.path.join(TOP, "pom.xml")))[1]
    older, broken, dead = "0.0.9", newer(now, 1), newer(now, 2)
    began = time.time()
    others = ["windows"] * ("exe" in parts) + ["msi"] * ("msi" in parts)
    signing = certificate()
    package = "msi" in parts or "policy" in parts or ("short" in parts or "codes" in parts) and shutil.which("wixl") and shutil.which("msibuild")
    build(["windows"] + ["msi"] * bool(package), now, **signing)
    signed("the setup program", installer(now), signing)
    if package:
        signed("the package", os.path.join(TARGET, "WaybillGuard-%s.msi" % now), signing)
    if others:
        build(others, older)
        # One that lays its files and makes its service, and then has no memory to run.
        build(others, broken, "--java-option", "-Xmx2m")
    hq = lab.Hq(OUT)
    shutil.rmtree(hq.data, ignore_errors=True)
    if "update" in parts:
        hq.words = ("--heartbeat", "10s")  # orders are told with a desk's sign of life
        ordering = Ordering(hq)
        well, deaf, lame, strange = (newer(now, by) for by in (3, 4, 5, 6))
        vkey = {"WG_RELEASE_VKEY": ordering.key + ".vkey"}
        for version, option in ((now, []), (well, []), (deaf, ["--java-option", "-Djdk.tls.client.protocols=TLSv1.1"]), (lame, ["--java-option", "-XX:+NoSuchOptionAtAll"]), (strange, [])):
            build(["windows"], version, *option, **vkey)
    if "exe" in parts:
        # One whose Java does not begin at all.
        build(["windows"], dead, "--java-option", "-XX:+NoSuchOptionAtAll")
    print("installers made in %.0f s" % (time.time() - began), flush=True)
    hq.start()
    try:
        if "exe" in parts:
            exe(hq, older, now, broken, dead)
        if "again" in parts:
            again(hq, now)
        if "short" in parts:
            short(hq, now, signing)
        if "msi" in parts:
            msi(hq, older, now, broken)
        if "policy" in parts:
            policy(hq, now)
        if "codes" in parts:
            codes(hq, now)
        if "update" in parts:
            update(hq, ordering, now, well, deaf, lame, strange)
        if "wizard" in parts:
            wizard(now)
    finally:
        subprocess.run(["wineserver", "-k"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        hq.stop()


try:
    main()
except lab.Broken as e:
    checks.that("the run could go on", False, e)
sys.exit(checks.status())
