#!/usr/bin/env python3
"""stick-to-hidden-program.py RIG CACHE RUN    the crime, for real, seen by the two Linux sensors alone

RIG is the folder of the rig's scripts (run-guest.sh, rig.py), CACHE its built guest, RUN a folder for the running one. Boots the guest,
starts the sensors in it (SensorsByHand of the test classes; build them first with `mvn -pl agent test-compile`), plugs in a stick with a
serial number, mounts it, copies a program to a hidden folder, starts it from there, unmounts, pulls the stick. Then: a stick pulled while
mounted; a packed program under a Chinese name and a bare locale; the makeshift without root. Checks every observation, its values and its
order. Exit 0 only when all of it is there. Needs what the rig needs: root, QEMU."""
import gzip, hashlib, json, os, shutil, subprocess, sys, time

here = os.path.dirname(os.path.abspath(__file__))
rig_dir, cache, run = (os.path.abspath(p) for p in sys.argv[1:4])
sys.path.insert(0, rig_dir)
import rig

SERIAL, HIDDEN = "RIGSER4F2A", "/home/courier/.cache/.x/upd"
agent = os.path.normpath(os.path.join(here, "..", ".."))
log = os.path.join(run, "share", "observations.log")
errors = os.path.join(run, "share", "sensors.err")
image = os.path.join(run, "stick.img")


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
    sensors = None

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

    def timed(self, command):
        """Runs it; the guest's clock in ms just before."""
        return float(self.sh("date +%s%N; " + command).split()[0]) / 1e6

    def start_sensors(self, before=""):
        """before: what comes before the command, such as an account or a locale"""
        if self.sensors:
            self.sh("kill %d; while [ -d /proc/%d ]; do sleep 0.1; done" % (self.sensors, self.sensors))
        self.sh("mkdir -p /opt/s; cp /share/sensors/*.jar /opt/s/; chmod -R a+rX /opt/s")
        for old in (log, errors):
            if os.path.exists(old):
                os.unlink(old)
        java = "java -Xmx64m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '/opt/s/*' io.waybillguard.agent.SensorsByHand"
        run_it = "exec %s %s >/share/observations.log 2>/share/sensors.err" % (before, java)
        self.sensors = self.agent.cmd("guest-exec", path="/bin/sh", arg=["-c", run_it])["pid"]
        for name in ("usb", "program"):
            live = find("sensor.live", lambda e: e["unmapped"]["sensor"] == name)
            print("  live: %s reduced=%s: %s" % (name, live["unmapped"]["reduced"], live["status_detail"]))
        return live

    def plug(self, name):
        rig.plug_stick(self.machine, name, image, SERIAL)
        return find("usb.attach", lambda e: e["peripheral_device"].get("serial_number") == SERIAL)

    def wait_for_disk(self):
        self.sh("for i in $(seq 100); do [ -b /dev/sda ] && exit 0; sleep 0.1; done; exit 1")

    def pull(self, name):
        rig.unplug(self.machine, name)


def observations():
    found = []
    if os.path.exists(log):
        for line in open(log, encoding="utf-8"):
            if line.startswith("{") and line.endswith("}\n"):
                found.append(json.loads(line))
    return found


def kind(event):
    return event["metadata"]["event_code"]


def path(event):
    """Of the file that an observation is about: the copy, not the original."""
    return event.get("file_result", event.get("file", event.get("process", {}).get("file", {}))).get("path")


def find(what, test=lambda e: True, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        for event in observations():
            if kind(event) == what and test(event):
                return event
        time.sleep(0.05)
    told = "\n".join(json.dumps(e, ensure_ascii=False) for e in observations())
    raise SystemExit("FAIL: no %s within %d s among:\n%s\n%s" % (what, seconds, told, open(errors).read()))


def program(what, at):
    return find(what, lambda e: path(e) == at)


checks = 0


def expect(name, value, wanted):
    global checks
    if value != wanted:
        raise SystemExit("FAIL: %s is %r, expected %r" % (name, value, wanted))
    checks += 1


def late(event, since):
    seen, printed = event["time"] - since, event["metadata"]["logged_time"] - since
    print("  %-14s seen %5.0f ms, printed %5.0f ms after the act began" % (kind(event), seen, printed))


def crime(guest):
    print("plugged in, copied, started, unmounted, pulled:")
    guest.start_sensors()
    guest.sh("mkdir -p /mnt/u; runuser -u courier -- mkdir -p " + os.path.dirname(HIDDEN))
    t = guest.now()
    attach = guest.plug("s1")
    late(attach, t)
    passport = attach["peripheral_device"]["uid"]
    expect("vendor", attach["peripheral_device"]["vendor_id_list"], ["46f4"])
    expect("interfaces", attach["unmapped"]["usb_interfaces"], ["08/06/50"])

    guest.wait_for_disk()
    t = guest.timed("mount -t vfat /dev/sda /mnt/u")
    mount = find("volume.mount")
    late(mount, t)
    expect("mount point", path(mount), "/mnt/u")
    expect("passport of the volume", mount["unmapped"]["usb_passport"], passport)
    expect("drive type of the volume", mount["file"]["drive_type_id"], 1)

    sha256 = guest.sh("sha256sum /mnt/u/busybox").split()[0]
    t = guest.timed("runuser -u courier -- cp /mnt/u/busybox " + HIDDEN)
    new = program("program.new", HIDDEN)
    late(new, t)
    expect("hash", new["file_result"]["hashes"][0]["value"], sha256)
    expect("source", new["file"]["path"], "/mnt/u/busybox")
    expect("drive type of the source", new["file"]["drive_type_id"], 1)
    expect("drive type of the copy", new["file_result"]["drive_type_id"], 2)
    expect("owner", new["file_result"]["owner"]["name"], "courier")
    expect("hidden", new["unmapped"]["hidden_place"], True)
    expect("evidence", new["unmapped"]["origin_evidence"], "same_hash")
    expect("passport of the origin", new["unmapped"]["origin_passport"], passport)
    expect("copier", new["actor"]["process"]["path"], "/usr/bin/cp")
    print("  copier: %s" % json.dumps(new["actor"]["process"]))

    t = guest.timed("runuser -u courier -- bash -c 'exec -a busybox %s true'" % HIDDEN)
    start = program("proc.start", HIDDEN)
    late(start, t)
    expect("hash of what was started", start["process"]["file"]["hashes"][0]["value"], sha256)
    expect("origin of what was started", start["unmapped"]["origin_passport"], passport)
    print("  started: pid %s by %s" % (start["process"]["pid"], json.dumps(start.get("actor"))))

    guest.sh("umount /mnt/u")  # fails if anything of the sensors keeps it busy
    unmount = find("volume.unmount")
    t = guest.now()
    guest.pull("s1")
    detach = find("usb.detach")
    late(detach, t)
    expect("serial at the end", detach["peripheral_device"]["serial_number"], SERIAL)

    # Each sensor has a thread of its own, so order across the two is that of acts that were far apart.
    seen = observations()
    order = [seen.index(e) for e in (attach, mount, new, start, unmount, detach)]
    expect("order", order, sorted(order))
    expect("starts", sum(kind(e) == "proc.start" and path(e) == HIDDEN for e in seen), 1)
    expect("new programs", sum(kind(e) == "program.new" and path(e) == HIDDEN for e in seen), 1)

    t = guest.timed("cp %s /home/courier/later" % HIDDEN)
    copy = program("program.new", "/home/courier/later")
    late(copy, t)
    expect("source of a copy of the copy, the stick long gone", copy["file"]["path"], "/mnt/u/busybox")
    expect("passport of a copy of the copy", copy["unmapped"]["origin_passport"], passport)


def pulled_while_mounted(guest):
    print("started from the stick, pulled while mounted:")
    guest.start_sensors()
    guest.plug("s2")
    guest.wait_for_disk()
    guest.sh("mount -t vfat /dev/sda /mnt/u")
    t = guest.timed("/mnt/u/busybox true")
    start = program("proc.start", "/mnt/u/busybox")
    late(start, t)
    expect("drive type of what was started", start["process"]["file"]["drive_type_id"], 1)
    expect("origin", start["unmapped"]["origin_evidence"], "on_medium")
    guest.pull("s2")
    find("usb.detach")
    tail = [kind(e) for e in observations() if kind(e) in ("volume.unmount", "usb.detach")]
    expect("the volume goes before its stick", tail, ["volume.unmount", "usb.detach"])
    expect("nothing on standard error", open(errors).read(), "")
    print("  memory of the two sensors: " + guest.sh("grep VmRSS /proc/%d/status" % guest.sensors))
    guest.sh("umount /mnt/u", ok=False)  # systemd may have done it


def packed_under_a_bare_locale(guest):
    print("unpacked from the stick, Chinese names, LC_ALL=C:")
    guest.start_sensors("env LC_ALL=C")
    packed = gzip.compress(b"#!/bin/sh\necho packed\n")
    with open(os.path.join(run, "share", "packed.gz"), "wb") as f:
        f.write(packed)
    guest.plug("s3")
    guest.wait_for_disk()
    guest.sh("mkdir -p /home/courier/.缓存; mount -t vfat -o utf8 /dev/sda /mnt/u && cp /share/packed.gz /mnt/u/单号.gz")
    find("volume.mount")
    t = guest.timed("gzip -dc </mnt/u/单号.gz >/home/courier/.缓存/更新")
    new = program("program.new", "/home/courier/.缓存/更新")
    late(new, t)
    expect("hash", new["file_result"]["hashes"][0]["value"], hashlib.sha256(gzip.decompress(packed)).hexdigest())
    expect("evidence", new["unmapped"]["origin_evidence"], "same_process")
    expect("source", new["file"]["path"], "/mnt/u/单号.gz")
    # The shell opened the file for gzip and closed it last.
    expect("writer", new["actor"]["process"]["name"], "dash")
    guest.sh("umount /mnt/u")
    guest.pull("s3")


def without_root(guest):
    print("without root:")
    live = guest.start_sensors("runuser -u courier --")
    expect("reduced", live["unmapped"]["reduced"], True)
    at = "/home/courier/.cache/.x/other"
    t = guest.timed("runuser -u courier -- cp /usr/bin/true " + at)
    new = program("program.new", at)
    late(new, t)
    expect("nobody known", new["actor"], {"user": {"name": "none", "type_id": 0}})


def main():
    subprocess.run([os.path.join(rig_dir, "run-guest.sh"), "--stop", run], check=True)
    os.makedirs(os.path.join(run, "share"), exist_ok=True)
    pack()
    shutil.copyfile(os.path.join(cache, "usb.img"), image)
    with Guest() as guest:
        crime(guest)
        pulled_while_mounted(guest)
        packed_under_a_bare_locale(guest)
        without_root(guest)
    print("%d checks passed" % checks)


main()
