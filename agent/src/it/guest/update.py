#!/usr/bin/env python3
"""update.py RUN_DIR [STEP...]

Updates on HQ's order, in the rig's guest with systemd, against HQ on this host: a package of another release key is refused;
a version that is well is kept; one that does not start, and one that HQ does not hear, are put back. Needs the jars of
"mvn package"; makes the packages from them.
env: RIG, WG_RIG_CACHE or RIG_CACHE; WG_DEB: the agent's package, where one is made already. One line a check; exit 0 only
when every check passed.
"""
import json
import os
import shutil

import lab
import packages

PROGRAM = "usr/lib/waybill-guard"


class Update(packages.Packages):
    STEPS = ("install", "kept", "does_not_start", "not_heard", "stranger")
    AFTERMATH = "journalctl -u waybill-guard -u waybill-guard-update -n 60 --no-pager; ls -la /var/lib/waybill-guard/update"

    # --- what is needed ------------------------------------------------------------------------

    def build(self):
        self.key = os.path.join(self.folder, "release.key")
        made = self.hq.cli("update", "key", self.key)
        if made.status != 0:
            raise lab.Broken("no release key: " + made.said())
        first = os.environ.get("WG_DEB")
        if not first:
            env = dict(os.environ, WG_ARCHS="amd64")
            made = lab.run(["sh", packages.BUILD, "--skip-maven", "deb"], 600, env=env)
            first = sorted(f for f in os.listdir(packages.TARGET) if f.startswith("waybill-guard_") and f.endswith("_amd64.deb"))[0]
            first = os.path.join(packages.TARGET, first)
        self.now = os.path.basename(first).split("_")[1]
        self.next, self.broken, self.deaf, self.strange = (self.now + "." + n for n in "1234")
        self.debs = {self.now: self.as_version(first, self.now)}
        for version, option in (
            (self.next, ""),
            (self.broken, "-XX:+NoSuchOptionAtAll"),
            # A Java that speaks no TLS that HQ takes: all is well but HQ.
            (self.deaf, "-Djdk.tls.client.protocols=TLSv1.1"),
        ):
            self.debs[version] = self.as_version(first, version, option)

    def as_version(self, deb, version, option=""):
        made = super().as_version(deb, version, option)
        tree = made[: -len(".deb")]
        shutil.copyfile(self.key + ".vkey", os.path.join(tree, PROGRAM, "release.vkey"))
        named = os.path.join(self.folder, "waybill-guard_%s_amd64.deb" % version)
        built = lab.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, named])
        if built.status != 0:
            raise lab.Broken("no package of %s: %s" % (version, built.said()))
        return named

    def begin(self):
        super().begin()
        for user in ("lin", "zhao"):
            self.typed("user", "add", user, "--role", "admin")

    def order(self, version, key=None, minutes=2):
        deb = self.debs[version]
        self.typed_plain("update", "sign", deb, "--key", key or self.key)
        self.typed("update", "add", deb)
        command = self.typed("update", "ask", version, "--minutes", str(minutes), "--reason", "trial", "--by", "lin")
        self.typed("command", "approve", command, "--by", "zhao")
        self.sh("systemctl restart waybill-guard")  # it speaks to HQ at once then, and not in five minutes
        return command

    def typed_plain(self, *words):
        told = self.hq.cli(*words)
        if told.status != 0:
            raise lab.Broken("%s: %s" % (" ".join(words), told.said()))

    def state(self, command):
        listed = json.loads(self.typed("update", "list", "--json"))
        states = [c["states"] for c in listed["commands"] if c["id"] == command][0]
        return states[0]["state"] if states else ""

    def ends(self, command, seconds):
        over = ("done", "failed", "rolled_back", "refused", "interrupted", "unsupported")
        try:
            return lab.wait_for("HQ to hear the end", lambda: (lambda s: s if s in over else None)(self.state(command)), seconds, 5)
        except lab.Broken as e:
            raise lab.Broken("%s; HQ shows \"%s\"" % (e, self.state(command)))

    def why(self):
        results = [r for r in self.records() if r["type"] == "hq.result"]
        return results[-1]["event"].get("status_detail", "") if results else ""

    # --- steps ---------------------------------------------------------------------------------

    def install(self):
        self.enrol(self.hq.token())
        status, said, took = self.dpkg("-i /share/%s.deb" % self.now)
        self.checks.that("installed and enrolled", status == 0 and "Enrolled" in said, "%.0f s; %s" % (took, said[-400:]))
        self.checks.that("it waits for packages from HQ", self.sh("systemctl is-active waybill-guard-update.path").out.strip() == "active")

    def kept(self):
        check = self.checks.that
        before = self.records()
        state = self.ends(self.order(self.next), 400)
        check("a version that is well is kept, and HQ shows so", state == "done" and self.version().endswith(self.next), "%s %s %s" % (state, self.version(), self.why()))
        records = self.records()
        tail = self.tail(records[len(before) :])
        check("the log tells of each step", [t for t in tail if t.startswith(("agent.update", "agent.install"))] == ["agent.update fetched", "agent.install upgraded", "agent.update installed"], tail)
        check("nothing is left of it", self.sh("ls /var/lib/waybill-guard/update /var/lib/waybill-guard-update /var/lib/waybill-guard-previous 2>/dev/null").out.strip() in ("", "/var/lib/waybill-guard/update:"))

    def does_not_start(self):
        state = self.ends(self.order(self.broken), 500)
        self.checks.that("one that does not start is rolled back, and HQ shows so", state == "rolled_back" and self.version().endswith(self.next), "%s %s %s" % (state, self.version(), self.why()))
        self.checks.that("the version before runs", self.active())

    def not_heard(self):
        state = self.ends(self.order(self.deaf, minutes=1), 500)
        self.checks.that("one that HQ does not hear, while it hears the one before, is rolled back", state == "rolled_back" and "has taken no report of version" in self.why() and self.version().endswith(self.next), "%s %s %s" % (state, self.version(), self.why()))
        self.checks.that("and its log is whole", '"holds":true' in self.sh("waybill-guard evidence verify --json", 120).out)

    def stranger(self):
        other = os.path.join(self.folder, "other.key")
        self.typed_plain("update", "key", other)
        self.debs[self.strange] = self.as_version(self.debs[self.now], self.strange)
        state = self.ends(self.order(self.strange, other), 200)
        self.checks.that("a package of another release key is refused, whoever ordered it", state == "refused" and self.version().endswith(self.next), state)


if __name__ == "__main__":
    packages.main(Update, __doc__)
