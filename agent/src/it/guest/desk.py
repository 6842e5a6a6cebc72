#!/usr/bin/env python3
"""desk.py RUN_DIR

What a hand plugs in at the desk, and what only a hand can do there, on a real kernel: the agent in the rig's guest, HQ on this host. A stick is in when
the machine starts; one has no serial number; one comes while the agent does not run; a keyboard that nobody knows is plugged in, and the scanner, which is then enrolled. Somebody logs in
remotely, and a notice is on the screen with codes to scan. zbarimg reads them off a picture of the screen, as the scanner would. A code typed by whoever
logged in, by a program (uinput) and on another keyboard of the same make answers nothing; the same one typed by the scanner is the answer of a person at
the desk. Last, HQ has a stick put out of use, and back into use.

The guest's Java shows no windows, so a runtime that does is made here with jlink. Needs jlink, zbarimg, ImageMagick's convert and the font WenQuanYi Micro Hei.
env: RIG, WG_RIG_CACHE or RIG_CACHE. One line a check; exit 0 only when every check passed. Pictures are left in RUN_DIR. Ten minutes on two processors that had
a load of 7; most of it is the guest's Java, which reads the log.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

import lab

sys.path[:0] = [os.path.join(lab.CHECKOUT, "installer", "lib"), os.path.join(lab.CHECKOUT, "agent", "src", "it")]
import runtime  # noqa: E402
from trust import ShortHq  # noqa: E402

FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
PASSWORD = "correct horse battery"
KEYBOARD = "0627:0001"  # what every keyboard of QEMU says it is
SCANNER, OTHER, AT_BOOT, HELD, WHILE_OFF = "WG-SCANNER-01", "WG-OTHER-02", "WG-BOOT-03", "WG-HELD-04", "WG-OFF-05"
HERE, THERE = "10.77.0.1", "10.77.0.2"

SETTINGS = """
notice:
  fold_after: 10m
  hq_phone: 400-000-0000
  scanner: '%s serial:%s'
disposal:
  allow: [usb]
""" % (KEYBOARD, SCANNER)

# A screen with one program on it, and the file by which systemd-logind tells of its session.
SCREEN = """
set -e
mkdir -p /tmp/screen /run/systemd/sessions
Xvfb :5 -screen 0 1024x768x24 -nolisten tcp -ac -fbdir /tmp/screen >/dev/null 2>&1 &
for i in $(seq 100); do [ -S /tmp/.X11-unix/X5 ] && break; sleep 0.1; done
runuser -u courier -- env DISPLAY=:5 XDG_SESSION_ID=c5 LANG=zh_CN.UTF-8 sleep 900 >/dev/null 2>&1 &
printf 'UID=1000\\nUSER=courier\\nACTIVE=1\\nSTATE=active\\nREMOTE=0\\nTYPE=x11\\nCLASS=user\\nSEAT=seat0\\nDISPLAY=:5\\n' >/run/systemd/sessions/c5
"""

ELSEWHERE = """
set -e
ip netns add out
ip link add out0 type veth peer name out1 netns out
ip addr add %s/24 dev out0 && ip link set out0 up
ip -n out addr add %s/24 dev out1 && ip -n out link set out1 up && ip -n out link set lo up
cp /share/id_guest /root/id && chmod 600 /root/id && mkfifo /root/typed
""" % (HERE, THERE)

LOGIN = "(exec 3<>/root/typed; exec ip netns exec out ssh -tt -i /root/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null courier@%s <&3 >/share/seen 2>&1)" % HERE

# A keyboard that a program makes, with the ids of the scanner: linux/uinput.h, linux/input.h. Types digits and Enter.
UINPUT = r"""
use strict; use warnings;
open(my $u, "+<", "/dev/uinput") or die "uinput: $!";
sub ask { ioctl($u, $_[0], $_[1]) or die "ioctl: $!" }
ask(0x40045564, 1);                                              # UI_SET_EVBIT EV_KEY
ask(0x40045565, $_) for (1 .. 57);                               # UI_SET_KEYBIT: the letters, digits and Enter
my $setup = pack("SSSSa80L", 3, 0x0627, 0x0001, 1, "QEMU QEMU USB Keyboard", 0);
ask(0x405c5503, $setup); ask(0x5501, 0);                         # UI_DEV_SETUP, UI_DEV_CREATE
sleep 2;
for my $key ((map { $_ == 0 ? 11 : $_ + 1 } split //, $ARGV[0]), 28) {
  for my $value (1, 0) { syswrite($u, pack("qqSSl", 0, 0, 1, $key, $value) . pack("qqSSl", 0, 0, 0, 0, 0)) }
  select(undef, undef, undef, 0.02);
}
sleep 2;
"""

# The event device of the keyboard with this serial number, and what it reports, into a file.
LISTEN = """
for e in /sys/class/input/event*; do
  u=$(readlink -f $e/device/../../../..)
  [ "$(cat $u/serial 2>/dev/null)" = %s ] && timeout 1000 cat /dev/input/${e##*/} >/tmp/%s.keys 2>/dev/null &
done
"""


class Scenario:
    def __init__(self, folder):
        self.folder, self.checks = folder, lab.Checks()
        self.hq, self.guest = ShortHq(folder), lab.Guest(folder)
        self.hq.life = "90d"
        self.agent = lab.GuestAgent(self.guest)

    def run(self):
        try:
            for step in (self.begin, self.plugged_in, self.enrolled, self.asked, self.answers_nothing, self.answers, self.out_of_use, self.last_word):
                began = time.time()
                step()
                print("%s took %.0f s" % (step.__name__, time.time() - began), flush=True)
        except lab.Broken as e:
            self.checks.that("the scenario runs to its end", False, e)
            print(lab.read(os.path.join(self.guest.share, "run-%d.err" % self.agent.starts))[-2500:], flush=True)
        finally:
            self.guest.stop()
            self.hq.stop()
        return self.checks.status()

    # --- what is needed ------------------------------------------------------------------------

    def begin(self):
        java = threading.Thread(target=self.make_runtime)
        java.start()
        self.hq.start()
        people = threading.Thread(target=lambda: [self.at_hq("user", "add", name, "--role", role) for name, role in (("lin", "investigator"), ("zhao", "admin"))])
        people.start()
        image = os.path.join(self.folder, "boot.img")
        shutil.copyfile(os.path.join(lab.CACHE, "usb.img"), image)
        java.join()
        sticks = "-drive if=none,id=boot,format=raw,file=%s -device usb-storage,bus=xhci.0,drive=boot,serial=%s" % (image, AT_BOOT)
        os.environ["RIG_QEMU_EXTRA"] = sticks + " -drive if=virtio,format=raw,readonly=on,file=" + os.path.join(self.folder, "jre.img")
        print("guest: " + self.guest.boot(), flush=True)
        self.guest.tunnel(self.hq.port)
        people.join()
        installed = self.agent.install()
        shutil.copyfile(os.path.join(lab.CACHE, "id_guest"), os.path.join(self.guest.share, "id_guest"))
        more = self.guest.sh("mkdir -p /opt/jre /usr/share/fonts && mount -o ro /dev/vdb /opt/jre && ln -s /opt/jre/font.ttc /usr/share/fonts/ && ln -s /opt/jre/bin/java /usr/local/bin/java")
        self.checks.that("the agent is in the guest", installed.status == 0 and more.status == 0, installed.said() + more.said())
        enrolled = self.agent.cli("enroll --hq https://127.0.0.1:18443 --token %s --ca-sha256 %s" % (self.hq.token(), self.hq.facts["ca_sha256"]))
        self.checks.that("enrols", enrolled.status == 0, enrolled.said())
        print(self.agent.start(), flush=True)
        self.id = self.hq.workstation()["id"]

    def make_runtime(self):
        """The modules of the runtime that is shipped, of this host's Java, with its archive of classes, on a disk."""
        modules = [m for m in runtime.MODULES if m != "jdk.crypto.mscapi"]
        jre = os.path.join(self.folder, "jre")
        shutil.rmtree(jre, ignore_errors=True)
        jlink = ["jlink", "--add-modules", ",".join(modules), "--strip-java-debug-attributes", "--no-header-files", "--no-man-pages", "--output", jre]
        disk = ["mkfs.ext4", "-q", "-F", "-m", "0", "-d", jre, os.path.join(self.folder, "jre.img"), "200M"]
        for words in (jlink, [jre + "/bin/java", "-Xshare:dump"], ["cp", FONT, jre + "/font.ttc"], disk):
            made = lab.run(words)
            if made.status != 0:
                self.checks.that("a runtime that shows windows", False, made.said())
                return

    def at_hq(self, *words):
        command = lab.JVM + ["-jar", lab.HQ_JAR] + list(words) + ["--data", self.hq.data, "--lang", "en"]
        done = subprocess.run(command, input=PASSWORD + "\n", capture_output=True, text=True, timeout=60 * lab.PATIENCE)
        if done.returncode != 0:
            raise lab.Broken("%s: %s %s" % (" ".join(words), done.returncode, done.stderr))
        return done.stdout.strip()

    # --- records -------------------------------------------------------------------------------

    def told(self, kind, count=1, seconds=40, about=""):
        """The records of a kind that tell of something, once there are so many."""

        def there():
            found = [r["event"] for r in self.agent.records() if r["type"] == kind and about in json.dumps(r["event"])]
            return found if len(found) >= count else None

        return lab.wait_for("%s %s" % (kind, about), there, seconds, 0.5)

    def passport(self, serial):
        return self.told("usb.attach", about=serial)[0]["peripheral_device"]["uid"]

    # --- acts ----------------------------------------------------------------------------------

    def keyboard(self, name, serial):
        with self.guest.rig.Qmp(self.guest.run_dir) as machine:
            machine.cmd("device_add", driver="usb-kbd", id=name, bus="xhci.0", serial=serial)

    def stick(self, name, serial):
        image = os.path.join(self.guest.run_dir, name + ".img")
        shutil.copyfile(os.path.join(lab.CACHE, "usb.img"), image)
        with self.guest.rig.Qmp(self.guest.run_dir) as machine:
            self.guest.rig.plug_stick(machine, name, image, serial)

    def keys(self, digits):
        """On the USB keyboard that was plugged in last."""
        with self.guest.rig.Qmp(self.guest.run_dir) as machine:
            for key in list(digits) + ["ret"]:
                machine.cmd("send-key", keys=[{"type": "qcode", "data": key}], **{"hold-time": 20})
                time.sleep(0.1)

    def listen(self, serial):
        self.guest.spawn(LISTEN % (serial, serial))
        lab.wait_for("the keyboard " + serial, lambda: self.guest.sh("test -e /tmp/%s.keys" % serial).status == 0, 10)

    def heard(self, serial, digits):
        """Whether that keyboard reported these keys, by the kernel's own words: presses of struct input_event."""
        said = self.guest.sh("od -An -v -w24 -t u2 /tmp/%s.keys | awk '$9 == 1 && $11 == 1 {print $10}' | xargs" % serial).out.split()
        return said == [str(11 if d == "0" else int(d) + 1) for d in digits] + ["28"]

    # --- acts and checks -----------------------------------------------------------------------

    def plugged_in(self):
        check = self.checks.that
        self.keyboard("scanner", SCANNER)
        self.stick("bare", "")
        findings = self.told("finding.new", 2)
        attached = [r["event"] for r in self.agent.records() if r["type"] == "usb.attach"]
        keys, boot, bare = ([a for a in attached if a["unmapped"]["usb_serial"] == serial] for serial in (SCANNER, AT_BOOT, "none"))
        if not check("each has one record", [len(each) for each in (keys, boot, bare)] == [1, 1, 1], [a["unmapped"] for a in attached]):
            raise lab.Broken("nothing to go on with")
        self.scanner = keys[0]["peripheral_device"]["uid"]
        rules = {f["unmapped"]["device"]: f["unmapped"]["rule"] for f in findings}
        check("a keyboard that nobody knows is a record and a finding", keys[0]["unmapped"]["usb_kinds"] == ["keyboard"] and keys[0]["unmapped"]["present_at_start"] is False
              and rules.get(self.scanner) == "unknown-keyboard", rules)
        boot = boot[0]
        check("a stick that was in when the machine started is told as such", boot["unmapped"]["present_at_start"] is True and boot["unmapped"]["usb_kinds"] == ["storage"], boot["unmapped"])
        check("a stick without a serial number is said to have none, and is a finding", "serial_number" not in bare[0]["peripheral_device"] and bare[0]["unmapped"]["usb_kinds"] == ["storage"]
              and rules.get(bare[0]["peripheral_device"]["uid"]) == "unknown-usb-storage", bare[0]["unmapped"])
        self.guest.unplug("bare")

    def enrolled(self):
        known = "rules:\n  usb:\n    known: [%s]\n" % self.scanner
        config = self.agent.HOME + "/config/agent.yaml"
        text = self.guest.sh("cat " + config).out.replace("rules:\n", known, 1) + SETTINGS
        with open(os.path.join(self.guest.share, "agent.yaml"), "w") as f:
            f.write(text)
        checked = self.guest.sh("cp /share/agent.yaml " + config)
        self.agent.signal("TERM")
        self.stick("off", WHILE_OFF)  # while nobody looks
        self.block(WHILE_OFF)
        self.agent.start()
        self.checks.that("the scanner is enrolled, by its serial number", checked.status == 0, text.replace("\n", " ; ")[-400:])
        self.keyboard("other", OTHER)
        self.listen(SCANNER)
        self.listen(OTHER)
        found = [f["unmapped"]["device"] for f in self.told("finding.new", 4)]
        self.checks.that("another keyboard of the same make is a finding, and the scanner is none any more", found.count(self.passport(OTHER)) == 1 and found.count(self.scanner) == 1, found)
        off = self.told("usb.attach", about=WHILE_OFF)[0]
        self.checks.that("a stick that came while the agent did not run is a finding, and the one that stayed is none", off["unmapped"]["present_at_start"] is True
                         and found.count(off["peripheral_device"]["uid"]) == 1 and self.passport(AT_BOOT) not in found, found)
        self.guest.unplug("off")

    def asked(self):
        for script in (SCREEN, ELSEWHERE):
            made = self.guest.sh(script + "\ntrue")
            if made.status != 0:
                raise lab.Broken(made.said())
        self.guest.spawn(LOGIN)
        shown = self.told("notice.shown")[0]
        self.checks.that("somebody logs in, and the notice is on the screen", shown["unmapped"]["way"] == "window", shown["unmapped"])
        codes = lab.wait_for("two codes that can be scanned", lambda: self.codes("asked.png"), 30, 1)
        self.expected, self.unknown = codes
        self.checks.that("a reader of bar codes reads two codes off the screen", all(re.fullmatch("[0-9]{6}", c) for c in codes) and codes[0] != codes[1], codes)

    def picture(self, name):
        """What is on the screen: Xvfb keeps it as a file of xwd."""
        self.guest.sh("cp /tmp/screen/Xvfb_screen0 /share/screen.xwd")
        path = os.path.join(self.folder, name)
        lab.run(["convert", "xwd:" + os.path.join(self.guest.share, "screen.xwd"), path])
        return path

    def codes(self, name):
        """The codes on the screen, "1" and "2": the notice is 420 wide and 16 from the right, and each has a half of it."""
        path, found = self.picture(name), []
        for left in (1024 - 16 - 420, 1024 - 16 - 210):
            half = os.path.join(self.folder, "half.png")
            lab.run(["convert", path, "-crop", "210x768+%d+0" % left, "+repage", half])
            found += re.findall(r"^CODE-128:(.*)$", lab.run(["zbarimg", "-q", "--nodbus", half]).out, re.M)
        return found if len(found) == 2 else None

    def answers_nothing(self):
        check = self.checks.that
        code = self.unknown
        self.guest.sh("printf '%s\\n' >/root/typed" % code)
        lab.wait_for("the code in the login's terminal", lambda: code in lab.read(os.path.join(self.guest.share, "seen")), 20)
        with open(os.path.join(self.guest.share, "uinput.pl"), "w") as f:
            f.write(UINPUT)
        made = self.guest.sh("modprobe uinput; perl /share/uinput.pl %s" % code)
        check("a program types the code on a keyboard of its own making", made.status == 0, made.said())
        self.keys(code)
        lab.wait_for("the keys of the other keyboard", lambda: self.heard(OTHER, code), 20)
        time.sleep(2)
        check("typed in the login, by a program, or on another keyboard, it answers nothing", not [r for r in self.agent.records() if r["type"] == "notice.answered"])
        check("and the scanner typed nothing so far", not self.guest.sh("cat /tmp/%s.keys" % SCANNER).out)

    def answers(self):
        check = self.checks.that
        self.guest.unplug("other")
        self.keys(self.unknown)
        lab.wait_for("the scanner's keys", lambda: self.heard(SCANNER, self.unknown), 20)
        answered = self.told("notice.answered")[0]["unmapped"]
        check("typed by the scanner, it is the answer of a person at the desk", (answered["answer"], answered["how"], answered["place"]) == ("unknown", "scanner", "local"), answered)
        self.picture("answered.png")
        self.keys(self.expected)
        time.sleep(2)
        check("once only", len(self.told("notice.answered")) == 1)

    def order(self, *words):
        command = json.loads(self.at_hq("disposal", *words, "--workstation", self.id, "--reason", "HZ-9", "--by", "lin", "--json"))["id"]
        if words[0] == "order":
            self.at_hq("command", "approve", command, "--by", "zhao")
        return command

    def ended(self, count):
        return self.told("disposal.end", count, 60)

    def block(self, serial):
        """The name of a stick's disk in the guest, once it is there."""
        find = "for b in /sys/block/sd*; do u=$(readlink -f $b/device/../../../..); [ \"$(cat $u/serial 2>/dev/null)\" = %s ] && basename $b; done; true" % serial
        return lab.wait_for("the disk of " + serial, lambda: self.guest.sh(find).out.strip(), 30)

    def out_of_use(self):
        check = self.checks.that
        self.stick("held", HELD)
        disk = self.block(HELD)
        mount = "mkdir -p /mnt/u && mount -t vfat /dev/%s /mnt/u && sha256sum </mnt/u/busybox"
        before = self.guest.sh(mount % disk)
        check("a stick is in and can be read", before.status == 0, before.said())
        command = self.order("order", "--kind", "usb", "--passport", self.passport(HELD))
        end = self.ended(1)[0]
        switch = "for d in /sys/bus/usb/devices/*; do [ \"$(cat $d/serial 2>/dev/null)\" = %s ] && cat $d/authorized; done; ls -d /dev/%s /mnt/u/busybox 2>&1; true" % (HELD, disk)
        said = self.guest.sh(switch).out
        check("HQ has it put out of use: no disk, no files", said.startswith("0") and said.count("No such file") == 2, said)
        order = [r["type"] for r in self.agent.records() if r["type"].startswith("disposal.") or r["type"] in ("hq.cmd", "volume.unmount")]
        check("with a record before and after", order == ["hq.cmd", "disposal.begin", "volume.unmount", "disposal.end"] and end["unmapped"]["outcome"] == "done", (order, end["unmapped"]))
        self.order("undo", command)
        undone = self.ended(2)[1]
        disk = self.block(HELD)
        after = self.guest.sh(mount % disk)
        check("undone, it can be read again, the same", after.status == 0 and after.out == before.out, after.said())
        check("with a record before and after", undone["unmapped"]["outcome"] == "done" and len(self.told("disposal.begin", 2)) == 2, undone["unmapped"])
        moves = [r["type"] for r in self.agent.records() if r["type"].startswith("usb.") and r["event"]["unmapped"]["usb_serial"] == HELD]
        check("it never left its port, and none came", moves == ["usb.attach"], moves)

    def last_word(self):
        verified = self.agent.cli("evidence verify --json", 200)
        self.checks.that("the log verifies", verified.status == 0 and verified.json()["holds"], verified.out or verified.said())
        errors = "".join(lab.read(os.path.join(self.guest.share, "run-%d.err" % n)) for n in (1, 2))
        self.checks.that("no stack trace on the agent's stderr", not lab.STACK_TRACE.search(errors), errors[-500:] if lab.STACK_TRACE.search(errors) else "")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    missing = [each for each in ("jlink", "zbarimg", "convert") if not shutil.which(each)] + [each for each in (FONT,) if not os.path.exists(each)]
    if missing:
        sys.exit("desk.py: not here: %s (apt-get install openjdk-17-jdk-headless zbar-tools imagemagick fonts-wqy-microhei)" % ", ".join(missing))
    folder = os.path.abspath(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    began = time.time()
    status = Scenario(folder).run()
    print("took %.0f s" % (time.time() - began), flush=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
