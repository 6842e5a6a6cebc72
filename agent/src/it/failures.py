#!/usr/bin/env python3
"""failures.py RUN_DIR     what a person sees when something is wrong at the start: a message that names it, and the exit status of cli.md

Runs on this host, without a guest: HQ, and agents with homes of their own. As root, because one case needs another user.
"""
import os
import re
import shutil
import socket
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
import lab  # noqa: E402

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class Failures:
    def __init__(self, folder):
        self.folder, self.checks, self.hq = folder, lab.Checks(), lab.Hq(folder)

    def run(self):
        try:
            self.hq.start()
            self.usage()
            self.tokens()
            self.wrong_ca()
            self.broken_config()
            self.unwritable()
            self.port_taken()
        except lab.Broken as e:
            self.checks.that("the cases run to their end", False, e)
        finally:
            self.hq.stop()
        return self.checks.status()

    def home(self, name, config=None):
        at = os.path.join(self.folder, name)
        shutil.rmtree(at, ignore_errors=True)
        os.makedirs(os.path.join(at, "config"))
        if config is not None:
            with open(os.path.join(at, "config", "agent.yaml"), "w") as f:
                f.write(config)
        return at

    def agent(self, *words, prefix=(), jar=lab.AGENT_JAR, timeout=60):
        return lab.run(list(prefix) + lab.JVM + ["-jar", jar] + list(words), timeout)

    def enroll(self, home, token, ca=None):
        return self.agent("enroll", "--home", home, "--hq", self.hq.facts["agent"], "--token", token, "--ca-sha256", ca or self.hq.facts["ca_sha256"])

    def clear(self, what, ended, statuses, *names):
        """The exit status is right, and stderr is one line that names the thing."""
        lines = [line for line in ended.err.splitlines() if line.strip()]
        missing = [n for n in names if not re.search(n, ended.err)]
        wrong = []
        if ended.status not in statuses:
            wrong.append("exit %s, expected %s" % (ended.status, statuses))
        if lab.STACK_TRACE.search(ended.err + ended.out) or "Exception" in ended.err:
            wrong.append("shows a stack trace or an exception's name")
        if len(lines) != 1:
            wrong.append("%d lines on stderr" % len(lines))
        if missing:
            wrong.append("does not name %s" % missing)
        self.checks.that(what, not wrong, "%s; exit %s; %s" % (", ".join(wrong), ended.status, ended.err) if wrong else "exit %s; %s" % (ended.status, ended.err))

    def usage(self):
        self.clear("an unknown command", self.agent("sweeep"), [2], "sweeep")
        self.clear("an unknown option", self.agent("status", "--jason"), [2], "--jason")
        self.clear("an option without its value", self.agent("enroll", "--token"), [2], "--token")

    def tokens(self):
        home, token = self.home("tokens"), self.hq.token()
        wrong = ("A" if token[0] != "A" else "B") + token[1:]
        self.clear("a wrong token", self.enroll(home, wrong), [1])
        self.expired()
        good = self.enroll(home, token)
        self.checks.that("after a wrong token the right one still enrols", good.status == 0, good.said())
        again = self.enroll(home, token)
        self.checks.that("the same token and keys again give the same answer", again.status == 0, again.said())
        self.clear("a token used with other keys", self.enroll(self.home("other"), token), [1])

    def expired(self):
        if not shutil.which("faketime"):
            print("SKIPPED an expired token: no faketime here; apt-get install faketime", flush=True)
            return
        env = dict(os.environ, DONT_FAKE_MONOTONIC="1")
        words = ["faketime", "-f", "-4d"] + lab.JVM + ["-jar", lab.HQ_JAR, "token", "create", "--outlet", "SH-0042", "--json", "--data", self.hq.data]
        made = lab.run(words, env=env).json()["tokens"][0]
        self.clear("a token that ended %s" % made["expires"], self.enroll(self.home("expired"), made["token"]), [1])

    def wrong_ca(self):
        ca = "00" * 32
        self.clear("another CA than the one that was told", self.enroll(self.home("ca"), self.hq.token(), ca), [1], ca[:16], self.hq.facts["ca_sha256"][:16])

    def broken_config(self):
        with open(os.path.join(lab.CHECKOUT, "config", "agent.yaml"), encoding="utf-8") as f:
            key = re.search(r"^([a-z][a-z_.]+):", f.read(), re.M).group(1)
        typo = key[:-1] + ("x" if key[-1] != "x" else "y")
        for what, text, line, names in (
            ("an unknown key", "# a desk\n%s: {}\n" % typo, 2, [re.escape(typo), re.escape(key)]),
            ("YAML that does not parse", "%s: [1, 2\n" % key, 1, []),
            ("a list where a group belongs", "\n\n%s: [1]\n" % key, 3, [re.escape(key)]),
        ):
            home = self.home("config", text)
            for words in (["run", "--home", home], ["config", "check", os.path.join(home, "config", "agent.yaml")]):
                where = r"agent\.yaml:%s" % (line if names else r"\d+")
                self.clear("%s: %s" % (words[0], what), self.agent(*words), [2], where, *names)

    def unwritable(self):
        # A place of its own, since another user need not be able to enter the checkout.
        with tempfile.TemporaryDirectory(prefix="waybill-guard-") as place:
            os.chmod(place, 0o755)
            jar = shutil.copy(lab.AGENT_JAR, place)
            data = os.path.join(place, "home", "data")
            os.makedirs(data, 0o700)
            self.clear("a data folder that it may not write", self.agent("run", "--home", os.path.join(place, "home"), prefix=NOBODY, jar=jar), [3], re.escape(data))

    def port_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            busy = "127.0.0.1:%d" % taken.getsockname()[1]
            for option, other in (("--listen", "--console"), ("--console", "--listen")):
                data = os.path.join(self.folder, "hq-port")
                ended = self.hq.cli("serve", "--data", data, option, busy, other, "127.0.0.1:0", timeout=60)
                self.clear("HQ's %s port is taken" % option, ended, [3], busy.split(":")[1])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = os.path.abspath(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    sys.exit(Failures(folder).run())


if __name__ == "__main__":
    main()
