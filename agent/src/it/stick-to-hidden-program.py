#!/usr/bin/env python3
"""stick-to-hidden-program.py RIG CACHE RUN    the crime, for real, seen by the two Linux sensors alone

RIG is the folder of the rig's scripts (run-guest.sh, rig.py), CACHE its built guest, RUN a folder for the running one. Boots the guest,
starts the sensors in it (SensorsByHand of the test classes; build them first with `mvn -pl agent test-compile`), plugs in a stick with a
serial number, mounts it, copies a program to a hidden folder, starts it from there, unmounts, pulls the stick; then once more without
unmounting. Checks every observation, its values and its order. Exit 0 only when all of it is there. Needs what the rig needs: root, QEMU."""
import hashlib, json, os, shutil, subprocess, sys, time

here = os.path.dirname(os.path.abspath(__file__))
rig_dir, cache, run = (os.path.abspath(p) for p in sys.argv[1:4])
sys.path.insert(0, rig_dir)
import rig

SERIAL, HIDDEN = "RIGSER4F2A", "/home/courier/.cache/.x/upd"
agent = os.path.normpath(os.path.join(here, "..", ".."))
log = os.path.join(run, "share", "observations.log")


def jars():
    """The run-time jars, from the local repository, as Maven resolves them."""
    out = os.path.join(run, "classpath.txt")
    subprocess.run(["mvn", "-B", "-q", "-o", "dependency:build-classpath", "-Dmdep.outputFile=" + out], cwd=agent, check=True)
    return open(out).read().strip().split(":")


def pack():
    to = os.path.join(run, "share", "sensors")
    shutil.rmtree(to, ignore_errors=True)
    os.makedirs(to)
    subprocess.run(["jar", "cf", to + "/agent.jar", "-C", agent + "/target/classes", "."], check=True)
    subprocess.run(["jar", "cf", to + "/test.jar", "-C", agent + "/target/test-classes", "io/waybillguard/agent/SensorsByHand.class"], check=True)
    for jar in jars():
        if any(w in os.path.basename(jar) for w in ("jna-5", "slf4j-api", "logback", "jackson-core", "jspecify", "oshi", "jna-platform")):
            shutil.copy(jar, to)


class Guest:
    def __enter__(self):
        subprocess.run([rig_dir + "/run-guest.sh", cache, run], check=True)
        self.agent, self.machine = rig.Qga(run), rig.Qmp(run)
        return self

    def __exit__(self, *a):
        self.agent.close()
        self.machine.close()
        subprocess.run([rig_dir + "/run-guest.sh", "--stop", run], check=True)

    def sh(self, command, ok=True):
        code, out, err = self.agent.exec(command)
        if ok and code:
            raise SystemExit("FAIL: %s: %s" % (command, out + err))
        return out.strip()

    def now(self):
        """The guest's clock in ms, half a round trip ago."""
        a = time.time()
        guest = int(self.sh("date +%s%N")) / 1e6
        return guest + (time.time() - a) * 500

    def start_sensors(self):
        self.sh("rm -f %s; mkdir -p /opt/s; cp /share/sensors/*.jar /opt/s/" % "/share/observations.log")
        self.agent.cmd("guest-exec", path="/bin/sh", arg=["-c", "exec java -Xmx64m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '/opt/s/*' io.waybillguard.agent.SensorsByHand >/share/observations.log 2>/share/sensors.err"])


seen = []  # (type, event)


def read():
    del seen[:]
    if os.path.exists(log):
        for line in open(log, encoding="utf-8"):
            if line.startswith("{") and line.endswith("}\n"):
                event = json.loads(line)
                seen.append((event["metadata"]["event_code"], event))


def wait_for(what, test, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        read()
        for i, (kind, event) in enumerate(seen):
            if test(kind, event):
                return i, event
        time.sleep(0.05)
    err = open(os.path.join(run, "share", "sensors.err")).read()
    raise SystemExit("FAIL: no %s within %d s among:\n%s\n%s" % (what, seconds, "\n".join(k + " " + json.dumps(e, ensure_ascii=False) for k, e in seen), err))


checks = 0


def expect(name, value, wanted):
    global checks
    if value != wanted:
        raise SystemExit("FAIL: %s is %r, expected %r" % (name, value, wanted))
    checks += 1


def late(name, event, since):
    print("  %-28s seen %5.0f ms, printed %5.0f ms after the act" % (name, event["time"] - since, event["metadata"]["logged_time"] - since))


def main():
    subprocess.run([os.path.join(rig_dir, "run-guest.sh"), "--stop", run], check=True)
    os.makedirs(os.path.join(run, "share"), exist_ok=True)
    pack()
    image = os.path.join(run, "stick.img")
    shutil.copyfile(os.path.join(cache, "usb.img"), image)
    with Guest() as guest:
        guest.start_sensors()
        for name in ("usb", "program"):
            _, live = wait_for(name + " sensor", lambda k, e: k == "sensor.live" and e["unmapped"]["sensor"] == name)
            print("  live: %s reduced=%s: %s" % (name, live["unmapped"]["reduced"], live["status_detail"]))
        print("plugged in, copied, started, unmounted, pulled:")
        guest.sh("mkdir -p /mnt/u; runuser -u courier -- mkdir -p " + os.path.dirname(HIDDEN))
        t = guest.now()
        rig.plug_stick(guest.machine, "s1", image, SERIAL)
        attach, e = wait_for("attach", lambda k, e: k == "usb.attach" and e["peripheral_device"].get("serial_number") == SERIAL)
        late("usb.attach", e, t)
        passport = e["peripheral_device"]["uid"]
        expect("vendor", e["peripheral_device"]["vendor_id_list"], ["46f4"])
        expect("interfaces", e["unmapped"]["usb_interfaces"], ["08/06/50"])
        guest.sh("for i in $(seq 100); do [ -b /dev/sda ] && exit 0; sleep 0.1; done; exit 1")
        t = float(guest.sh("date +%s%N; mount -t vfat /dev/sda /mnt/u")) / 1e6
        mount, e = wait_for("mount", lambda k, e: k == "volume.mount")
        late("volume.mount", e, t)
        expect("mount point", e["file"]["path"], "/mnt/u")
        expect("passport of the volume", e["unmapped"]["usb_passport"], passport)
        expect("drive type of the volume", e["file"]["drive_type_id"], 1)
        sha256 = guest.sh("sha256sum /mnt/u/busybox").split()[0]
        t = float(guest.sh("date +%%s%%N; runuser -u courier -- cp /mnt/u/busybox %s" % HIDDEN)) / 1e6
        new, e = wait_for("new program", lambda k, e: k == "program.new" and e.get("file_result", e["file"])["path"] == HIDDEN)
        late("program.new", e, t)
        expect("hash", e["file_result"]["hashes"][0]["value"], sha256)
        expect("source", e["file"]["path"], "/mnt/u/busybox")
        expect("drive type of the source", e["file"]["drive_type_id"], 1)
        expect("drive type of the copy", e["file_result"]["drive_type_id"], 2)
        expect("owner", e["file_result"]["owner"]["name"], "courier")
        expect("hidden", e["unmapped"]["hidden_place"], True)
        expect("evidence", e["unmapped"]["origin_evidence"], "same_hash")
        expect("passport of the origin", e["unmapped"]["origin_passport"], passport)
        expect("copier", e["actor"]["process"]["path"].split("/")[-1], "cp")
        print("  copier: %s" % json.dumps(e["actor"]["process"]))
        t = float(guest.sh("date +%%s%%N; runuser -u courier -- bash -c 'exec -a busybox %s true'" % HIDDEN)) / 1e6
        start, e = wait_for("start", lambda k, e: k == "proc.start" and e["process"]["path"] == HIDDEN)
        late("proc.start", e, t)
        expect("hash of what was started", e["process"]["file"]["hashes"][0]["value"], sha256)
        expect("origin of what was started", e["unmapped"]["origin_passport"], passport)
        print("  started: pid %s by %s" % (e["process"]["pid"], json.dumps(e.get("actor"))))
        guest.sh("date +%s%N; umount /mnt/u")  # nothing of the sensors may keep it busy
        unmount, e = wait_for("unmount", lambda k, e: k == "volume.unmount")
        t = guest.now()
        rig.unplug(guest.machine, "s1")
        detach, e = wait_for("detach", lambda k, e: k == "usb.detach")
        late("usb.detach", e, t)
        expect("serial at the end", e["peripheral_device"]["serial_number"], SERIAL)
        # The two sensors have a thread each, so order across them is that of the acts, which were far apart.
        expect("order", [attach, mount, new, start, unmount, detach], sorted([attach, mount, new, start, unmount, detach]))
        expect("one start", sum(k == "proc.start" and e["process"]["path"] == HIDDEN for k, e in seen), 1)
        expect("one new program", sum(k == "program.new" and e.get("file_result", e["file"])["path"] == HIDDEN for k, e in seen), 1)
        t = float(guest.sh("date +%%s%%N; cp %s /home/courier/later" % HIDDEN)) / 1e6
        _, e = wait_for("later copy", lambda k, e: k == "program.new" and e.get("file_result", e["file"])["path"] == "/home/courier/later")
        late("copy of the copy", e, t)
        expect("origin long after the stick is gone", (e["file"]["path"], e["unmapped"]["origin_passport"]), ("/mnt/u/busybox", passport))

        print("pulled while mounted, program started from the stick:")
        rig.plug_stick(guest.machine, "s2", image, SERIAL)
        guest.sh("for i in $(seq 100); do [ -b /dev/sda ] && exit 0; sleep 0.1; done; exit 1")
        guest.sh("mount -t vfat /dev/sda /mnt/u")
        t = float(guest.sh("date +%s%N; /mnt/u/busybox true")) / 1e6
        _, e = wait_for("start from the stick", lambda k, e: k == "proc.start" and e["process"]["path"] == "/mnt/u/busybox")
        late("proc.start", e, t)
        expect("drive type of what was started", e["process"]["file"]["drive_type_id"], 1)
        expect("origin", e["unmapped"]["origin_evidence"], "on_medium")
        mounts = len([1 for k, _ in seen if k == "volume.mount"])
        expect("mounted twice", mounts, 2)
        t = guest.now()
        rig.unplug(guest.machine, "s2")
        wait_for("second detach", lambda k, e: sum(kind == "usb.detach" for kind, _ in seen) == 2)
        tail = [k for k, _ in seen if k in ("volume.unmount", "usb.detach")][-2:]
        expect("the volume goes before its stick", tail, ["volume.unmount", "usb.detach"])
        err = open(os.path.join(run, "share", "sensors.err")).read()
        expect("nothing on standard error", err, "")
        print("  memory of the two sensors: " + guest.sh("grep VmRSS /proc/$(pgrep -f SensorsByHand | head -1)/status"))
        print("other observations: %s" % sorted(set((k, (e.get("file_result") or e.get("file") or {}).get("path") or e.get("process", {}).get("path", "")) for k, e in seen if k in ("program.new", "proc.start"))))
    print("%d checks passed" % checks)


main()
